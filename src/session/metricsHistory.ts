import type { IterationMetrics } from '../trainer/messages.ts';

/** One point of the live charts: the mean over `weight` messages. */
export interface HistoryPoint {
  /** Epochs trained, with fraction. */
  epoch: number;
  iteration: number;
  lossPerBlock: number[];
  runningAccuracyPerBlock: number[];
  samplesPerSecond: number;
  liveBytes: number;
  peakBytes: number;
}

/**
 * A series that never grows beyond `capacity` points: when it is full, neighbours are averaged in pairs and every
 * later point stands for twice as many messages. A night of training costs what a minute costs.
 */
export interface MetricsHistory {
  capacity: number;
  /** Messages that one finished point stands for. */
  stride: number;
  points: HistoryPoint[];
  /** Messages collected for the next point, fewer than `stride`. */
  pending: HistoryPoint[];
}

export function emptyHistory(capacity = 400): MetricsHistory {
  return { capacity, stride: 1, points: [], pending: [] };
}

function toPoint(metrics: IterationMetrics): HistoryPoint {
  return {
    epoch: metrics.epoch + metrics.epochIteration / Math.max(1, metrics.epochIterations),
    iteration: metrics.iteration,
    lossPerBlock: metrics.lossPerBlock,
    runningAccuracyPerBlock: metrics.runningAccuracyPerBlock,
    samplesPerSecond: metrics.samplesPerSecond,
    liveBytes: metrics.liveBytes,
    peakBytes: metrics.peakBytes,
  };
}

function meanOf(lists: number[][]): number[] {
  // A change of n changes the number of blocks: only lists of the newest length belong together.
  const latest = lists[lists.length - 1];
  const same = lists.filter((list) => list.length === latest.length);
  return latest.map((_, block) => same.reduce((sum, list) => sum + list[block], 0) / same.length);
}

function merge(points: HistoryPoint[]): HistoryPoint {
  const last = points[points.length - 1];
  return {
    epoch: last.epoch,
    iteration: last.iteration,
    lossPerBlock: meanOf(points.map((point) => point.lossPerBlock)),
    runningAccuracyPerBlock: last.runningAccuracyPerBlock,
    samplesPerSecond: points.reduce((sum, point) => sum + point.samplesPerSecond, 0) / points.length,
    liveBytes: last.liveBytes,
    peakBytes: Math.max(...points.map((point) => point.peakBytes)),
  };
}

/** Adds one message; the history that was given is not changed. */
export function appendMetrics(history: MetricsHistory, metrics: IterationMetrics): MetricsHistory {
  const pending = [...history.pending, toPoint(metrics)];
  if (pending.length < history.stride) return { ...history, pending };
  const points = [...history.points, merge(pending)];
  if (points.length < history.capacity) return { ...history, points, pending: [] };
  const halved: HistoryPoint[] = [];
  for (let i = 0; i < points.length; i += 2) halved.push(merge(points.slice(i, i + 2)));
  return { ...history, stride: history.stride * 2, points: halved, pending: [] };
}

/** The history up to an iteration, for a run that is trained anew from there; the one that was given is not changed. */
export function cutHistory(history: MetricsHistory, iteration: number): MetricsHistory {
  const upTo = (points: HistoryPoint[]) => points.filter((point) => point.iteration <= iteration);
  return { ...history, points: upTo(history.points), pending: upTo(history.pending) };
}
