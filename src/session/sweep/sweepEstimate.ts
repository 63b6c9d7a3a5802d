import type { Session } from '../session.ts';
import type { PointCost } from './pointCosts.ts';
import { stageEpochs } from './settleSweep.ts';
import type { SweepResults } from './sweepResults.ts';
import { cellsOf, type SweepSpec } from './sweepSpec.ts';
import { isWithinLimit } from './sweepSummary.ts';

/** What a sweep will take, before it starts. */
export interface SweepForecast {
  /** Points of the grid, and those above the memory limit. */
  points: number;
  pointsAboveLimit: number;
  /** Runs that may be trained; a search or early stopping trains fewer to the end. */
  runs: number;
  /** Epochs of all runs, with those that early stopping trains anew. At most: a search ends sooner. */
  epochs: number;
  seconds: number;
  /** Largest plan among the points that are trained. */
  peakBytes: number;
}

/**
 * Modelled operations (additions and MACs) that an adapter does in a second, all told: measured on the software adapter of
 * a machine with two cores, and a guess for a graphics card. Once a run has ended its own figure is taken instead.
 */
export const OPERATIONS_PER_SECOND = { software: 4e7, hardware: 4e9 } as const;

/** Modelled operations of one epoch at a point: those of a batch times the batches. */
function operationsPerEpoch({ additions, macs }: PointCost, { data, batchSize }: Session): number {
  return (additions + macs) * Math.ceil(data.trainCount / batchSize);
}

/** Operations per second that the finished runs had; null before the first. */
export function measuredRate(
  { cells, spec }: SweepResults,
  costs: readonly PointCost[],
  base: Session = spec.base,
): number | null {
  const costOf = new Map(costs.map((cost) => [cost.point.id, cost]));
  let operations = 0;
  let seconds = 0;
  for (const { cell, result } of cells) {
    const cost = costOf.get(cell.point.id);
    if (!result || !cost) continue;
    operations += operationsPerEpoch(cost, base) * result.epochs;
    seconds += result.seconds;
  }
  return seconds > 0 ? operations / seconds : null;
}

/** Epochs of each run, were early stopping to keep the dearest points. */
function epochsByPlace(spec: SweepSpec, points: number): number[] {
  const stages = stageEpochs(spec);
  const factor = spec.halving?.factor ?? 1;
  return Array.from({ length: points }, (_, place) => {
    let alive = points;
    let epochs = 0;
    for (const [index, stage] of stages.entries()) {
      if (place >= alive) break;
      epochs += stage;
      // The reference may go on besides those that are kept.
      if (index < stages.length - 1) alive = Math.min(alive, Math.ceil(alive / factor) + 1);
    }
    return epochs;
  });
}

/** Forecast of a sweep that has not begun. @param rate Operations per second, see {@link measuredRate}. */
export function forecastSweep(spec: SweepSpec, costs: readonly PointCost[], rate: number): SweepForecast {
  const allowed = costs.filter((cost) => isWithinLimit(cost, spec));
  const points = spec.search ? Math.min(spec.search.maxPoints, allowed.length) : allowed.length;
  const seeds = spec.axes.seed.length;
  const dearest = [...allowed].sort(
    (a, b) => operationsPerEpoch(b, spec.base) - operationsPerEpoch(a, spec.base),
  );
  const epochs = epochsByPlace(spec, points);
  const total = (value: (cost: PointCost, epochs: number) => number) =>
    epochs.reduce((sum, each, place) => sum + seeds * value(dearest[place], each), 0);
  return {
    points: costs.length,
    pointsAboveLimit: costs.length - allowed.length,
    runs: points * seeds,
    epochs: total((_, each) => each),
    seconds: total((cost, each) => (operationsPerEpoch(cost, spec.base) * each) / rate),
    peakBytes: Math.max(0, ...allowed.map(({ planBytes }) => planBytes)),
  };
}

/** Seconds that the waiting runs take at most; null before any has ended. */
export function secondsLeft(results: SweepResults, costs: readonly PointCost[]): number | null {
  const rate = measuredRate(results, costs);
  if (rate === null) return null;
  const { spec, cells } = results;
  const waits = (id: string) =>
    cells.some(({ cell, status }) => cell.id === id && (status === 'waiting' || status === 'running'));
  const operations = costs.reduce((sum, cost) => {
    const count = cellsOf(cost.point, spec).filter(({ id }) => waits(id)).length;
    return sum + count * spec.base.epochs * operationsPerEpoch(cost, spec.base);
  }, 0);
  return operations / rate;
}
