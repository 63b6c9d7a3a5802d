import { describe, expect, it } from 'vitest';
import type { HistoryPoint } from '../../session/metricsHistory.ts';
import type { RunRecord } from '../../session/pinnedRuns.ts';
import type { EpochMetrics } from '../../session/sessionStore.ts';
import { chartCsv } from './chartFile.ts';
import {
  ACCURACY,
  BLOCK_ACCURACY,
  EARLY_READOUT,
  FIRING,
  LOSS,
  MEMORY,
  THROUGHPUT,
  within,
} from './chartSpecs.ts';

const SPECS = [ACCURACY, BLOCK_ACCURACY, LOSS, MEMORY, THROUGHPUT, FIRING, EARLY_READOUT];

const point = (epoch: number): HistoryPoint => ({
  epoch,
  iteration: epoch,
  lossPerBlock: [0.5, 0.4],
  runningAccuracyPerBlock: [0.2, 0.3],
  samplesPerSecond: 30,
  liveBytes: 900,
  peakBytes: 1000,
});
const evaluated = (epoch: number): EpochMetrics => ({
  epoch,
  trainAccuracyPerBlock: [0.4, 0.7],
  trainSamplesEvaluated: 10,
  testAccuracyPerBlock: [0.3, 0.6],
  testSamples: 10,
  earlyReadout: [0.1, 0.6],
  loss: 0.4,
  lossPerBlock: [0.5, 0.4],
  seconds: 1,
  firingRates: [
    { layer: 'conv1', rate: 0.05 },
    { layer: 'classifier1', rate: 0.2 },
  ],
  digest: '',
});
const run: RunRecord = {
  epochs: [0, 1, 2, 3].map(evaluated),
  points: Array.from({ length: 31 }, (_, index) => point(index / 10)),
  marks: [{ epoch: 1.5, label: 'k 2, n 1' }],
  classCount: 10,
  forecastBytes: 1000,
};
const EMPTY: RunRecord = { epochs: [], points: [], marks: [], classCount: 0, forecastBytes: null };

describe.each(SPECS)('the chart $title', (spec) => {
  it('has a value of every series that it names, and one by which runs are compared', () => {
    const { rows, series, summary } = spec.build(run, null, 200);
    expect(series.length).toBeGreaterThan(0);
    for (const { key } of series)
      expect(
        rows.some((row) => Number.isFinite(row[key])),
        key,
      ).toBe(true);
    expect(series.some(({ isMain }) => isMain)).toBe(true);
    expect(new Set(series.map(({ key }) => key)).size).toBe(series.length);
    expect(summary).toMatch(/\d/);
  });

  it('has something to say of a run that has not begun', () => {
    expect(spec.build(EMPTY, null, 200)).toMatchObject({ rows: [] });
    expect(spec.build(EMPTY, null, 200).summary).toMatch(/^No /);
  });

  it('draws no more than the limit', () => {
    expect(spec.build(run, null, 2).rows.length).toBeLessThanOrEqual(5);
  });
});

describe('a stretch of a run', () => {
  it('has what lies in it and one item beyond either end', () => {
    const epochs = (low: number, high: number) => within(run.epochs, { low, high }).map(({ epoch }) => epoch);
    expect(epochs(1, 2)).toEqual([0, 1, 2, 3]);
    expect(epochs(1.2, 1.8)).toEqual([1, 2]);
    expect(epochs(2.5, 9)).toEqual([2, 3]);
    expect(epochs(50, 60)).toEqual([3]);
    expect(within(run.epochs, null)).toBe(run.epochs);
  });

  it('is drawn finer than the whole', () => {
    const few = 4;
    const whole = LOSS.build(run, null, few).rows.filter(({ at }) => at >= 1 && at <= 1.3);
    const zoomed = LOSS.build(run, { low: 1, high: 1.3 }, few + 2).rows.filter(
      ({ at }) => at >= 1 && at <= 1.3,
    );
    expect(zoomed.length).toBeGreaterThan(whole.length);
  });
});

describe('the CSV file of a chart', () => {
  it('has every value of every run, exactly', () => {
    const data = MEMORY.build(run, null, Number.POSITIVE_INFINITY);
    const lines = chartCsv(MEMORY, [
      { label: 'this run', data },
      { label: 'k 5, n 2', data },
    ]).split('\n');
    expect(lines[0]).toBe('run,series,epoch,value (bytes)');
    expect(lines).toHaveLength(1 + 2 * (31 * 2 + 1) + 1);
    expect(lines[1]).toBe('this run,live,0,900');
    expect(lines).toContain('"k 5, n 2",peak,3,1000');
    expect(lines).toContain('this run,mark: forecast,,1000');
  });
});
