import { bestChoiceParts } from './bestChoiceParts.ts';
import type { Claim, ClaimPart } from './claimTypes.ts';
import { type CostModel, paperModel } from './costChecks.ts';
import {
  bestAccuracy,
  bestIsLocal,
  eventsLocal,
  eventsOptimum,
  eventsRandom,
  eventsRandomWorst,
  goodIntervals,
  headlineAccuracy,
} from './eventParts.ts';
import type { Evidence } from './evidence.ts';
import { cifarOrder, emnistOrder, emnistRandom, framesFall, framesFallLate } from './imageParts.ts';
import { growingSavingPart, linearMemoryPart, randomMemoryPart, smallerBlocksPart } from './memoryParts.ts';
import { statedParts } from './modelComparisons.ts';
import {
  accessOrderParts,
  alexnetAccessPart,
  gridsPart,
  macsConstantPart,
  temporalFactorPart,
} from './operationParts.ts';
import { type PartOutcome, type Verdict, wholeVerdict } from './verdicts.ts';

const DEEP =
  'Needs the data set and days of training a deep network on a large graphics card. Drop the recordings, choose the preset and sweep k to try it.';

function deepPart(id: string, text: string, stated: string): ClaimPart {
  return { kind: 'none', id, text, stated, reason: DEEP };
}

/** Everything that the paper's text states as a result, in its order. */
export const CLAIMS: readonly Claim[] = [
  {
    number: 1,
    text: 'CIFAR10-DVS with AlexNet at (10, 1), against full BPTT: 7.26 % more accuracy, 89.94 % less GPU memory, 10.79 % less access, 99.64 % fewer MACs.',
    where: 'abstract, 5.2',
    parts: [...statedParts(1), headlineAccuracy],
  },
  {
    number: 2,
    text: 'k and n come from these sets: EMNIST {20, 10, 5, 2, 1}, CIFAR10 {10, 5, 2, 1}, DvsGesture {60, 30, 20, 10, 5, 1}, CIFAR10-DVS {100, 50, 20, 10, 1}; n {4, 2, 1} for LeNet, {8, 4, 2, 1} for AlexNet.',
    where: '3.4',
    parts: [gridsPart],
  },
  {
    number: 3,
    text: 'On images accuracy falls with smaller k in most cases, most when k is small.',
    where: '3.4, Fig. 3',
    parts: [framesFall, framesFallLate],
  },
  {
    number: 4,
    text: 'EMNIST: BP is best, LBP2 and LBP1 are below; local learning is more sensitive to truncation.',
    where: '3.4, Fig. 3',
    parts: emnistOrder,
  },
  {
    number: 5,
    text: 'CIFAR10: BP loses 6.30 % by truncation, local learning at most 3.35 %; LBP2 passes BP at small k.',
    where: '3.4, Fig. 3',
    parts: cifarOrder,
  },
  {
    number: 6,
    text: 'EMNIST at k = 20 with random classifiers: LBP1 loses 14.91 %, BP 0.91 %.',
    where: '3.4, Fig. 3',
    parts: emnistRandom,
  },
  {
    number: 7,
    text: 'On event data accuracy rises and then falls as k shrinks.',
    where: '3.4, Fig. 4',
    parts: [eventsOptimum],
  },
  {
    number: 8,
    text: 'After 10 steps the temporal factor lies in [6e-6, 0.1] for tau = 0.8, theta = 0.3.',
    where: '3.4',
    parts: [temporalFactorPart],
  },
  {
    number: 9,
    text: 'DvsGesture and CIFAR10-DVS with trainable classifiers: local learning is above BP.',
    where: '3.4, Fig. 4',
    parts: [eventsLocal],
  },
  {
    number: 10,
    text: 'Random classifiers in LBP1 at k = T lose 10.99 % on DvsGesture and 13.86 % on CIFAR10-DVS.',
    where: '3.4, Fig. 4',
    parts: [eventsRandom],
  },
  {
    number: 11,
    text: 'VGG11 on N-Caltech101: the best k is 5 for BP and 10 for LBP5; local learning improves accuracy.',
    where: '3.4, Fig. 5A',
    parts: [deepPart('vgg11', 'VGG11 on N-Caltech101', 'best k 5 (BP), 10 (LBP5)')],
  },
  {
    number: 12,
    text: 'ResNet18 on Tiny-ES-ImageNet: the best k is 4 for BP and local learning, which does not improve accuracy.',
    where: '3.4, Fig. 5B',
    parts: [deepPart('resnet18', 'ResNet18 on Tiny-ES-ImageNet', 'best k 4')],
  },
  { number: 13, text: 'Good k lie in 2 to 10.', where: '3.4, 5.2', parts: [goodIntervals] },
  {
    number: 14,
    text: 'GPU memory is linear in k; LBP2 saves 20.14 to 64.73 % (EMNIST) and 2.06 to 32.61 % (DvsGesture) from large to small k; smaller n adds little.',
    where: '4.1, Fig. 6',
    parts: [linearMemoryPart, growingSavingPart, ...statedParts(14), smallerBlocksPart],
  },
  {
    number: 15,
    text: 'LBP1 saves 31.86 to 60.91 % of GPU memory on CIFAR10 and 3.44 to 54.42 % on CIFAR10-DVS; random classifiers change it by less than 2 %.',
    where: '4.1, Fig. 7',
    parts: [...statedParts(15), randomMemoryPart],
  },
  {
    number: 16,
    text: 'Access on EMNIST: truncation saves about 55 % in LBP1; at k = 1 LBP1 is about 23 % below BP, 29 % with random classifiers; with trainable ones it is above BP at large k, with random ones below at all k.',
    where: '4.3, Fig. 9',
    parts: [...statedParts(16), ...accessOrderParts],
  },
  {
    number: 17,
    text: 'Access on CIFAR10: truncation saves up to 50 % in LBP1; LBP1 is up to 31 % below BP, 33 % with random classifiers; local blocks are below BP at all k.',
    where: '4.3, Fig. 10',
    parts: [...statedParts(17), alexnetAccessPart],
  },
  {
    number: 18,
    text: 'Additions: truncation saves less than 5, 0.7 and 0.3 % (LeNet-1, LeNet-2, AlexNet); local blocks add up to 32, 1 and 0.66 %, 16 % for LeNet-1 with random classifiers.',
    where: '4.4, Figs. 11 and 12',
    parts: statedParts(18),
  },
  {
    number: 19,
    text: 'LBP1 saves 72 % of the MACs of LeNet-1 and 99 % of LeNet-2 and AlexNet, whatever k and the kind of classifier.',
    where: '4.4, Fig. 13',
    parts: [...statedParts(19), macsConstantPart],
  },
  {
    number: 20,
    text: 'The best (k, n) by the figure of merit: EMNIST (1, 2), DvsGesture (10, 1), CIFAR10 (1, 1), CIFAR10-DVS (10, 1); LBP1 is best everywhere but on EMNIST.',
    where: '5.2, Fig. 14',
    parts: [bestIsLocal],
  },
  {
    number: 21,
    text: 'Of these choices: accuracy within 1 % on EMNIST and CIFAR10, up to 7.26 % more otherwise; over 80 % less GPU memory and over 99 % fewer MACs in most cases; over 40 % less access on two data sets; hardly more additions.',
    where: '5.2, Fig. 15',
    parts: [...bestChoiceParts, ...statedParts(21), ...bestAccuracy],
  },
  {
    number: 22,
    text: 'Random classifiers on CIFAR10-DVS at the same (k, n): up to 20.16 % less accuracy.',
    where: '5.3',
    parts: [eventsRandomWorst],
  },
];

export interface JudgedPart extends PartOutcome {
  id: string;
  text: string;
  kind: ClaimPart['kind'];
}

/** A claim with the verdict of each part, and of the whole. */
export interface JudgedClaim {
  number: number;
  text: string;
  where: string;
  verdict: Verdict;
  parts: JudgedPart[];
}

const IMAGE_WORDS = { 1: 'grey images', 3: 'colour images' } as const;

/** What data a part needs, for people. */
export function neededData({ needs }: Extract<ClaimPart, { kind: 'runs' }>): string {
  if (needs.input === 'events') return 'event recordings';
  return IMAGE_WORDS[needs.channels as keyof typeof IMAGE_WORDS] ?? 'images';
}

/** True where the evidence is of the kind of data that the part's statement is about. */
export function fitsEvidence(
  { needs }: Extract<ClaimPart, { kind: 'runs' }>,
  { config }: Pick<Evidence, 'config'>,
): boolean {
  const { kind, shape } = config.network.input;
  return kind === needs.input && (needs.channels === undefined || needs.channels === shape.channels);
}

const SWEEP_WORDS = { grid: 'the grid', random: 'the sweep with random classifiers' } as const;

function judgeRuns(part: Extract<ClaimPart, { kind: 'runs' }>, evidence: readonly Evidence[]): PartOutcome {
  const fitting = evidence.filter((each) => fitsEvidence(part, each));
  const outcomes = fitting.map((each) => part.judge(each)).filter((outcome) => outcome !== null);
  if (outcomes.length === 0) {
    const sweeps = part.needs.sweeps.map((sweep) => SWEEP_WORDS[sweep]).join(' and ');
    return {
      verdict: 'notRun',
      stated: part.stated,
      found: fitting.length === 0 ? 'no runs yet' : 'runs are missing',
      explanation: `Takes ${sweeps} on ${neededData(part)}, all of their runs.`,
    };
  }
  if (outcomes.length === 1) return outcomes[0];
  return {
    verdict: wholeVerdict(outcomes.map(({ verdict }) => verdict)),
    stated: part.stated,
    found: outcomes.map(({ found }) => found).join(' | '),
    explanation: outcomes.map(({ explanation }) => explanation).join(' | '),
  };
}

function judgePart(part: ClaimPart, evidence: readonly Evidence[], model: CostModel): PartOutcome {
  switch (part.kind) {
    case 'model':
      return part.judge(model);
    case 'runs':
      return judgeRuns(part, evidence);
    case 'none':
      return {
        verdict: 'notTestable',
        stated: part.stated,
        found: 'nothing',
        explanation: part.reason,
      };
  }
}

/**
 * Checks every claim.
 * @param evidence Runs at hand, one entry per data set and network.
 * @param model The paper's equations; another one in tests.
 */
export function judgeClaims(
  evidence: readonly Evidence[] = [],
  model: CostModel = paperModel,
): JudgedClaim[] {
  return CLAIMS.map(({ number, text, where, parts }) => {
    const judged = parts.map((part) => ({
      id: part.id,
      text: part.text,
      kind: part.kind,
      ...judgePart(part, evidence, model),
    }));
    return {
      number,
      text,
      where,
      verdict: wholeVerdict(judged.map(({ verdict }) => verdict)),
      parts: judged,
    };
  });
}
