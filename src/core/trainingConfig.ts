import type { NetworkSpec } from './network.ts';
import type { Schedule } from './schedule.ts';

export type LossKind = 'mse' | 'crossEntropy';

/** `interval`: one optimizer step per interval and block (the paper). `sequence`: one per sample, gradients summed. */
export type UpdateRule = 'interval' | 'sequence';

export type OptimizerSpec =
  | { kind: 'sgd'; learningRate: number; momentum: number; weightDecay: number }
  | {
      kind: 'adam';
      learningRate: number;
      beta1: number;
      beta2: number;
      epsilon: number;
      weightDecay: number;
    };

/**
 * What the forward and the backward pass read of the weights: the f32 that the optimizer keeps, or a copy of them rounded to half
 * precision. Updates are f32 either way.
 */
export type WeightPrecision = 'f32' | 'f16';

/** Multiplies the learning rate by `factor` every `everyEpochs` epochs; 0 epochs = constant. */
export interface LearningRateDecay {
  everyEpochs: number;
  factor: number;
}

/** Weights ~ N(0, g^2 / fanIn) with g = gain, and g = firstLayerGain for the first body layer. */
export interface InitializationSpec {
  gain: number;
  firstLayerGain: number;
}

/** What is done to training samples, anew in every epoch: a random shift of all frames of a sample, and a random mirror. */
export interface AugmentationSpec {
  /** Shifts are whole pixels, uniform from -maxShift to maxShift, in x and in y; what comes in is empty. 0 = none. */
  maxShift: number;
  /** True mirrors every other sample left to right, at random. */
  flip: boolean;
}

export const NO_AUGMENTATION: AugmentationSpec = { maxShift: 0, flip: false };

/** Everything that decides what a training run computes, apart from the data. */
export interface TrainingConfig {
  network: NetworkSpec;
  schedule: Schedule;
  /** T, time steps per sample. */
  stepCount: number;
  batchSize: number;
  loss: LossKind;
  update: UpdateRule;
  optimizer: OptimizerSpec;
  learningRateDecay: LearningRateDecay;
  initialization: InitializationSpec;
  augmentation: AugmentationSpec;
  /** Absent: f32. */
  weightPrecision?: WeightPrecision;
  epochs: number;
  seed: number;
}
