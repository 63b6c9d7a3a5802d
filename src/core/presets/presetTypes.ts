import type { FrameShape } from '../encodedDataset.ts';
import type { ClassifierKind, LayerSpec } from '../network.ts';
import type { NeuronParameters } from '../neuron.ts';
import type { Schedule } from '../schedule.ts';
import type {
  InitializationSpec,
  LearningRateDecay,
  LossKind,
  OptimizerSpec,
  UpdateRule,
} from '../trainingConfig.ts';

/**
 * Where a preset's value comes from: `paper` is stated in its text, `inferred` follows from numbers in its text,
 * `ours` is a choice where the paper is silent or its tables are lost.
 */
export type Origin = 'paper' | 'inferred' | 'ours';

/** A value, where it comes from, and why it is what it is (one or two sentences, interface text). */
export interface Sourced<Value> {
  value: Value;
  origin: Origin;
  note: string;
}

export function sourced<Value>(value: Value, origin: Origin, note: string): Sourced<Value> {
  return { value, origin, note };
}

export const PRESET_NAMES = [
  'lenet1-emnist',
  'lenet2-dvsgesture',
  'alexnet-cifar10',
  'alexnet-cifar10dvs',
  'vgg11-ncaltech101',
  'resnet18-esimagenet',
  'lenet1-nmnist',
] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** Learning rate for intervals of `truncationInterval` steps and more, up to the next row. */
export interface LearningRateRow {
  truncationInterval: number;
  learningRate: number;
}

/** One training system: everything that decides a run but (k, n), the seed and the data. */
export interface Preset {
  name: PresetName;
  /** Network / data set, for people. */
  title: string;
  inputKind: Sourced<'events' | 'frames'>;
  inputShape: Sourced<FrameShape>;
  classCount: Sourced<number>;
  layers: Sourced<LayerSpec[]>;
  classifier: Sourced<{ kind: ClassifierKind; bias: boolean }>;
  neuron: Sourced<NeuronParameters>;
  /** T. */
  stepCount: Sourced<number>;
  /** Microseconds per event frame (dt); null for images and for recordings that are used as they are. */
  stepDurationUs: Sourced<number | null>;
  /** The k that are compared, largest first. */
  truncationIntervals: Sourced<number[]>;
  /** The n that are compared, largest (L, full BPTT) first. */
  blockSizes: Sourced<number[]>;
  /** The (k, n) to start with: the paper's best one where it names one. */
  bestSchedule: Sourced<Schedule>;
  batchSize: Sourced<number>;
  loss: Sourced<LossKind>;
  update: Sourced<UpdateRule>;
  /** Its learning rate is that of k = T; {@link learningRates} has those of smaller k. */
  optimizer: Sourced<OptimizerSpec>;
  /** Ascending in k; the first row is for k = 1. */
  learningRates: Sourced<LearningRateRow[]>;
  learningRateDecay: Sourced<LearningRateDecay>;
  epochs: Sourced<number>;
  dropout: Sourced<number>;
  initialization: Sourced<InitializationSpec>;
}
