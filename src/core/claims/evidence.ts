import {
  baselineFigures,
  costFigures,
  DEFAULT_FOM_WEIGHTS,
  type FigureOfMeritWeights,
  figureOfMerit,
} from '../costModel.ts';
import { bodyLayerCount } from '../network.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import { type AccuracyRun, type MeanInterval, meanInterval, samePoint } from './accuracyMeans.ts';
import type { GridPoint } from './statedCosts.ts';

/** Finished training runs of one network on one data set, which differ in (k, n), classifier kind and seed. */
export interface Evidence {
  /** For people: "Moving gestures". */
  dataset: string;
  config: TrainingConfig;
  runs: AccuracyRun[];
}

/** Values of the paper's grid that the runs have, largest first. */
export function gridOf({ runs }: Evidence): { ks: number[]; ns: number[] } {
  const distinct = (values: number[]) => [...new Set(values)].sort((a, b) => b - a);
  return {
    ks: distinct(runs.map(({ point }) => point.k)),
    ns: distinct(runs.map(({ point }) => point.n)),
  };
}

export function fullBptt({ config }: Evidence): { T: number; L: number } {
  return { T: config.stepCount, L: bodyLayerCount(config.network) };
}

/** {seed: accuracy} at one point. */
function bySeed({ runs }: Evidence, point: GridPoint): Map<number, number> {
  return new Map(
    runs.filter((run) => samePoint(run.point, point)).map(({ seed, accuracy }) => [seed, accuracy]),
  );
}

/**
 * Mean over the seeds that all points have of a combination of their accuracies. Seeds are paired: the same seed gives
 * the same initial weights and the same order of samples.
 * @param combine Gets the accuracies in the order of `points`.
 * @returns Null where no seed has all points.
 */
export function overSeeds(
  evidence: Evidence,
  points: readonly GridPoint[],
  combine: (accuracies: number[]) => number,
): MeanInterval | null {
  const maps = points.map((point) => bySeed(evidence, point));
  const seeds = [...(maps[0]?.keys() ?? [])].filter((seed) => maps.every((map) => map.has(seed)));
  if (seeds.length === 0) return null;
  return meanInterval(seeds.map((seed) => combine(maps.map((map) => map.get(seed) ?? Number.NaN))));
}

/** Accuracy at `at` minus that at `against`, paired by seed. */
export function difference(evidence: Evidence, at: GridPoint, against: GridPoint): MeanInterval | null {
  return overSeeds(evidence, [at, against], ([here, there]) => here - there);
}

/** Mean accuracy at a point over its seeds; null where it has none. */
export function meanAt(evidence: Evidence, point: GridPoint): number | null {
  return overSeeds(evidence, [point], ([accuracy]) => accuracy)?.mean ?? null;
}

/** The cost terms of Eq. 18 at a point, relative to full BPTT: the figure of merit without its accuracy term. */
export function costTerms(
  { config }: Evidence,
  { k, n, classifier }: GridPoint,
  weights: FigureOfMeritWeights = DEFAULT_FOM_WEIGHTS,
): number {
  const network = { ...config.network, classifier: { ...config.network.classifier, kind: classifier } };
  const run = {
    schedule: { truncationInterval: k, blockSize: n },
    stepCount: config.stepCount,
    batchSize: config.batchSize,
  };
  return figureOfMerit(costFigures(network, run), baselineFigures(network, run), 0, weights).total;
}

/** An interval in points of accuracy: "+2.3 points (0.4 to 4.2)". */
export function pointsText({ mean, margin, count }: MeanInterval): string {
  const signed = (value: number) => `${value >= 0 ? '+' : '−'}${Math.abs(100 * value).toFixed(1)}`;
  if (margin === null) return `${signed(mean)} points (one seed, no interval)`;
  return `${signed(mean)} points (95 % interval ${signed(mean - margin)} to ${signed(mean + margin)}, ${count} seeds)`;
}

/** What an interval says about "more than `limit`". */
export function judgeAbove(
  { mean, margin }: MeanInterval,
  limit = 0,
): 'onData' | 'contradicted' | 'undecided' {
  if (margin === null) return 'undecided';
  if (mean - margin > limit) return 'onData';
  if (mean + margin < limit) return 'contradicted';
  return 'undecided';
}
