import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../session/sessionStore.ts';
import { accuracyRows, lossRows, mostBlocks, thinOut } from './chartRows.ts';

const point = (epoch: number, blocks: number[]) => ({
  epoch,
  iteration: 0,
  lossPerBlock: blocks,
  runningAccuracyPerBlock: blocks,
  samplesPerSecond: 1,
  liveBytes: 1,
  peakBytes: 1,
});
const evaluated = (epoch: number, test: number[], train: number[]): EpochMetrics => ({
  epoch,
  trainAccuracyPerBlock: train,
  trainSamplesEvaluated: 10,
  testAccuracyPerBlock: test,
  testSamples: 10,
  earlyReadout: [],
  loss: 0,
  lossPerBlock: [],
  seconds: 1,
  firingRates: [],
  digest: '',
});

describe('chart rows', () => {
  it('merge fixed-weight and running accuracy in order of time', () => {
    const rows = accuracyRows(
      [evaluated(0, [0.1, 0.2], [0.1, 0.15]), evaluated(1, [0.5, 0.6], [0.7, 0.8])],
      [point(0.5, [0.3, 0.4])],
    );
    expect(rows).toEqual([
      { at: 0, train: 0.15, test1: 0.1, test0: 0.2 },
      { at: 0.5, running: 0.4 },
      { at: 1, train: 0.8, test1: 0.5, test0: 0.6 },
    ]);
  });

  it('are thinned out evenly, and the newest stays', () => {
    const items = Array.from({ length: 500 }, (_, index) => index);
    const kept = thinOut(items, 100);
    expect(kept).toHaveLength(100);
    expect(kept[99]).toBe(499);
    expect(new Set(kept.slice(1).map((value, index) => value - kept[index]))).toEqual(new Set([5]));
    expect(thinOut([1, 2, 3], 3)).toEqual([1, 2, 3]);
    expect(thinOut([], 3)).toEqual([]);
  });

  it('keep the line of the output when n changes', () => {
    const points = [point(0, [1, 2]), point(1, [3])];
    expect(lossRows(points)).toEqual([
      { at: 0, loss1: 1, loss0: 2 },
      { at: 1, loss0: 3 },
    ]);
    expect(mostBlocks(points.map(({ lossPerBlock }) => lossPerBlock))).toBe(2);
  });
});
