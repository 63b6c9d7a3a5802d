import type { ClassifierKind } from '../network.ts';
import type { ClaimPart, RunsNeeded } from './claimTypes.ts';
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

type RunPart = Extract<ClaimPart, { kind: 'runs' }>;

const EVENTS: RunsNeeded = { input: 'events', sweeps: ['grid'] };
const EVENTS_RANDOM: RunsNeeded = { input: 'events', sweeps: ['grid', 'random'] };
const IMAGES: RunsNeeded = { input: 'frames', sweeps: ['grid'] };
const GREY: RunsNeeded = { input: 'frames', channels: 1, sweeps: ['grid'] };
const GREY_RANDOM: RunsNeeded = { input: 'frames', channels: 1, sweeps: ['grid', 'random'] };
const COLOUR: RunsNeeded = { input: 'frames', channels: 3, sweeps: ['grid'] };

const at = (k: number, n: number, classifier: ClassifierKind = 'trainable'): GridPoint => ({
  k,
  n,
  classifier,
});

/** Says on which data, and that it is not the paper's. */
function onThisData({ dataset }: Evidence, sentence: string): string {
  return `On ${dataset}, which is not the paper’s data. ${sentence}`;
}

/** The part of a claim that says "a is above b", from an interval of the difference. */
function above(
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
function bestOf<Value>(values: readonly Value[], accuracyOf: (value: Value) => number | null): Value | null {
  let best: { value: Value; accuracy: number } | null = null;
  for (const value of values) {
    const accuracy = accuracyOf(value);
    if (accuracy !== null && (!best || accuracy > best.accuracy)) best = { value, accuracy };
  }
  return best?.value ?? null;
}

/** The k of the grid that are neither 1 nor T. */
function interiorKs(evidence: Evidence): number[] {
  const { T } = fullBptt(evidence);
  return gridOf(evidence).ks.filter((k) => k > 1 && k < T);
}

/** Claim 3. */
export const framesFall: RunPart = {
  kind: 'runs',
  id: 'frames-fall',
  text: 'Images: accuracy falls when k shrinks from T to 1 (BP)',
  stated: 'falls in most cases',
  needs: IMAGES,
  judge(evidence) {
    const { T, L } = fullBptt(evidence);
    return above(
      evidence,
      difference(evidence, at(T, L), at(1, L)),
      this.stated,
      'Accuracy of k = T above that of k = 1.',
    );
  },
};

/** Claim 3: most of it at small k. */
export const framesFallLate: RunPart = {
  kind: 'runs',
  id: 'frames-fall-late',
  text: 'Images: most of the fall comes at small k',
  stated: 'most when k is small',
  needs: IMAGES,
  judge(evidence) {
    const { T, L } = fullBptt(evidence);
    const [middle] = interiorKs(evidence).slice(-1);
    if (middle === undefined) return null;
    const interval = overSeeds(
      evidence,
      [at(T, L), at(middle, L), at(1, L)],
      ([all, some, one]) => some - one - (all - some),
    );
    return above(
      evidence,
      interval,
      this.stated,
      `The fall from k = ${middle} to 1, less that from k = T to ${middle}.`,
    );
  },
};

/** Mean accuracy over all k at one n, less that at another, paired by seed. */
function acrossK(evidence: Evidence, n: number, against: number) {
  const { ks } = gridOf(evidence);
  const points = ks.flatMap((k) => [at(k, n), at(k, against)]);
  return overSeeds(evidence, points, (accuracies) => {
    const gaps = ks.map((_, i) => accuracies[2 * i] - accuracies[2 * i + 1]);
    return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  });
}

/** How much more accuracy n loses than `against` when k shrinks from T to 1. */
function extraFall(evidence: Evidence, n: number, against: number) {
  const { T } = fullBptt(evidence);
  return overSeeds(
    evidence,
    [at(T, n), at(1, n), at(T, against), at(1, against)],
    ([all, one, allThere, oneThere]) => all - one - (allThere - oneThere),
  );
}

/** Claim 4. */
export const emnistOrder: readonly RunPart[] = [
  {
    kind: 'runs',
    id: 'emnist-bp-best',
    text: 'Grey images (stated for EMNIST): BP above blocks of one layer',
    stated: 'BP best',
    needs: GREY,
    judge(evidence) {
      return above(
        evidence,
        acrossK(evidence, fullBptt(evidence).L, 1),
        this.stated,
        'BP above LBP1, mean over all k.',
      );
    },
  },
  {
    kind: 'runs',
    id: 'emnist-local-sensitive',
    text: 'Grey images (stated for EMNIST): local learning loses more by truncation than BP',
    stated: 'more sensitive',
    needs: GREY,
    judge(evidence) {
      return above(
        evidence,
        extraFall(evidence, 1, fullBptt(evidence).L),
        this.stated,
        'Fall of LBP1 from k = T to 1, less that of BP.',
      );
    },
  },
];

/** Claim 5. */
export const cifarOrder: readonly RunPart[] = [
  {
    kind: 'runs',
    id: 'cifar-bp-falls-more',
    text: 'Colour images (stated for CIFAR10): BP loses more by truncation than local learning',
    stated: '6.30 % against at most 3.35 %',
    needs: COLOUR,
    judge(evidence) {
      return above(
        evidence,
        extraFall(evidence, fullBptt(evidence).L, 1),
        this.stated,
        'Fall of BP from k = T to 1, less that of LBP1.',
      );
    },
  },
  {
    kind: 'runs',
    id: 'cifar-local-passes',
    text: 'Colour images (stated for CIFAR10): local learning passes BP at small k',
    stated: 'LBP2 passes BP',
    needs: COLOUR,
    judge(evidence) {
      const { L } = fullBptt(evidence);
      const n = bestOf(
        gridOf(evidence).ns.filter((each) => each < L),
        (each) => meanAt(evidence, at(1, each)),
      );
      if (n === null) return null;
      return above(
        evidence,
        difference(evidence, at(1, n), at(1, L)),
        this.stated,
        `LBP${n} above BP at k = 1; of several n the best one.`,
      );
    },
  },
];

/** Loss of accuracy through random classifiers at one point. */
function randomLoss(evidence: Evidence, k: number, n: number) {
  return difference(evidence, at(k, n), at(k, n, 'random'));
}

/** Claim 6. */
export const emnistRandom: readonly RunPart[] = [
  {
    kind: 'runs',
    id: 'emnist-random-local',
    text: 'Grey images (stated for EMNIST), k = T: random classifiers cost LBP1 accuracy',
    stated: '14.91 %',
    needs: GREY_RANDOM,
    judge(evidence) {
      return above(
        evidence,
        randomLoss(evidence, fullBptt(evidence).T, 1),
        this.stated,
        'Loss of LBP1 at k = T.',
      );
    },
  },
  {
    kind: 'runs',
    id: 'emnist-random-less-for-bp',
    text: 'Grey images (stated for EMNIST), k = T: they cost LBP1 more than BP',
    stated: '14.91 % against 0.91 %',
    needs: GREY_RANDOM,
    judge(evidence) {
      const { T, L } = fullBptt(evidence);
      const interval = overSeeds(
        evidence,
        [at(T, 1), at(T, 1, 'random'), at(T, L), at(T, L, 'random')],
        ([local, localRandom, whole, wholeRandom]) => local - localRandom - (whole - wholeRandom),
      );
      return above(evidence, interval, this.stated, 'Loss of LBP1, less that of BP.');
    },
  },
];

/** Claim 7. */
export const eventsOptimum: RunPart = {
  kind: 'runs',
  id: 'events-optimum',
  text: 'Event data: accuracy rises and then falls as k shrinks (BP)',
  stated: 'optimum between 1 and T',
  needs: EVENTS,
  judge(evidence) {
    const { T, L } = fullBptt(evidence);
    const k = bestOf(interiorKs(evidence), (each) => meanAt(evidence, at(each, L)));
    if (k === null) return null;
    const rise = difference(evidence, at(k, L), at(T, L));
    const fall = difference(evidence, at(k, L), at(1, L));
    if (!rise || !fall) return null;
    const verdicts = [judgeAbove(rise), judgeAbove(fall)];
    return {
      verdict: verdicts.includes('contradicted')
        ? 'contradicted'
        : verdicts.includes('undecided')
          ? 'undecided'
          : 'onData',
      stated: this.stated,
      found: `k = ${k} against T: ${pointsText(rise)}; against 1: ${pointsText(fall)}`,
      explanation: onThisData(
        evidence,
        'The best of several k is compared, which favours the statement; both differences must be above 0.',
      ),
    };
  },
};

/** Claim 9. */
export const eventsLocal: RunPart = {
  kind: 'runs',
  id: 'events-local',
  text: 'Event data, trainable classifiers: local learning above BP',
  stated: 'LBP above BP',
  needs: EVENTS,
  judge(evidence) {
    return above(
      evidence,
      acrossK(evidence, 1, fullBptt(evidence).L),
      this.stated,
      'LBP1 above BP, mean over all k.',
    );
  },
};

/** Claim 10. */
export const eventsRandom: RunPart = {
  kind: 'runs',
  id: 'events-random',
  text: 'Event data, k = T: random classifiers cost LBP1 accuracy',
  stated: '10.99 % (DvsGesture), 13.86 % (CIFAR10-DVS)',
  needs: EVENTS_RANDOM,
  judge(evidence) {
    return above(
      evidence,
      randomLoss(evidence, fullBptt(evidence).T, 1),
      this.stated,
      'Loss of LBP1 at k = T.',
    );
  },
};

/** Claim 22. */
export const eventsRandomWorst: RunPart = {
  kind: 'runs',
  id: 'events-random-worst',
  text: 'Event data: at the same (k, n) random classifiers cost accuracy, at worst',
  stated: 'up to 20.16 %',
  needs: EVENTS_RANDOM,
  judge(evidence) {
    const { ks, ns } = gridOf(evidence);
    const points = ks.flatMap((k) => ns.map((n) => ({ k, n })));
    const worst = bestOf(points, ({ k, n }) => randomLoss(evidence, k, n)?.mean ?? null);
    if (!worst) return null;
    return above(
      evidence,
      randomLoss(evidence, worst.k, worst.n),
      this.stated,
      `At (${worst.k}, ${worst.n}), the largest loss of those that were run.`,
    );
  },
};

/** Claim 13. */
export const goodIntervals: RunPart = {
  kind: 'runs',
  id: 'good-intervals',
  text: 'Good k lie in 2 to 10 (event data)',
  stated: '2 to 10',
  needs: EVENTS,
  judge(evidence) {
    const { ks, ns } = gridOf(evidence);
    const points = ks.flatMap((k) => ns.map((n) => at(k, n)));
    const isGood = ({ k }: GridPoint) => k >= 2 && k <= 10;
    const mean = (point: GridPoint) => meanAt(evidence, point);
    const inside = bestOf(points.filter(isGood), mean);
    const outside = bestOf(
      points.filter((point) => !isGood(point)),
      mean,
    );
    if (!inside || !outside) return null;
    return above(
      evidence,
      difference(evidence, inside, outside),
      this.stated,
      `The best inside, (${inside.k}, ${inside.n}), against the best outside, (${outside.k}, ${outside.n}).`,
    );
  },
};

/** Figure of merit at a point, per seed, less that at another. */
function meritGap(evidence: Evidence, point: GridPoint, against: GridPoint) {
  const { T, L } = fullBptt(evidence);
  const [cost, costThere] = [costTerms(evidence, point), costTerms(evidence, against)];
  return overSeeds(evidence, [at(T, L), point, against], ([base, here, there]) =>
    base > 0 ? (base - here) / base + cost - ((base - there) / base + costThere) : Number.NaN,
  );
}

/** Points of the grid from the smallest figure of merit on, by mean accuracy. */
function byMerit(evidence: Evidence): GridPoint[] {
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

/** Claim 20. */
export const bestIsLocal: RunPart = {
  kind: 'runs',
  id: 'best-is-local',
  text: 'Event data: the best (k, n) by the figure of merit has blocks of one layer',
  stated: '(10, 1) on both event sets',
  needs: EVENTS,
  judge(evidence) {
    const order = byMerit(evidence);
    const local = order.find(({ n }) => n === 1);
    const other = order.find(({ n }) => n !== 1);
    if (!local || !other) return null;
    // Smaller is better: the other one must be above.
    const gap = meritGap(evidence, other, local);
    if (!gap) return null;
    const interval =
      gap.margin === null
        ? 'one seed, no interval'
        : `95 % interval ${(gap.mean - gap.margin).toFixed(3)} to ${(gap.mean + gap.margin).toFixed(3)}`;
    return {
      verdict: judgeAbove(gap),
      stated: this.stated,
      found: `best: (${order[0].k}, ${order[0].n}); best with n > 1, (${other.k}, ${other.n}), is ${gap.mean.toFixed(3)} above best with n = 1, (${local.k}, ${local.n}) (${interval})`,
      explanation: onThisData(evidence, 'Costs are the model’s, accuracies the runs’.'),
    };
  },
};

/** Claim 21: what the best choice does to accuracy. */
export const bestAccuracy: readonly RunPart[] = [
  {
    kind: 'runs',
    id: 'best-accuracy-images',
    text: 'Images: the best choice by the figure of merit loses at most 1 % of accuracy',
    stated: 'within 1 %',
    needs: IMAGES,
    judge: (evidence) => bestChoiceGain(evidence, 'within 1 %', -0.01),
  },
  {
    kind: 'runs',
    id: 'best-accuracy-events',
    text: 'Event data: the best choice by the figure of merit gains accuracy',
    stated: 'up to +7.26 %',
    needs: EVENTS,
    judge: (evidence) => bestChoiceGain(evidence, 'up to +7.26 %', 0),
  },
];

function bestChoiceGain(evidence: Evidence, stated: string, limit: number): PartOutcome | null {
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

/** Claim 1: the headline's accuracy. */
export const headlineAccuracy: RunPart = {
  kind: 'runs',
  id: 'headline-accuracy',
  text: 'Event data: blocks of one layer with k near T / 10 gain accuracy over full BPTT',
  stated: '+7.26 % (CIFAR10-DVS, (10, 1) against (100, 8))',
  needs: EVENTS,
  judge(evidence) {
    const { T, L } = fullBptt(evidence);
    const ks = interiorKs(evidence);
    if (ks.length === 0) return null;
    const k = ks.reduce((near, each) =>
      Math.abs(Math.log((10 * each) / T)) < Math.abs(Math.log((10 * near) / T)) ? each : near,
    );
    return above(
      evidence,
      difference(evidence, at(k, 1), at(T, L)),
      this.stated,
      `(${k}, 1) against (${T}, ${L}).`,
    );
  },
};
