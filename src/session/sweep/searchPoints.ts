import {
  expectedImprovement,
  fitProcess,
  normalShare,
  type Observation,
  type Prediction,
} from '../../core/search/gaussianProcess.ts';
import type { PointCost } from './pointCosts.ts';
import type { CellRecord, SweepResults } from './sweepResults.ts';
import type { SweepPoint, SweepSpec } from './sweepSpec.ts';
import { accuracyLoss, isWithinLimit, recordsByPoint, referencePoint } from './sweepSummary.ts';

/**
 * An improvement of the figure of merit below this is not worth a run: full BPTT has 1, and the figure's accuracy term
 * moves by more than that from seed to seed.
 */
export const WORTHWHILE = 0.005;

/** What accuracies look like before any are known: alike over half of the grid, 15 points of spread, 3 between seeds. */
const PRIOR = { length: 0.5, signal: 0.15, noise: 0.03 };

/** What the search believes of one point. */
export interface SearchBelief {
  cost: PointCost;
  /** Finished runs. */
  runs: number;
  /** Figure of merit, and how unsure the search is of it. */
  expected: Prediction;
  /** Expected gain of one more run there, in units of the figure of merit; 0 where none is possible. */
  gain: number;
}

export interface SearchStep {
  /** The run to train next; null when the search has ended. */
  next: CellRecord | null;
  /** Null before the first run. */
  beliefs: SearchBelief[] | null;
  /** The choice so far: the smallest expected figure among points that were trained. */
  chosen: SearchBelief | null;
  /** Why it goes on or has ended, for people. */
  reason: string;
}

/** The place of a point among the points of a sweep: log k and log n over their ranges, classifier kind, update rule. */
function featuresOf(spec: SweepSpec): (point: SweepPoint) => number[] {
  const scale = (values: number[], value: number) => {
    const low = Math.log(Math.min(...values));
    const high = Math.log(Math.max(...values));
    return high > low ? (Math.log(value) - low) / (high - low) : 0;
  };
  const { truncationInterval, blockSize } = spec.axes;
  return (point) => [
    scale(truncationInterval, point.truncationInterval),
    scale(blockSize, point.blockSize),
    point.classifier === 'random' ? 1 : 0,
    point.update === 'sequence' ? 0.5 : 0,
  ];
}

interface Candidate {
  cost: PointCost;
  records: CellRecord[];
  accuracies: number[];
  /** The next seed that can be trained. */
  waiting: CellRecord | null;
}

function candidatesOf({ spec, cells }: SweepResults, costs: readonly PointCost[]): Candidate[] {
  const groups = recordsByPoint(cells);
  return costs
    .filter((cost) => isWithinLimit(cost, spec))
    .map((cost) => {
      const records = groups.get(cost.point.id) ?? [];
      return {
        cost,
        records,
        accuracies: records.flatMap(({ status, result }) =>
          status === 'done' && result ? [result.testAccuracy] : [],
        ),
        waiting: records.find(({ status }) => status === 'waiting' || status === 'running') ?? null,
      };
    });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Three points that say most before anything is known: what losses are measured against, the cheapest, and the middle of
 * the grid, without which a fall at one end would look like a slope over all of it.
 */
function openingOf(spec: SweepSpec, candidates: readonly Candidate[]): Candidate[] {
  const features = featuresOf(spec);
  const reference = referencePoint(
    spec,
    candidates.map(({ cost }) => cost),
  );
  const leastBy = (value: (each: Candidate) => number) =>
    candidates.reduce((best, each) => (value(each) < value(best) ? each : best));
  const cheapest = leastBy(({ cost }) => cost.costTerms);
  const middle = leastBy(({ cost }) =>
    features(cost.point).reduce((sum, value, i) => sum + (value - (i < 2 ? 0.5 : 0)) ** 2, 0),
  );
  const first = candidates.filter(({ cost }) => cost.point.id === reference?.point.id);
  return [...new Set([...first, cheapest, middle])];
}

function believe(spec: SweepSpec, candidates: readonly Candidate[]): SearchBelief[] {
  const features = featuresOf(spec);
  const observations = candidates.flatMap(({ cost, accuracies }): Observation[] =>
    accuracies.length === 0
      ? []
      : [{ features: features(cost.point), mean: mean(accuracies), count: accuracies.length }],
  );
  const { constants, predict } = fitProcess(observations, PRIOR);
  const predictions = candidates.map(({ cost }) => predict(features(cost.point)));
  const referenceId = referencePoint(
    spec,
    candidates.map(({ cost }) => cost),
  )?.point.id;
  const reference = predictions[candidates.findIndex(({ cost }) => cost.point.id === referenceId)].mean;
  const weight = spec.weights.accuracyLoss;
  // AL is linear in the accuracy, so the figure of merit is as normal as the accuracy is.
  const slope = weight * Math.abs(accuracyLoss(1, reference) - accuracyLoss(0, reference));
  const expected = candidates.map(({ cost }, i) => ({
    mean: cost.costTerms + weight * accuracyLoss(predictions[i].mean, reference),
    deviation: slope * predictions[i].deviation,
  }));
  const noise = slope * constants.noise;
  // The point that is surely good, not the one that was lucky once: Huang et al. 2006, augmented expected improvement.
  const tried = expected.filter((_, i) => candidates[i].accuracies.length > 0);
  const incumbent = tried.reduce((best, each) =>
    each.mean + each.deviation < best.mean + best.deviation ? each : best,
  );
  return candidates.map(({ cost, accuracies, waiting }, i) => {
    const { deviation } = expected[i];
    const isRepeat = accuracies.length > 0;
    const whatSeedsTell = isRepeat ? 1 - noise / Math.sqrt(noise ** 2 + deviation ** 2 || 1) : 1;
    const gain = waiting ? expectedImprovement(expected[i], incumbent.mean) * whatSeedsTell : 0;
    return { cost, runs: accuracies.length, expected: expected[i], gain };
  });
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** "k = 5, n = 1", with classifier and update where the sweep has several. */
export function pointName(point: SweepPoint, { axes }: Pick<SweepSpec, 'axes'>): string {
  const parts = [`k = ${point.truncationInterval}`, `n = ${point.blockSize}`];
  if (axes.classifier.length > 1) parts.push(point.classifier);
  if (axes.update.length > 1) parts.push(`update per ${point.update}`);
  return parts.join(', ');
}

/**
 * What a search for the smallest figure of merit trains next. Costs are exact, so only accuracy is uncertain: a Gaussian
 * process over (log k, log n) predicts it with its uncertainty, and the next run is the one that is expected to improve
 * the figure most, at a new point or with another seed at an old one. It ends when no run is worth it, and has trained
 * its choice with every seed by then. A function of the results alone.
 */
export function searchStep(results: SweepResults, costs: readonly PointCost[]): SearchStep {
  const { spec } = results;
  const candidates = candidatesOf(results, costs);
  if (candidates.length === 0)
    return { next: null, beliefs: null, chosen: null, reason: 'No point is within the memory limit.' };
  const opening = openingOf(spec, candidates).find(
    ({ accuracies, waiting }) => accuracies.length === 0 && waiting,
  );
  if (opening?.waiting) {
    const name = pointName(opening.cost.point, spec);
    return {
      next: opening.waiting,
      beliefs: null,
      chosen: null,
      reason: `It begins with both ends and the middle: ${name}.`,
    };
  }
  if (candidates.every(({ accuracies }) => accuracies.length === 0)) {
    const next = candidates.find(({ waiting }) => waiting)?.waiting ?? null;
    return { next, beliefs: null, chosen: null, reason: 'Nothing has been trained yet.' };
  }

  const beliefs = believe(spec, candidates);
  const maxPoints = spec.search?.maxPoints ?? candidates.length;
  const triedCount = candidates.filter(({ accuracies }) => accuracies.length > 0).length;
  const mayTry = (i: number) => triedCount < maxPoints || candidates[i].accuracies.length > 0;
  const indices = candidates.map((_, i) => i);
  const chosenAt = indices
    .filter((i) => beliefs[i].runs > 0)
    .reduce((best, i) => (beliefs[i].expected.mean < beliefs[best].expected.mean ? i : best));
  const chosen = beliefs[chosenAt];
  const bestAt = indices
    .filter(mayTry)
    .reduce((best, i) => (beliefs[i].gain > beliefs[best].gain ? i : best));
  const { gain } = beliefs[bestAt];
  if (gain >= WORTHWHILE) {
    const what = beliefs[bestAt].runs > 0 ? 'another seed at' : '';
    return {
      next: candidates[bestAt].waiting,
      beliefs,
      chosen,
      reason:
        `${what} ${pointName(beliefs[bestAt].cost.point, spec)} is expected to gain ${gain.toFixed(3)}.`.trim(),
    };
  }
  if (candidates[chosenAt].waiting) {
    return {
      next: candidates[chosenAt].waiting,
      beliefs,
      chosen,
      reason: `The choice ${pointName(chosen.cost.point, spec)} is checked with its other seeds.`,
    };
  }
  const limit =
    triedCount >= maxPoints
      ? `It has tried as many points as it may (${maxPoints}).`
      : 'No further run is worth it.';
  return { next: null, beliefs, chosen, reason: limit };
}

/**
 * The choice of a search and why, in sentences for people.
 * @param step Of {@link searchStep} with the same arguments.
 */
export function explainSearch({ beliefs, chosen, reason }: SearchStep, results: SweepResults): string[] {
  const { spec, cells } = results;
  if (!beliefs || !chosen) return [reason];
  const done = cells.filter(({ status }) => status === 'done').length;
  const accuracyOf = (belief: SearchBelief) =>
    mean(
      cells.flatMap(({ cell, status, result }) =>
        cell.point.id === belief.cost.point.id && status === 'done' && result ? [result.testAccuracy] : [],
      ),
    );
  const sentences = [
    `${pointName(chosen.cost.point, spec)} has the smallest figure of merit: ${chosen.expected.mean.toFixed(3)}, ` +
      `where full BPTT has ${fullWeight(spec).toFixed(2)}. Its costs make ${chosen.cost.costTerms.toFixed(3)} of that; ` +
      `its test accuracy is ${percent(accuracyOf(chosen))} (${chosen.runs} ${chosen.runs === 1 ? 'run' : 'runs'}).`,
    `${done} of ${cells.length} runs were trained. ${reason}`,
  ];
  const rivals = beliefs
    .filter((belief) => belief !== chosen)
    .map((belief) => ({ belief, chance: chanceToWin(belief, chosen) }))
    .sort((a, b) => b.chance - a.chance)
    .slice(0, 2);
  for (const { belief, chance } of rivals) {
    const { expected, runs, cost } = belief;
    const basis = runs > 0 ? `after ${runs} ${runs === 1 ? 'run' : 'runs'}` : 'not trained';
    sentences.push(
      `${pointName(cost.point, spec)} (${basis}) is expected at ${expected.mean.toFixed(3)} ± ` +
        `${expected.deviation.toFixed(3)}: a chance of ${Math.round(100 * chance)} % to be better by more than ${WORTHWHILE}.`,
    );
  }
  const left = spec.memoryLimit === null ? 0 : cells.filter(({ note }) => note.startsWith('needs ')).length;
  if (left > 0) sentences.push(`${left} runs are above the memory limit and were never considered.`);
  return sentences;
}

/** The figure of merit of full BPTT: the sum of the cost weights. */
function fullWeight({ weights: { memory, access, additions, macs } }: SweepSpec): number {
  return memory + access + additions + macs;
}

function chanceToWin(rival: SearchBelief, chosen: SearchBelief): number {
  const deviation = Math.hypot(rival.expected.deviation, chosen.expected.deviation);
  const lead = chosen.expected.mean - WORTHWHILE - rival.expected.mean;
  return deviation > 0 ? normalShare(lead / deviation) : lead > 0 ? 1 : 0;
}
