import { describe, expect, it } from 'vitest';
import type { EpochMetrics, IterationMetrics } from '../trainer/messages.ts';
import { keepEpochs, MAX_EPOCH_ROWS, NEWEST_EPOCH_ROWS } from './epochRows.ts';
import { appendMetrics, emptyHistory } from './metricsHistory.ts';

const epoch = (at: number) => ({ epoch: at }) as EpochMetrics;
const iteration = (at: number): IterationMetrics => ({
  iteration: at,
  epoch: at,
  epochIteration: 0,
  epochIterations: 1,
  lossPerBlock: [1, 2],
  runningAccuracyPerBlock: [0, 0],
  samplesPerSecond: 10,
  secondsLeft: 0,
  liveBytes: 5,
  peakBytes: at,
});

describe('what is kept of a long run', () => {
  it('is all of a short one', () => {
    const rows = [0, 1, 2].reduce<EpochMetrics[]>((kept, at) => keepEpochs(kept, epoch(at)), []);
    expect(rows.map(({ epoch: at }) => at)).toEqual([0, 1, 2]);
  });

  it('is bounded after a night, begins at the first epoch, and ends with the newest ones without gaps', () => {
    let rows: EpochMetrics[] = [];
    for (let at = 0; at < 20_000; at++) {
      rows = keepEpochs(rows, epoch(at));
      if (rows.length > MAX_EPOCH_ROWS) throw new Error(`${rows.length} rows after epoch ${at}`);
    }
    const epochs = rows.map(({ epoch: at }) => at);
    expect(epochs[0]).toBe(0);
    expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
    expect(epochs.slice(-NEWEST_EPOCH_ROWS)).toEqual(
      Array.from({ length: NEWEST_EPOCH_ROWS }, (_, index) => 20_000 - NEWEST_EPOCH_ROWS + index),
    );
  });

  it('costs as much after a night as after a minute, and keeps the peak of the memory', () => {
    let history = emptyHistory();
    // Ten messages a second for eight hours.
    for (let at = 0; at < 288_000; at++) history = appendMetrics(history, iteration(at));
    expect(history.points.length).toBeLessThanOrEqual(history.capacity);
    expect(history.points.length).toBeGreaterThan(history.capacity / 3);
    expect(history.pending.length).toBeLessThan(history.stride);
    expect(history.points[0].epoch).toBeLessThan(2000);
    expect(history.points[history.points.length - 1].peakBytes).toBeGreaterThan(286_000);
  });
});
