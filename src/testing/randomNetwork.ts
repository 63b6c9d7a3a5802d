import type { FrameShape } from '../core/encodedDataset.ts';
import { frameSize } from '../core/encodedDataset.ts';
import { halfToNumber, numberToHalf, roundToHalf } from '../core/halfFloat.ts';
import type { LayerSpec, NetworkSpec } from '../core/network.ts';
import type { NeuronParameters } from '../core/neuron.ts';
import { buildStages } from '../core/plan/stages.ts';
import { parameterTensors } from '../core/plan/tensors.ts';
import { createRandom } from '../core/random.ts';
import { NO_AUGMENTATION, type OptimizerSpec, type TrainingConfig } from '../core/trainingConfig.ts';

/**
 * Constants of which no sum lands on a threshold or on an edge of the surrogate's window, so that float64 on one side and f32
 * on the other decide alike. The resting neuron lies inside the window.
 */
export const GENERIC_NEURON: NeuronParameters = {
  beta: 0.71,
  reset: 'soft',
  theta: 0.37,
  threshold: 0.41,
  surrogate: 'rectangular',
  surrogateWidth: 1.53,
  detachReset: false,
};

export const SGD: OptimizerSpec = { kind: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
export const ADAM: OptimizerSpec = {
  kind: 'adam',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

const conv = (out: number, options: Partial<Extract<LayerSpec, { kind: 'conv' }>> = {}): LayerSpec => ({
  kind: 'conv',
  out,
  kernel: 3,
  stride: 1,
  padding: 1,
  bias: true,
  ...options,
});
const linear = (
  out: number,
  options: { bias?: boolean; batchNorm?: boolean; dropout?: number } = {},
): LayerSpec => ({
  kind: 'linear',
  out,
  bias: true,
  ...options,
});
const pool = (
  kind: 'avgPool' | 'maxPool',
  neuron: 'lif' | 'none',
  kernel = 2,
  stride = kernel,
): LayerSpec => ({
  kind,
  kernel,
  stride,
  neuron,
});
const sew = (out: number, stride: number, batchNorm = false): LayerSpec => ({
  kind: 'sew',
  out,
  stride,
  batchNorm,
});

/** Body layers that between them have every layer kind, option and neighbourhood. */
export const NETWORK_BODIES = {
  linear: [linear(7), linear(5, { bias: false })],
  conv: [conv(3), conv(5, { kernel: 2, stride: 2, padding: 0, bias: false }), linear(6)],
  averagePool: [conv(3), pool('avgPool', 'lif'), conv(4, { padding: 2 }), pool('avgPool', 'lif', 2, 1)],
  plainAveragePool: [conv(3), pool('avgPool', 'none'), conv(4), pool('avgPool', 'none'), linear(5)],
  overlappingMaxPool: [conv(5), pool('maxPool', 'lif', 3, 2), conv(4), linear(5)],
  plainMaxPool: [conv(5), pool('maxPool', 'none'), conv(4, { stride: 2 })],
  poolOfPool: [conv(4), pool('avgPool', 'none'), pool('maxPool', 'lif', 2, 1), linear(5)],
  residual: [conv(3), sew(3, 1), sew(5, 2), linear(6)],
  residualAfterPool: [conv(3), pool('avgPool', 'none'), sew(3, 1), pool('maxPool', 'none')],
  batchNorm: [
    conv(3, { batchNorm: true, bias: false }),
    pool('avgPool', 'lif'),
    linear(6, { batchNorm: true }),
  ],
  residualBatchNorm: [conv(3, { batchNorm: true }), sew(3, 1, true), sew(4, 2, true)],
  dropout: [conv(4, { dropout: 0.3 }), pool('avgPool', 'lif'), linear(9, { dropout: 0.4 }), linear(5)],
  dropoutBeforePlainPool: [conv(4, { dropout: 0.25 }), pool('avgPool', 'none'), linear(6)],
} as const satisfies Record<string, readonly LayerSpec[]>;

export type NetworkBody = keyof typeof NETWORK_BODIES;

export const NETWORK_BODY_NAMES = Object.keys(NETWORK_BODIES) as NetworkBody[];

export interface ConfigChoices {
  body?: NetworkBody;
  input?: 'events' | 'frames';
  shape?: FrameShape;
  /** Largest count of an event frame's cell; absent: binary. */
  maxCount?: number;
  classCount?: number;
  neuron?: Partial<NeuronParameters>;
  classifier?: NetworkSpec['classifier'];
  truncationInterval?: number;
  blockSize?: number;
  stepCount?: number;
  batchSize?: number;
  loss?: TrainingConfig['loss'];
  update?: TrainingConfig['update'];
  optimizer?: OptimizerSpec;
  weightPrecision?: TrainingConfig['weightPrecision'];
}

/** A configuration of a small network; what is not chosen has the value that most tests want. */
export function smallConfig(choices: ConfigChoices = {}): TrainingConfig {
  return {
    network: {
      input: {
        kind: choices.input ?? 'events',
        shape: choices.shape ?? { channels: 2, height: 6, width: 5 },
        ...(choices.maxCount !== undefined && { maxCount: choices.maxCount }),
      },
      layers: [...NETWORK_BODIES[choices.body ?? 'conv']],
      classCount: choices.classCount ?? 3,
      classifier: choices.classifier ?? { kind: 'trainable', bias: true },
      neuron: { ...GENERIC_NEURON, ...choices.neuron },
    },
    schedule: { truncationInterval: choices.truncationInterval ?? 2, blockSize: choices.blockSize ?? 1 },
    stepCount: choices.stepCount ?? 5,
    batchSize: choices.batchSize ?? 2,
    loss: choices.loss ?? 'mse',
    update: choices.update ?? 'interval',
    optimizer: choices.optimizer ?? SGD,
    learningRateDecay: { everyEpochs: 0, factor: 1 },
    initialization: { gain: 1, firstLayerGain: 1 },
    augmentation: NO_AUGMENTATION,
    ...(choices.weightPrecision && { weightPrecision: choices.weightPrecision }),
    epochs: 1,
    seed: 0,
  };
}

export interface RandomTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** An f32 that a half is made of, almost as far from that half as can be, and all of them to the same side. */
function farFromHalf(value: number): number {
  const half = roundToHalf(value);
  return half + 0.49 * (halfToNumber(numberToHalf(Math.abs(half)) + 1) - Math.abs(half)) * Math.sign(half);
}

/**
 * Start values of every tensor of a network, as f32: weights that keep neurons firing, biases and batch-norm tensors that
 * differ from their usual start, so that every term of every formula counts. Where they are read as halves none of them is
 * one, so that reading the f32 would show.
 */
export function randomTensors(config: TrainingConfig, seed: number): RandomTensor[] {
  const graph = buildStages(config.network, config.schedule.blockSize);
  return parameterTensors(graph).map(({ name, shape, fanIn }) => {
    // By name, so that a tensor keeps its numbers whatever the cut into blocks adds beside it.
    const random = createRandom(seed, 'test', nameNumber(name));
    const draw = (): number => {
      if (fanIn > 0) return (0.9 * random.normal()) / Math.sqrt(fanIn) + 0.5 / fanIn;
      if (name.endsWith('.running_var') || /\.bn\w?\.weight$/.test(name)) return 0.6 + 0.5 * random.uniform();
      return 0.3 * random.normal();
    };
    const start = config.weightPrecision === 'f16' ? () => farFromHalf(draw()) : draw;
    return { name, shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, start) };
  });
}

function nameNumber(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}

export interface RandomBatch {
  /** Events: u8[T][B][C][H][W]. Frames: f32[B][C][H][W]. */
  input: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  labels: Int32Array<ArrayBuffer>;
}

/** Random spikes at rate `density` (counts up to the network's largest, where it has one), or frames uniform in [0, 1), with random labels. */
export function randomBatch(config: TrainingConfig, seed: number, density = 0.4): RandomBatch {
  const random = createRandom(seed, 'test', 1);
  const { input, classCount } = config.network;
  const perStep = config.batchSize * frameSize(input.shape);
  const labels = Int32Array.from({ length: config.batchSize }, () => random.integer(classCount));
  if (input.kind === 'frames') {
    return { input: Float32Array.from({ length: perStep }, () => random.uniform()), labels };
  }
  const length = config.stepCount * perStep;
  const { maxCount = 1 } = input;
  const draw = () => {
    if (random.uniform() >= density) return 0;
    return maxCount === 1 ? 1 : 1 + random.integer(maxCount);
  };
  return { input: Uint8Array.from({ length }, draw), labels };
}

/**
 * A batch drawn sample by sample, so that its first samples are those of a smaller batch.
 * @param sampleCount Samples that are there; the places behind them are empty (no spikes, label -1).
 */
export function randomSamples(
  config: TrainingConfig,
  seed: number,
  { density, sampleCount = config.batchSize }: { density?: number; sampleCount?: number } = {},
): RandomBatch {
  const { batchSize, stepCount, network } = config;
  const steps = network.input.kind === 'frames' ? 1 : stepCount;
  const size = frameSize(network.input.shape);
  const length = steps * batchSize * size;
  const input = network.input.kind === 'frames' ? new Float32Array(length) : new Uint8Array(length);
  const labels = new Int32Array(batchSize).fill(-1);
  for (let b = 0; b < sampleCount; b++) {
    const sample = randomBatch({ ...config, batchSize: 1 }, 1000 * seed + b, density);
    labels[b] = sample.labels[0];
    for (let t = 0; t < steps; t++) {
      input.set(sample.input.subarray(t * size, (t + 1) * size), (t * batchSize + b) * size);
    }
  }
  return { input, labels };
}
