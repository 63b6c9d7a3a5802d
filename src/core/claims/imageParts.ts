import type { RunsNeeded } from './claimTypes.ts';
import {
  above,
  acrossK,
  at,
  bestOf,
  extraFall,
  interiorKs,
  type RunPart,
  randomLoss,
} from './comparisons.ts';
import { difference, fullBptt, gridOf, meanAt, overSeeds } from './evidence.ts';

const IMAGES: RunsNeeded = { input: 'frames', sweeps: ['grid'] };
const GREY: RunsNeeded = { input: 'frames', channels: 1, sweeps: ['grid'] };
const GREY_RANDOM: RunsNeeded = { input: 'frames', channels: 1, sweeps: ['grid', 'random'] };
const COLOUR: RunsNeeded = { input: 'frames', channels: 3, sweeps: ['grid'] };

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
