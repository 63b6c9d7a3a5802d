import type { ClassifierKind } from '../network.ts';
import type { ClaimPart } from './claimTypes.ts';
import {
  costTerms,
  difference,
  type Evidence,
  fullBptt,
  gridOf,
  judgeAbove,
  meanAt,
  overSeeds,
  pointsText,
} from './evidence.ts';
import type { GridPoint } from './statedCosts.ts';
import type { PartOutcome } from './verdicts.ts';

// Differences between runs that several claims are about, all paired by seed.

/** A part of a claim that takes training runs. */
export type RunPart = Extract<ClaimPart, { kind: 'runs' }>;

/** A point of the grid, by default with trainable classifiers. */
export const at = (k: number, n: number, classifier: ClassifierKind = 'trainable'): GridPoint => ({
  k,
  n,
  classifier,
});

/** Says on which data, and that it is not the paper's. */
export function onThisData({ dataset }: Evidence, sentence: string): string {
  return `On ${dataset}, which is not the paper’s data. ${sentence}`;
}

/** The part of a claim that says "a is above b", from an interval of the difference. */
export function above(
  evidence: Evidence,
  interval: ReturnType<typeof difference>,
  stated: string,
  sentence: string,
  limit = 0,
): PartOutcome | null {
  if (!interval) return null;
  return {
    verdict: judgeAbove(interval, limit),
    stated,
    found: pointsText(interval),
    explanation: onThisData(evidence, sentence),
  };
}

/** The value with the highest mean accuracy; null where none was run. */
export function bestOf<Value>(
  values: readonly Value[],
  accuracyOf: (value: Value) => number | null,
): Value | null {
  let best: { value: Value; accuracy: number } | null = null;
  for (const value of values) {
    const accuracy = accuracyOf(value);
    if (accuracy !== null && (!best || accuracy > best.accuracy)) best = { value, accuracy };
  }
  return best?.value ?? null;
}

/** The k of the grid that are neither 1 nor T. */
export function interiorKs(evidence: Evidence): number[] {
  const { T } = fullBptt(evidence);
  return gridOf(evidence).ks.filter((k) => k > 1 && k < T);
}

/** Mean accuracy over all k at one n, less that at another, paired by seed. */
export function acrossK(evidence: Evidence, n: number, against: number) {
  const { ks } = gridOf(evidence);
  const points = ks.flatMap((k) => [at(k, n), at(k, against)]);
  return overSeeds(evidence, points, (accuracies) => {
    const gaps = ks.map((_, i) => accuracies[2 * i] - accuracies[2 * i + 1]);
    return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  });
}

/** How much more accuracy n loses than `against` when k shrinks from T to 1. */
export function extraFall(evidence: Evidence, n: number, against: number) {
  const { T } = fullBptt(evidence);
  return overSeeds(
    evidence,
    [at(T, n), at(1, n), at(T, against), at(1, against)],
    ([all, one, allThere, oneThere]) => all - one - (allThere - oneThere),
  );
}

/** Loss of accuracy through random classifiers at one point. */
export function randomLoss(evidence: Evidence, k: number, n: number) {
  return difference(evidence, at(k, n), at(k, n, 'random'));
}

/** Figure of merit at a point, per seed, less that at another. */
export function meritGap(evidence: Evidence, point: GridPoint, against: GridPoint) {
  const { T, L } = fullBptt(evidence);
  const [cost, costThere] = [costTerms(evidence, point), costTerms(evidence, against)];
  return overSeeds(evidence, [at(T, L), point, against], ([base, here, there]) =>
    // Where full BPTT got nothing right there is no accuracy to lose, and costs alone decide.
    base > 0 ? (base - here) / base + cost - ((base - there) / base + costThere) : cost - costThere,
  );
}

/** Points of the grid from the smallest figure of merit on, by mean accuracy. */
export function byMerit(evidence: Evidence): GridPoint[] {
  const { T, L } = fullBptt(evidence);
  const base = meanAt(evidence, at(T, L));
  if (!base) return [];
  const { ks, ns } = gridOf(evidence);
  return ks
    .flatMap((k) => ns.map((n) => at(k, n)))
    .flatMap((point) => {
      const mean = meanAt(evidence, point);
      return mean === null ? [] : [{ point, merit: (base - mean) / base + costTerms(evidence, point) }];
    })
    .sort((a, b) => a.merit - b.merit)
    .map(({ point }) => point);
}

/** Accuracy of the best choice by the figure of merit above full BPTT's. */
export function bestChoiceGain(evidence: Evidence, stated: string, limit: number): PartOutcome | null {
  const { T, L } = fullBptt(evidence);
  const [best] = byMerit(evidence).filter(({ k, n }) => k !== T || n !== L);
  if (!best) return null;
  return above(
    evidence,
    difference(evidence, best, at(T, L)),
    stated,
    `Best choice (${best.k}, ${best.n}) against full BPTT.`,
    limit,
  );
}
