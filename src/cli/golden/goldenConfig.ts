import { AppError } from '../../core/errors.ts';
import { cutBlocks, type LayerSpec } from '../../core/network.ts';
import type { NeuronParameters, SurrogateKind } from '../../core/neuron.ts';
import { cutIntoRanges } from '../../core/schedule.ts';
import { NO_AUGMENTATION, type OptimizerSpec, type TrainingConfig } from '../../core/trainingConfig.ts';

/** The neuron of an oracle file, under the oracle's names. */
interface OracleNeuron {
  tau: number;
  theta: number;
  u_th: number;
  surrogate: string;
  a: number;
}

interface OracleLayer {
  type: string;
  out?: number;
  kernel?: number;
  stride?: number;
  padding?: number;
  bias?: boolean;
  bn?: boolean;
  dropout?: number;
  lif?: boolean;
}

type OracleOptimizer =
  | { type: 'sgd'; lr: number; momentum: number; weight_decay: number }
  | { type: 'adam'; lr: number; betas: [number, number]; eps: number; weight_decay: number };

/** Configuration of a `lif` case: the neuron alone. */
export interface OracleLifConfig {
  name: string;
  kind: 'lif';
  T: number;
  k: number;
  neuron: OracleNeuron;
  exact?: boolean;
}

/** Configuration of a `train` case (the oracle's README, section 2). */
export interface OracleTrainConfig {
  name: string;
  kind: 'train';
  T: number;
  B: number;
  k: number;
  n: number;
  input: { kind: 'event' | 'static'; shape: [number, number, number] };
  num_classes: number;
  neuron: OracleNeuron;
  layers: OracleLayer[];
  blocks: number[][];
  intervals: [number, number][];
  classifier: { trainable: boolean; bias: boolean };
  loss: 'mse' | 'ce';
  update: 'interval' | 'sequence';
  optimizer: OracleOptimizer;
  batches: number;
  exact?: boolean;
}

export type OracleConfig = OracleLifConfig | OracleTrainConfig;

const SURROGATES: Record<string, SurrogateKind> = {
  rect: 'rectangular',
  triangle: 'triangular',
  arctan: 'atan',
  fast_sigmoid: 'fastSigmoid',
  sigmoid: 'sigmoid',
};

function refuse(message: string): never {
  throw new AppError('golden-invalid', message, 'Use a file that follows format 1 of the oracle vectors.');
}

/** The configuration text of an oracle file. @throws AppError `golden-invalid`. */
export function parseOracleConfig(metadata: Record<string, string>): OracleConfig {
  if (metadata.format !== '1') {
    refuse(`The oracle file has format ${metadata.format ?? 'none'}; format 1 is read.`);
  }
  let config: OracleConfig;
  try {
    config = JSON.parse(metadata.config);
  } catch {
    refuse('The oracle file holds no configuration.');
  }
  if (config?.kind !== 'lif' && config?.kind !== 'train') refuse(`The oracle file is of an unknown kind.`);
  return config;
}

/** The oracle's neuron under our names. @throws AppError `golden-invalid` for an unknown surrogate. */
export function toNeuron({ tau, theta, u_th, surrogate, a }: OracleNeuron): NeuronParameters {
  const kind = SURROGATES[surrogate] ?? refuse(`The oracle file uses an unknown surrogate: ${surrogate}.`);
  return {
    beta: tau,
    reset: 'soft',
    theta,
    threshold: u_th,
    surrogate: kind,
    surrogateWidth: a,
    detachReset: false,
  };
}

function toLayer(layer: OracleLayer): LayerSpec {
  const { out = 0, kernel = 1, stride = 1, padding = 0, bias = false, bn, dropout, lif = false } = layer;
  const options = { bias, ...(bn ? { batchNorm: true } : {}), ...(dropout ? { dropout } : {}) };
  switch (layer.type) {
    case 'conv':
      return { kind: 'conv', out, kernel, stride, padding, ...options };
    case 'fc':
      return { kind: 'linear', out, ...options };
    case 'avgpool':
    case 'maxpool':
      return {
        kind: layer.type === 'avgpool' ? 'avgPool' : 'maxPool',
        kernel,
        stride,
        neuron: lif ? 'lif' : 'none',
      };
    case 'sew':
      return { kind: 'sew', out, stride, ...(bn ? { batchNorm: true } : {}) };
    default:
      return refuse(`The oracle file has an unknown layer: ${layer.type}.`);
  }
}

function toOptimizer(optimizer: OracleOptimizer): OptimizerSpec {
  const { lr: learningRate, weight_decay: weightDecay } = optimizer;
  if (optimizer.type === 'sgd') {
    return { kind: 'sgd', learningRate, momentum: optimizer.momentum, weightDecay };
  }
  const [beta1, beta2] = optimizer.betas;
  return { kind: 'adam', learningRate, beta1, beta2, epsilon: optimizer.eps, weightDecay };
}

/** The configuration of a `train` case as the page's trainer takes it. @throws AppError `golden-invalid`. */
export function toTrainingConfig(config: OracleTrainConfig): TrainingConfig {
  const [channels, height, width] = config.input.shape;
  return {
    network: {
      input: {
        kind: config.input.kind === 'event' ? 'events' : 'frames',
        shape: { channels, height, width },
      },
      layers: config.layers.map(toLayer),
      classCount: config.num_classes,
      classifier: {
        kind: config.classifier.trainable ? 'trainable' : 'random',
        bias: config.classifier.bias,
      },
      neuron: toNeuron(config.neuron),
    },
    schedule: { truncationInterval: config.k, blockSize: config.n },
    stepCount: config.T,
    batchSize: config.B,
    loss: config.loss === 'ce' ? 'crossEntropy' : 'mse',
    update: config.update,
    optimizer: toOptimizer(config.optimizer),
    learningRateDecay: { everyEpochs: 0, factor: 1 },
    initialization: { gain: 1, firstLayerGain: 1 },
    augmentation: NO_AUGMENTATION,
    epochs: 1,
    seed: 0,
  };
}

/**
 * How our cut of the case into blocks and intervals differs from the oracle's; empty where it does not. Everything
 * else is compared number by number, so a different cut would only show as wrong numbers.
 */
export function cutDifference(config: OracleTrainConfig): string {
  const { network, schedule } = toTrainingConfig(config);
  const blocks = cutBlocks(network, schedule.blockSize).map(({ start, stop }) => [start, stop]);
  const oracleBlocks = config.blocks.map((layers) => [layers[0], layers[layers.length - 1] + 1]);
  const intervals = cutIntoRanges(config.T, config.k).map(({ start, stop }) => [start, stop]);
  if (JSON.stringify(blocks) !== JSON.stringify(oracleBlocks)) {
    return `blocks ${JSON.stringify(blocks)}, the oracle has ${JSON.stringify(oracleBlocks)}`;
  }
  if (JSON.stringify(intervals) !== JSON.stringify(config.intervals)) {
    return `intervals ${JSON.stringify(intervals)}, the oracle has ${JSON.stringify(config.intervals)}`;
  }
  return '';
}
