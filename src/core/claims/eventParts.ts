import type { RunsNeeded } from './claimTypes.ts';
import {
  above,
  acrossK,
  at,
  bestChoiceGain,
  bestOf,
  byMerit,
  interiorKs,
  meritGap,
  onThisData,
  type RunPart,
  randomLoss,
} from './comparisons.ts';
import { difference, fullBptt, gridOf, judgeAbove, meanAt, pointsText } from './evidence.ts';
import type { GridPoint } from './statedCosts.ts';

const EVENTS: RunsNeeded = { input: 'events', sweeps: ['grid'] };
const EVENTS_RANDOM: RunsNeeded = { input: 'events', sweeps: ['grid', 'random'] };
const IMAGES: RunsNeeded = { input: 'frames', sweeps: ['grid'] };

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
