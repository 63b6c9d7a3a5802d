import { meanInterval } from '../../core/claims/accuracyMeans.ts';
import type { PointCost } from './pointCosts.ts';
import type { CellRecord, SweepResults } from './sweepResults.ts';
import type { SweepPoint, SweepSpec } from './sweepSpec.ts';

/** What is known of one point of a sweep. */
export interface PointSummary {
  point: SweepPoint;
  cost: PointCost;
  records: CellRecord[];
  /** Runs trained to the end. */
  runs: number;
  /** Mean test accuracy of these runs, 0..1; null before the first. */
  accuracy: number | null;
  /** Half the width of its 95 % interval (Student's t); null with fewer than two runs. */
  margin: number | null;
  /** Eq. 18 with the accuracy loss against the reference; null while one of the two has no run. */
  figureOfMerit: number | null;
  /** Peak bytes that runs had on the device; null before the first. */
  measuredBytes: number | null;
  /** No other point is at least as accurate with at most as many bytes. */
  isOnFront: boolean;
}

export interface SweepSummary {
  /** In the order of the table. */
  points: PointSummary[];
  /** What accuracy losses are against: the largest k and n that may be trained; null where the limit leaves none. */
  reference: PointSummary | null;
  /** Smallest figure of merit; null before there is one. */
  best: PointSummary | null;
}

/** True where a point may be trained under the sweep's memory limit. */
export function isWithinLimit({ planBytes }: PointCost, { memoryLimit }: SweepSpec): boolean {
  return memoryLimit === null || planBytes <= memoryLimit;
}

/**
 * The point that accuracy losses are measured against: full BPTT with trainable classifiers where the sweep has it,
 * else the largest k, then n, that may be trained.
 */
export function referencePoint(spec: SweepSpec, costs: readonly PointCost[]): PointCost | null {
  const allowed = costs.filter((cost) => isWithinLimit(cost, spec));
  const rank = ({ truncationInterval, blockSize, classifier, update }: SweepPoint) => [
    truncationInterval,
    blockSize,
    classifier === 'trainable' ? 1 : 0,
    update === 'interval' ? 1 : 0,
  ];
  const isAbove = (a: number[], b: number[]) => {
    const at = a.findIndex((value, i) => value !== b[i]);
    return at >= 0 && a[at] > b[at];
  };
  return allowed.reduce<PointCost | null>(
    (best, each) => (best && !isAbove(rank(each.point), rank(best.point)) ? best : each),
    null,
  );
}

/** AL of Eq. 18 as the page reads it, with a reference that learnt nothing kept from dividing by nothing. */
export function accuracyLoss(accuracy: number, reference: number): number {
  const floor = 0.01;
  return (reference - accuracy) / Math.max(floor, reference);
}

export function figureOfMeritAt(
  cost: PointCost,
  accuracy: number,
  reference: number,
  spec: SweepSpec,
): number {
  return cost.costTerms + spec.weights.accuracyLoss * accuracyLoss(accuracy, reference);
}

/** {point id: its records}, in the order of the table. */
export function recordsByPoint(cells: readonly CellRecord[]): Map<string, CellRecord[]> {
  const groups = new Map<string, CellRecord[]>();
  for (const record of cells) {
    const group = groups.get(record.cell.point.id);
    if (group) group.push(record);
    else groups.set(record.cell.point.id, [record]);
  }
  return groups;
}

/** Means, intervals, figures of merit and the Pareto front of what has been trained so far. */
export function summarizeSweep({ spec, cells }: SweepResults, costs: readonly PointCost[]): SweepSummary {
  const groups = recordsByPoint(cells);
  const points = costs.map((cost): PointSummary => {
    const records = groups.get(cost.point.id) ?? [];
    const done = records.flatMap(({ status, result }) => (status === 'done' && result ? [result] : []));
    const interval = done.length > 0 ? meanInterval(done.map(({ testAccuracy }) => testAccuracy)) : null;
    return {
      point: cost.point,
      cost,
      records,
      runs: done.length,
      accuracy: interval?.mean ?? null,
      margin: interval?.margin ?? null,
      figureOfMerit: null,
      measuredBytes: done.length > 0 ? Math.max(...done.map(({ peakBytes }) => peakBytes)) : null,
      isOnFront: false,
    };
  });
  const referenceId = referencePoint(spec, costs)?.point.id;
  const reference = points.find(({ point }) => point.id === referenceId) ?? null;
  for (const each of points) {
    if (each.accuracy === null) continue;
    const { accuracy } = each;
    if (reference?.accuracy != null)
      each.figureOfMerit = figureOfMeritAt(each.cost, accuracy, reference.accuracy, spec);
    each.isOnFront = !points.some(
      (other) =>
        other.accuracy !== null &&
        other.accuracy >= accuracy &&
        other.cost.planBytes <= each.cost.planBytes &&
        (other.accuracy > accuracy || other.cost.planBytes < each.cost.planBytes),
    );
  }
  const best = points.reduce<PointSummary | null>(
    (found, each) =>
      each.figureOfMerit !== null &&
      (found?.figureOfMerit == null || each.figureOfMerit < found.figureOfMerit)
        ? each
        : found,
    null,
  );
  return { points, reference, best };
}
