import { type GridPoint, STATED_BEST, STATED_COSTS, type StatedCost } from '../claims/statedCosts.ts';
import { type CostFigures, type CostKind, costFigures } from '../costModel.ts';
import type { ClassifierKind } from '../network.ts';
import { planTraining } from '../plan.ts';
import { type CostOptions, type CostOrigin, NO_LIMITS } from './costReport.ts';
import { blockSizeName, type FigureSubject, networkWith, presetSubject } from './figureSubjects.ts';

/** The paper's figures that are about cost. */
export const FIGURE_NUMBERS = [6, 7, 9, 10, 11, 12, 13, 14, 15] as const;
export type FigureNumber = (typeof FIGURE_NUMBERS)[number];

/** One curve over k. */
export interface FigureLine {
  /** `BP`, `LBP2`, `LBP1 random`. */
  name: string;
  blockSize: number;
  classifier: ClassifierKind;
  origin: CostOrigin;
  points: { k: number; value: number }[];
}

/** A number that the paper's text states, where it would lie in the chart. */
export interface StatedMark {
  k: number;
  value: number;
  blockSize: number;
  /** `LBP1 55 % below k = 20`. */
  label: string;
}

/** One chart of curves: a letter of the paper's figure, or a chart of ours beside it. */
export interface LineChartPart {
  title: string;
  unit: 'bytes' | 'words' | 'operations';
  /** What the curves are; never two origins in one chart, but for measured points in a planned one. */
  origin: CostOrigin;
  lines: FigureLine[];
  marks: StatedMark[];
}

/** One bar; null values are not known. */
export interface FigureBar {
  name: string;
  value: number | null;
  origin: CostOrigin;
  /** Written on top of the bar. */
  note: string;
  /** What the paper's text states of it; on the same scale. */
  stated: { value: number; label: string } | null;
}

export interface BarChartPart {
  title: string;
  /** What the bars measure: "share of BP's MACs". */
  measure: string;
  groups: { name: string; bars: FigureBar[] }[];
}

export interface Figure {
  number: FigureNumber;
  title: string;
  /** Where its numbers come from, in sentences for people. */
  caption: string;
  lineCharts: LineChartPart[];
  barCharts: BarChartPart[];
}

/** Bytes that a run on the device had. */
export interface MeasuredPoint {
  point: GridPoint;
  bytes: number;
}

type ModelOptions = Pick<CostOptions, 'rules' | 'density'>;

/** The paper's equations at one point of a subject. */
export function modelledAt(
  subject: FigureSubject,
  { k, n, classifier }: GridPoint,
  batchSize: number,
  options: ModelOptions,
): CostFigures {
  return costFigures(networkWith(subject, classifier), {
    schedule: { truncationInterval: k, blockSize: n },
    stepCount: subject.config.stepCount,
    batchSize,
    ...(subject.id === 'session' ? options : { rules: options.rules }),
  });
}

/** Bytes of the plan at one point of a subject, at its own batch, on an adapter without limits. */
export function plannedBytesAt(subject: FigureSubject, { k, n, classifier }: GridPoint): number {
  const config = {
    ...subject.config,
    network: networkWith(subject, classifier),
    schedule: { truncationInterval: k, blockSize: n },
  };
  return planTraining({ config, limits: NO_LIMITS }).peakBytes;
}

const QUALIFIERS: Record<StatedCost['stating'], string> = {
  is: '',
  about: 'about ',
  upTo: 'up to ',
  over: 'more than ',
  under: 'less than ',
};

/** Where a stated difference lies on a chart of the modelled quantity: that far from the modelled reference. */
function markOf(stated: StatedCost, valueAt: (point: GridPoint) => number): StatedMark {
  const last = stated.stating === 'upTo' ? strongestPair(stated, valueAt) : stated.pairs[0];
  const { at, against } = last;
  const factor = 1 + ((stated.isMore ? 1 : -1) * stated.percent) / 100;
  const name = `n = ${at.n}${at.classifier === 'random' ? ' random' : ''}`;
  const from = at.k === against.k ? `n = ${against.n}` : `k = ${against.k}`;
  return {
    k: at.k,
    value: factor * valueAt(against),
    blockSize: at.n,
    label: `${name}: ${QUALIFIERS[stated.stating]}${stated.percent} % ${stated.isMore ? 'above' : 'below'} ${from}`,
  };
}

function strongestPair(stated: StatedCost, valueAt: (point: GridPoint) => number) {
  const sign = stated.isMore ? 1 : -1;
  const difference = ({ at, against }: StatedCost['pairs'][number]) =>
    sign * (valueAt(at) / valueAt(against) - 1);
  return stated.pairs.reduce((best, each) => (difference(each) > difference(best) ? each : best));
}

/** Text that ranks comparisons of the text with a figure: those that Figure 15 summarizes lie in the figure they are of. */
function statedIn(numbers: readonly number[], subject: FigureSubject, quantity: StatedCost['quantity']) {
  return STATED_COSTS.filter(
    (each) =>
      each.preset === subject.id &&
      each.quantity === quantity &&
      (each.figure === null || numbers.includes(each.figure)),
  );
}

const KINDS: readonly ClassifierKind[] = ['trainable', 'random'];

function operationChart(
  letter: string,
  subject: FigureSubject,
  kind: Extract<CostKind, 'access' | 'additions'>,
  figure: number,
  options: ModelOptions,
): LineChartPart {
  const valueAt = (point: GridPoint) =>
    modelledAt(subject, point, subject.operationBatch, options)[kind].total;
  const lines = KINDS.flatMap((classifier) =>
    subject.blockSizes.map(
      (n): FigureLine => ({
        name: `${blockSizeName(n, subject)}${classifier === 'random' ? ' random' : ''}`,
        blockSize: n,
        classifier,
        origin: 'modelled',
        points: subject.truncationIntervals.map((k) => ({ k, value: valueAt({ k, n, classifier }) })),
      }),
    ),
  );
  return {
    title: `${letter}: ${subject.title}, batch ${subject.operationBatch}`,
    unit: kind === 'access' ? 'words' : 'operations',
    origin: 'modelled',
    lines,
    marks: statedIn([figure, 15], subject, kind).map((stated) => markOf(stated, valueAt)),
  };
}

function memoryCharts(
  letter: string,
  subject: FigureSubject,
  figure: number,
  options: ModelOptions,
  measured: readonly MeasuredPoint[],
): LineChartPart[] {
  const { batchSize } = subject.config;
  const formulaAt = (point: GridPoint) => modelledAt(subject, point, batchSize, options).memory.total;
  const line = (n: number, origin: CostOrigin, valueAt: (point: GridPoint) => number): FigureLine => ({
    name: blockSizeName(n, subject),
    blockSize: n,
    classifier: 'trainable',
    origin,
    points: subject.truncationIntervals.map((k) => ({
      k,
      value: valueAt({ k, n, classifier: 'trainable' }),
    })),
  });
  const own: FigureLine[] =
    subject.id === 'session'
      ? measured.map(({ point, bytes }) => ({
          name: `measured at (${point.k}, ${point.n})`,
          blockSize: point.n,
          classifier: point.classifier,
          origin: 'measured',
          points: [{ k: point.k, value: bytes }],
        }))
      : [];
  return [
    {
      title: `${letter}: ${subject.title}, batch ${batchSize}, the paper’s formula`,
      unit: 'bytes',
      origin: 'modelled',
      lines: subject.blockSizes.map((n) => line(n, 'modelled', formulaAt)),
      marks: statedIn([figure], subject, 'gpuMemory').map((stated) => markOf(stated, formulaAt)),
    },
    {
      title: `${letter}: ${subject.title}, batch ${batchSize}, this program`,
      unit: 'bytes',
      origin: 'planned',
      lines: [
        ...subject.blockSizes.map((n) => line(n, 'planned', (point) => plannedBytesAt(subject, point))),
        ...own,
      ],
      marks: [],
    },
  ];
}

const MEMORY_CAPTION =
  'Modelled: Eqs. 8–10, f32 history. Planned: what this program allocates. Measured: points of the run on this device. ' +
  'Stated: the differences that the paper measured in PyTorch, drawn that far below the modelled BP; its formula does not give them, ' +
  'because what PyTorch allocates has parts that the formula leaves out.';
const OPERATION_CAPTION =
  'All curves are modelled; broken ones are with random classifiers. Stated: the percentages of the paper’s text, drawn that far ' +
  'from the modelled curve that they are compared with.';

/** The subjects of the paper's figures, by letter. */
const LETTERS: Record<6 | 7 | 9 | 10 | 11 | 12, readonly [FigureSubject['id'], FigureSubject['id']]> = {
  6: ['lenet1-emnist', 'lenet2-dvsgesture'],
  7: ['alexnet-cifar10', 'alexnet-cifar10dvs'],
  9: ['lenet1-emnist', 'lenet2-dvsgesture'],
  10: ['alexnet-cifar10', 'alexnet-cifar10dvs'],
  11: ['lenet1-emnist', 'lenet2-dvsgesture'],
  12: ['alexnet-cifar10', 'alexnet-cifar10dvs'],
};

const LINE_TITLES: Record<keyof typeof LETTERS, string> = {
  6: 'GPU memory of training, LeNet',
  7: 'GPU memory of training, AlexNet',
  9: 'Memory access of one batch, LeNet',
  10: 'Memory access of one batch, AlexNet',
  11: 'Additions of one batch, LeNet',
  12: 'Additions of one batch, AlexNet',
};

/**
 * One of Figures 6, 7, 9 to 12: cost against k, a curve per n.
 * @param own A further network beside those of the paper.
 */
export function lineFigure(
  number: keyof typeof LETTERS,
  options: ModelOptions,
  own: FigureSubject | null,
  measured: readonly MeasuredPoint[],
): Figure {
  const subjects: [string, FigureSubject][] = LETTERS[number].map((id, index) => [
    'AB'[index],
    presetSubject(id as Exclude<FigureSubject['id'], 'session'>),
  ]);
  if (own) subjects.push(['Beside', own]);
  const isMemory = number <= 7;
  const kind = number <= 10 ? 'access' : 'additions';
  return {
    number,
    title: LINE_TITLES[number],
    caption: isMemory ? MEMORY_CAPTION : OPERATION_CAPTION,
    lineCharts: subjects.flatMap(([letter, subject]) =>
      isMemory
        ? memoryCharts(letter, subject, number, options, measured)
        : [operationChart(letter, subject, kind, number, options)],
    ),
    barCharts: [],
  };
}

/** The stated best (k, n) of a subject; null where the paper names none. */
export function statedBest(subject: FigureSubject): { k: number; n: number } | null {
  return STATED_BEST.find(({ preset }) => preset === subject.id) ?? null;
}
