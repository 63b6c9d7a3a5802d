import type { GridPoint } from './statedCosts.ts';

/** Test accuracy of one trained network. */
export interface AccuracyRun {
  point: GridPoint;
  seed: number;
  /** Last block, fixed weights, 0..1. */
  accuracy: number;
}

/** Accuracy at one point over seeds. */
export interface AccuracyMean {
  point: GridPoint;
  mean: number;
  /** Half the width of the 95 % interval of the mean (Student's t); null with one seed. */
  margin: number | null;
  runs: number;
}

/** An interval of a mean: 95 %, Student's t. */
export interface MeanInterval {
  mean: number;
  /** Null where there is one value only. */
  margin: number | null;
  count: number;
}

/** 97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom, to four digits. */
const T_QUANTILES = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604,
  2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555,
  2.0518, 2.0484, 2.0452, 2.0423,
];
/** Above the table; the error of the normal limit is below 4 % there. */
const LARGE_SAMPLE_QUANTILE = 1.96;

/** Mean of values with its 95 % interval. @param values At least one. */
export function meanInterval(values: readonly number[]): MeanInterval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, margin: null, count };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const quantile = T_QUANTILES[count - 2] ?? LARGE_SAMPLE_QUANTILE;
  return { mean, margin: quantile * Math.sqrt(variance / count), count };
}

export function samePoint(a: GridPoint, b: GridPoint): boolean {
  return a.k === b.k && a.n === b.n && a.classifier === b.classifier;
}

/** One mean per point, in order of first appearance. */
export function accuracyMeans(runs: readonly AccuracyRun[]): AccuracyMean[] {
  const groups: { point: GridPoint; values: number[] }[] = [];
  for (const { point, accuracy } of runs) {
    const group = groups.find((each) => samePoint(each.point, point));
    if (group) group.values.push(accuracy);
    else groups.push({ point, values: [accuracy] });
  }
  return groups.map(({ point, values }) => {
    const { mean, margin, count } = meanInterval(values);
    return { point, mean, margin, runs: count };
  });
}

export function findMean(means: readonly AccuracyMean[], point: GridPoint): AccuracyMean | undefined {
  return means.find((each) => samePoint(each.point, point));
}
