import { describe, expect, it } from 'vitest';
import type { IterationMetrics } from '../trainer/messages.ts';
import { appendMetrics, emptyHistory } from './metricsHistory.ts';

const metrics = (iteration: number, lossPerBlock = [iteration]): IterationMetrics => ({
  iteration,
  epoch: Math.floor(iteration / 10),
  epochIteration: iteration % 10,
  epochIterations: 10,
  lossPerBlock,
  runningAccuracyPerBlock: [iteration],
  samplesPerSecond: iteration,
  secondsLeft: 0,
  liveBytes: 1,
  peakBytes: iteration,
});

describe('metrics history', () => {
  it('keeps every message until it is full', () => {
    let history = emptyHistory(8);
    for (let i = 0; i < 7; i++) history = appendMetrics(history, metrics(i));
    expect(history.points.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(history.points[6].epoch).toBeCloseTo(0.6);
  });

  it('stays below its capacity and keeps the mean of all losses for ever', () => {
    let history = emptyHistory(16);
    const count = 4096;
    for (let i = 0; i < count; i++) {
      history = appendMetrics(history, metrics(i));
      expect(history.points.length).toBeLessThan(16);
      expect(history.pending.length).toBeLessThan(history.stride);
    }
    expect(history.points.length * history.stride + history.pending.length).toBe(count);
    const covered = history.points.length * history.stride;
    const mean =
      history.points.reduce((sum, point) => sum + point.lossPerBlock[0], 0) / history.points.length;
    expect(mean).toBeCloseTo((covered - 1) / 2);
    expect(history.points.at(-1)?.peakBytes).toBe(covered - 1);
  });

  it('does not mix the blocks of different n', () => {
    let history = emptyHistory(2);
    history = appendMetrics(history, metrics(0, [1, 3]));
    history = appendMetrics(history, metrics(1, [9]));
    expect(history.points).toHaveLength(1);
    expect(history.points[0].lossPerBlock).toEqual([9]);
  });
});
