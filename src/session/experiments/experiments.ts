import { presetSession } from '../presetSession.ts';
import { defaultSession, type Session } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import measured from './measured.json';

/** One of the sessions that an experiment compares. */
export interface Arm {
  /** Unique among all arms; the key of its figures in `measured.json`. */
  id: string;
  label: string;
  /** By short name, on top of what the experiment's arms share. */
  settings: Record<string, string | number>;
}

/** A question with the sessions that answer it. */
export interface Experiment {
  id: string;
  question: string;
  /** What is compared, and why it may matter. */
  about: string;
  /** What to look at while it runs, and where. */
  lookFor: string;
  /** What was found, from the figures. */
  finding: (figures: Figures) => string;
  /** The view in which the answer stands. */
  view: 'train' | 'cost';
  preset?: string;
  /** Settings of all arms, by short name. */
  shared: Record<string, string | number>;
  arms: readonly Arm[];
}

/** Figures of a run: test accuracy after each epoch, 0..1, and peak bytes of GPU memory. */
export interface MeasuredRun {
  testAccuracy: number[];
  peakBytes: number;
  /** First twelve digits of the sha256 of all weights. */
  digest: string;
}

/** Figures of a plan: what one batch takes; MACs by the paper's equations, bytes by our plan. */
export interface MeasuredPlan {
  macs: number;
  planBytes: number;
  /** The same plan with history kept as f32. */
  f32Bytes: number;
}

/** Figures by the id of their arm. */
export interface Figures {
  runs: Record<string, MeasuredRun>;
  plans: Record<string, MeasuredPlan>;
}

/** Written by `node scripts/experiments.mjs`, which runs every arm; nothing in it is typed by hand. */
export const MEASURED: Figures = measured;

const last = ({ runs }: Figures, id: string) => runs[id].testAccuracy.at(-1) ?? Number.NaN;
const percent = (share: number, digits = 0) => `${(100 * share).toFixed(digits)} %`;
const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

const GESTURES = {
  data: 'movingGestures',
  train: 400,
  test: 200,
  T: 10,
  dt: 30_000,
  layers: '8C5s2-AP2-64FC',
  batch: 10,
  optimizer: 'adam',
  lr: 0.0003,
  n: 2,
  epochs: 8,
};

const DIGITS = {
  train: 200,
  test: 100,
  T: 10,
  dt: 30_000,
  layers: '8C5s2-AP2-64FC-64FC',
  batch: 10,
  epochs: 6,
};

export const EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'gestures-k1',
    question: 'What does k = 1 lose on moving gestures?',
    about:
      'Left and right, in and out: single frames of these movements look alike, only their order tells them apart. With k = 1 no error ever travels back in time. Can it still be learned?',
    lookFor:
      'Train each session and compare test accuracy. A network that ignores the order of frames is right at most half of the time. Watch the classifier’s firing rate under Charts: at 0 the network is silent.',
    finding: (figures) =>
      `k = 10 ends at ${percent(last(figures, 'gestures-k10'))}, k = 1 at ${percent(last(figures, 'gestures-k1'))} after up to ${percent(Math.max(...figures.runs['gestures-k1'].testAccuracy))} on the way: more than the half that single frames allow. Spikes and membranes carry the past forward even where errors do not travel back, but what is learned so is less, and shaky: with a learning rate of 0.002 k = 1 falls silent and guesses (${percent(last(figures, 'gestures-k1-fast'))}).`,
    view: 'train',
    shared: GESTURES,
    arms: [
      { id: 'gestures-k10', label: 'k = 10: all steps', settings: { k: 10 } },
      { id: 'gestures-k1', label: 'k = 1', settings: { k: 1 } },
      { id: 'gestures-k1-fast', label: 'k = 1, learning rate 0.002', settings: { k: 1, lr: 0.002 } },
    ],
  },
  {
    id: 'macs-n1',
    question: 'Why does n = 1 save 99 % of the MACs?',
    about:
      'Spikes are 0 or 1, so that weights are only added up. Real multiplications are left for one thing: sending errors down through a layer’s weights. With n = 1 that happens only in the small classifiers.',
    lookFor:
      'Open both under Cost and compare the row of MACs, layer by layer: what is left belongs to the classifiers. Nothing has to be trained.',
    finding: ({ plans }) =>
      `${percent(1 - plans['macs-n1'].macs / plans['macs-n4'].macs, 2)} fewer MACs for one batch of LeNet-2 on DvsGesture. The convolutions’ share is gone; what is left are the classifiers.`,
    view: 'cost',
    preset: 'lenet2-dvsgesture',
    shared: { k: 60 },
    arms: [
      { id: 'macs-n4', label: 'n = 4: one block', settings: { n: 4 } },
      { id: 'macs-n1', label: 'n = 1: a block per layer', settings: { n: 1 } },
    ],
  },
  {
    id: 'classifiers',
    question: 'Random or trainable classifiers?',
    about:
      'Every block learns from a classifier of its own. Must that classifier learn too, or is a random one that never changes a good enough teacher?',
    lookFor:
      'Train both and compare test accuracy, then look at the accuracy per block under Charts: the lower blocks’ own classifiers say how much each block knows.',
    finding: (figures) =>
      `Random classifiers were no worse here: ${percent(last(figures, 'classifier-random'))} against ${percent(last(figures, 'classifier-trainable'))}. One seed and 100 test recordings: the order may turn, but nothing breaks.`,
    view: 'train',
    shared: { ...DIGITS, k: 5, n: 1 },
    arms: [
      { id: 'classifier-trainable', label: 'trainable', settings: { classifier: 'trainable' } },
      { id: 'classifier-random', label: 'random', settings: { classifier: 'random' } },
    ],
  },
  {
    id: 'updates',
    question: 'Does one update per sample remove the gain of truncation?',
    about:
      'A short k changes two things at once: errors reach less far back, and weights are updated after every interval, more often. Updating once per sample keeps the first and removes the second.',
    lookFor:
      'Train all three: if truncation itself helped, both short ones would beat full backpropagation; if it is the number of updates, only the first.',
    finding: (figures) =>
      `After six epochs: ${percent(last(figures, 'updates-interval'))} with k = 2 and updates per interval, ${percent(last(figures, 'updates-sequence'))} with one update per sample, ${percent(last(figures, 'updates-full'))} for all steps at once. In this small setting truncation has no gain that could be removed: the many updates from two steps each do harm, and what one update per sample leaves is still behind full time. Try a smaller learning rate, or k = 5.`,
    view: 'train',
    shared: { ...DIGITS, n: 3 },
    arms: [
      { id: 'updates-interval', label: 'k = 2, update per interval', settings: { k: 2, update: 'interval' } },
      { id: 'updates-sequence', label: 'k = 2, update per sample', settings: { k: 2, update: 'sequence' } },
      { id: 'updates-full', label: 'k = 10: all steps', settings: { k: 10 } },
    ],
  },
  {
    id: 'history-bits',
    question: 'How much memory does history in bits save?',
    about:
      'The backward pass must know which neurons fired and which were close enough to the threshold to learn: two bits per neuron and step. Other programs keep numbers of 32 bits.',
    lookFor:
      'Open a session and read the forecast under (k, n): below the bars stands what history in f32 would take. The longer k, the more history, the larger the difference. Nothing has to be trained.',
    finding: ({ plans }) =>
      `At k = 100 the plan takes ${mebibytes(plans['bits-full'].planBytes)} with bits and ${mebibytes(plans['bits-full'].f32Bytes)} with f32; at (10, 1) ${mebibytes(plans['bits-k10'].planBytes)} and ${mebibytes(plans['bits-k10'].f32Bytes)}.`,
    view: 'train',
    preset: 'alexnet-cifar10dvs',
    shared: {},
    arms: [
      { id: 'bits-full', label: 'k = 100, n = 8: full', settings: { k: 100, n: 8 } },
      { id: 'bits-k10', label: 'k = 10, n = 1', settings: { k: 10, n: 1 } },
    ],
  },
];

/** The whole session of an arm. */
export function armSession({ preset, shared }: Experiment, arm: Arm): Session {
  let session = preset ? presetSession(preset) : defaultSession();
  for (const [name, value] of Object.entries({ ...shared, ...arm.settings }))
    session = applySetting(session, name, value);
  return session;
}

/** True for an experiment whose answer takes training; the others are answered by plan and equations. */
export function isTrained({ preset }: Experiment): boolean {
  return preset === undefined;
}
