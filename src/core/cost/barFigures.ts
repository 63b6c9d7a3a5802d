import { type AccuracyMean, findMean } from '../claims/accuracyMeans.ts';
import { type GridPoint, STATED_COSTS } from '../claims/statedCosts.ts';
import {
  COST_KINDS,
  type CostKind,
  figureOfMerit,
  reductionPercent,
  relativeAccuracyLoss,
} from '../costModel.ts';
import { bodyLayerCount } from '../network.ts';
import type { PresetName } from '../presets.ts';
import type { CostOptions } from './costReport.ts';
import { blockSizeName, type FigureSubject, presetSubject } from './figureSubjects.ts';
import { type BarChartPart, type Figure, type FigureBar, modelledAt, statedBest } from './figures.ts';

type BarOptions = Pick<CostOptions, 'rules' | 'density' | 'weights'>;

/** The networks that the paper compares by their costs. */
const COMPARED: readonly PresetName[] = [
  'lenet1-emnist',
  'lenet2-dvsgesture',
  'alexnet-cifar10',
  'alexnet-cifar10dvs',
];

function subjectsWith(own: FigureSubject | null): FigureSubject[] {
  return [...COMPARED.map(presetSubject), ...(own ? [own] : [])];
}

const trainable = (k: number, n: number): GridPoint => ({ k, n, classifier: 'trainable' });

function fullBptt({ config }: FigureSubject): GridPoint {
  return trainable(config.stepCount, bodyLayerCount(config.network));
}

/** Figure 13: MACs relative to BP's, which neither k nor the classifier kind changes. */
export function macsFigure(options: BarOptions, own: FigureSubject | null): Figure {
  const group = (subject: FigureSubject) => {
    const macsAt = (n: number) =>
      modelledAt(subject, trainable(1, n), subject.operationBatch, options).macs.total;
    const full = macsAt(fullBptt(subject).n);
    return {
      name: subject.title,
      bars: subject.blockSizes.map((n): FigureBar => {
        const share = macsAt(n) / full;
        const stated = STATED_COSTS.find(
          ({ preset, quantity, pairs }) =>
            preset === subject.id && quantity === 'macs' && pairs[0].at.n === n,
        );
        return {
          name: blockSizeName(n, subject),
          value: share,
          origin: 'modelled',
          note: share >= 0.1 ? share.toFixed(2) : share.toFixed(4),
          stated: stated ? { value: 1 - stated.percent / 100, label: `${stated.percent} % fewer` } : null,
        };
      }),
    };
  };
  return {
    number: 13,
    title: 'MACs of one batch, relative to BP',
    caption:
      'All bars are modelled (Eq. 17): only errors that go down through a block multiply. Stated: 72 % fewer for LeNet-1, 99 % for LeNet-2 and AlexNet, 99.64 % in the abstract.',
    lineCharts: [],
    barCharts: [{ title: 'MACs', measure: 'share of BP’s MACs', groups: subjectsWith(own).map(group) }],
  };
}

/** The costs of Eq. 18 at one point, relative to full BPTT; AL where accuracies are known. */
function fomAt(
  subject: FigureSubject,
  point: GridPoint,
  options: BarOptions,
  means: readonly AccuracyMean[],
): { value: number; accuracyLoss: number | null } {
  const at = (where: GridPoint) => modelledAt(subject, where, subject.operationBatch, options);
  const full = fullBptt(subject);
  const here = findMean(means, point);
  const base = findMean(means, full);
  const accuracyLoss =
    subject.id === 'session' && here && base && base.mean > 0
      ? relativeAccuracyLoss(here.mean, base.mean)
      : null;
  return {
    value: figureOfMerit(at(point), at(full), accuracyLoss ?? 0, options.weights).total,
    accuracyLoss,
  };
}

/**
 * Figure 14: for every n the smallest figure of merit over k. Without accuracies the smallest k always wins, so the
 * paper's networks show the k of the paper's best choice where it has that n, marked as stated.
 * @param means Accuracies of the user's own network, where a sweep has measured them.
 */
export function fomFigure(
  options: BarOptions,
  own: FigureSubject | null,
  means: readonly AccuracyMean[],
): Figure {
  const group = (subject: FigureSubject) => ({
    name: subject.title,
    bars: subject.blockSizes.map((n): FigureBar => {
      const values = subject.truncationIntervals
        .map((k) => ({ k, ...fomAt(subject, trainable(k, n), options, means) }))
        .filter(({ accuracyLoss }, _, all) =>
          // Where some accuracies are known, only points that have one are compared.
          all.some((each) => each.accuracyLoss !== null) ? accuracyLoss !== null : true,
        );
      const best = values.reduce((low, each) => (each.value < low.value ? each : low));
      const stated = statedBest(subject);
      return {
        name: blockSizeName(n, subject),
        value: best.value,
        origin: best.accuracyLoss === null ? 'modelled' : 'measured',
        note: `k = ${best.k}`,
        stated:
          stated?.n === n
            ? {
                value: fomAt(subject, trainable(stated.k, n), options, []).value,
                label: `stated best: (${stated.k}, ${n})`,
              }
            : null,
      };
    }),
  });
  return {
    number: 14,
    title: 'Figure of merit, smallest over k',
    caption:
      'Modelled: the cost terms of Eq. 18 alone, so that the smallest k always wins; the paper’s accuracies are in its figures only. Stated: the best (k, n) by the paper’s accuracies, at the height of its cost terms. Where a sweep of your network has measured accuracies, its bars contain the accuracy loss.',
    lineCharts: [],
    barCharts: [
      { title: 'Figure of merit', measure: 'figure of merit', groups: subjectsWith(own).map(group) },
    ],
  };
}

const COST_NAMES: Record<CostKind, string> = {
  memory: 'memory',
  access: 'access',
  additions: 'additions',
  macs: 'MACs',
};

/** What the text says of a best choice's saving, in percent; section 5.2 gives limits for "most cases". */
function statedSaving(preset: FigureSubject['id'], kind: CostKind): FigureBar['stated'] {
  const exact = STATED_COSTS.find(
    (each) =>
      each.preset === preset &&
      (each.quantity === kind || (each.quantity === 'gpuMemory' && kind === 'memory')) &&
      (each.figure === 15 || each.claim === 1),
  );
  if (exact) {
    const words = exact.stating === 'over' ? 'more than ' : '';
    return { value: exact.percent, label: `${words}${exact.percent} %` };
  }
  if (preset === 'session') return null;
  if (kind === 'memory') return { value: 80, label: 'more than 80 % in most cases' };
  // EMNIST's best choice has n = 2: it is not among the "most cases".
  if (kind === 'macs' && preset !== 'lenet1-emnist')
    return { value: 99, label: 'more than 99 % in most cases' };
  return null;
}

/** Accuracy change of the best choice in points of the paper's text; null where it gives a limit only. */
const STATED_GAINS: Partial<Record<FigureSubject['id'], { value: number; label: string }>> = {
  'lenet1-emnist': { value: -1, label: 'drop within 1 %' },
  'alexnet-cifar10': { value: -1, label: 'drop within 1 %' },
  'alexnet-cifar10dvs': { value: 7.26, label: 'gain of 7.26 %' },
};

/**
 * Figure 15: what the best choice does to accuracy (A) and to the costs (B), against full BPTT.
 * @param ownBest The (k, n) of the user's own network that is shown.
 */
export function bestChoiceFigure(
  options: BarOptions,
  own: FigureSubject | null,
  ownBest: GridPoint,
  means: readonly AccuracyMean[],
): Figure {
  const subjects = subjectsWith(own);
  const choice = (subject: FigureSubject): GridPoint => {
    const stated = statedBest(subject);
    return stated ? trainable(stated.k, stated.n) : ownBest;
  };
  const named = (subject: FigureSubject) => {
    const { k, n } = choice(subject);
    return `${subject.title} (${k}, ${n})`;
  };
  const gain = (subject: FigureSubject): number | null => {
    if (subject.id !== 'session') return null;
    const here = findMean(means, choice(subject));
    const full = findMean(means, fullBptt(subject));
    return here && full ? 100 * (here.mean - full.mean) : null;
  };
  const accuracy: BarChartPart = {
    title: 'A: accuracy',
    measure: 'points of accuracy against full BPTT',
    groups: subjects.map((subject) => {
      const value = gain(subject);
      return {
        name: named(subject),
        bars: [
          {
            name: 'accuracy',
            value,
            origin: 'measured',
            note: value === null ? 'not run' : value.toFixed(2),
            stated: STATED_GAINS[subject.id] ?? null,
          },
        ],
      };
    }),
  };
  const costs: BarChartPart = {
    title: 'B: cost',
    measure: 'percent less than full BPTT',
    groups: subjects.map((subject) => {
      const at = (point: GridPoint) => modelledAt(subject, point, subject.operationBatch, options);
      const memoryAt = (point: GridPoint) =>
        modelledAt(subject, point, subject.config.batchSize, options).memory.total;
      const here = at(choice(subject));
      const full = at(fullBptt(subject));
      return {
        name: named(subject),
        bars: COST_KINDS.map((kind): FigureBar => {
          const value =
            kind === 'memory'
              ? reductionPercent(memoryAt(choice(subject)), memoryAt(fullBptt(subject)))
              : reductionPercent(here[kind].total, full[kind].total);
          return {
            name: COST_NAMES[kind],
            value,
            origin: 'modelled',
            note: value.toFixed(1),
            stated: statedSaving(subject.id, kind),
          };
        }),
      };
    }),
  };
  return {
    number: 15,
    title: 'What the best choice saves, and what it does to accuracy',
    caption:
      'Modelled: all costs, memory by Eqs. 8–10. Measured: accuracy of your network, where a sweep has it; the paper’s data sets are not part of this page. Stated: what the text says of the paper’s best (k, n); its memory was measured in PyTorch.',
    lineCharts: [],
    barCharts: [accuracy, costs],
  };
}
