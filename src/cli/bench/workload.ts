import { wordsPerFrame } from '../../core/encodedDataset.ts';
import type { NetworkSpec } from '../../core/network.ts';
import type { TensorSpec } from '../../core/plan/types.ts';
import { NO_AUGMENTATION, type TrainingConfig } from '../../core/trainingConfig.ts';
import type { NamedTensor } from '../../trainer/messages.ts';
import { tensorLength } from '../../trainer/parameterLayout.ts';

/**
 * Workload A: the network and data on which browser tools are compared. Everything comes from one 32-bit integer hash in
 * counter mode, so that every implementation starts from the same numbers; weights are multiples of 2^-12, so that the
 * first forward pass is exact in f32 in any order of summation.
 *
 *   input  [T][B][2][34][34], T = 20, a spike where h(1, index) < 0.03 * 2^32 (index sample-major)
 *   label  h(2, b) mod 10
 *   weight round((h(100 + p, i) / 2^31 - 1) * bound * 4096) / 4096, p = 2 * layer (+ 1 for biases)
 */
const SEED = 20240601;
const DENSITY = 0.03;
export const WORKLOAD_STEPS = 20;
const SHAPE = { channels: 2, height: 34, width: 34 };
const CLASSES = 10;
const BIAS_BOUND = 0.05;
/** Bound of the first weights: gain * sqrt(3 / fanIn); every layer fires with these gains. */
const GAINS: Record<string, { place: number; gain: number }> = {
  l0: { place: 0, gain: 3 },
  l2: { place: 1, gain: 2.5 },
  l4: { place: 2, gain: 2.5 },
  l5: { place: 3, gain: 2.5 },
};
/** The last block's classifier is the network's last layer; the others are local. */
const LAST_CLASSIFIER = { place: 4, gain: 2 };
const FIRST_LOCAL_PLACE = 5;

/** First loss of workload A with full BPTT: the same for every correct implementation. */
export const WORKLOAD_A_FIRST_LOSS = 0.151578;

/** Wellons' 32-bit integer finaliser, a bijection of u32. */
function mix(value: number): number {
  let x = value >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 0;
}

function stream(id: number): (index: number) => number {
  const base = mix(SEED + Math.imul(id, 0x9e3779b9));
  return (index) => mix(base + index);
}

const WORKLOAD_NETWORK: NetworkSpec = {
  input: { kind: 'events', shape: SHAPE },
  layers: [
    { kind: 'conv', out: 6, kernel: 5, stride: 1, padding: 0, bias: true },
    { kind: 'avgPool', kernel: 2, stride: 2, neuron: 'lif' },
    { kind: 'conv', out: 16, kernel: 5, stride: 1, padding: 0, bias: true },
    { kind: 'avgPool', kernel: 2, stride: 2, neuron: 'lif' },
    { kind: 'conv', out: 120, kernel: 5, stride: 1, padding: 0, bias: true },
    { kind: 'linear', out: 84, bias: true },
  ],
  classCount: CLASSES,
  classifier: { kind: 'trainable', bias: true },
  neuron: {
    beta: 0.5,
    reset: 'soft',
    theta: 1,
    threshold: 0.5,
    surrogate: 'rectangular',
    surrogateWidth: 1,
    detachReset: false,
  },
};

/** @param truncationInterval k, 1 to T. @param blockSize n, 1 to 4 (4 = end to end). @param stepCount T; workload A has 20. */
export function workloadConfig(
  truncationInterval: number,
  blockSize: number,
  batchSize: number,
  stepCount = WORKLOAD_STEPS,
): TrainingConfig {
  return {
    network: WORKLOAD_NETWORK,
    schedule: { truncationInterval, blockSize },
    stepCount,
    batchSize,
    loss: 'mse',
    update: 'interval',
    optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0 },
    learningRateDecay: { everyEpochs: 0, factor: 1 },
    initialization: { gain: 1, firstLayerGain: 1 },
    augmentation: NO_AUGMENTATION,
    epochs: 1,
    seed: 0,
  };
}

/** Packed input u32[T][B][words] and labels i32[B]. */
export function workloadBatch(
  batchSize: number,
  stepCount = WORKLOAD_STEPS,
): {
  input: Uint32Array<ArrayBuffer>;
  labels: Int32Array<ArrayBuffer>;
} {
  const { channels, height, width } = SHAPE;
  const words = wordsPerFrame(SHAPE);
  const input = new Uint32Array(stepCount * batchSize * words);
  const spike = stream(1);
  const limit = Math.floor(DENSITY * 2 ** 32);
  for (let b = 0; b < batchSize; b++) {
    for (let t = 0; t < stepCount; t++) {
      for (let i = 0; i < channels * height * width; i++) {
        if (spike((b * stepCount + t) * channels * height * width + i) >= limit) continue;
        const bit = (i % (height * width)) * channels + Math.floor(i / (height * width));
        input[(t * batchSize + b) * words + (bit >> 5)] |= 1 << (bit & 31);
      }
    }
  }
  const label = stream(2);
  return { input, labels: Int32Array.from({ length: batchSize }, (_, b) => label(b) % CLASSES) };
}

/** The workload's first weights for a plan's tensors. */
export function workloadWeights(tensors: readonly TensorSpec[]): NamedTensor[] {
  const blockCount = tensors.filter(({ name }) => /^c\d+\.weight$/.test(name)).length;
  let fanIn = 1;
  return tensors.map((tensor) => {
    const [prefix, part] = tensor.name.split('.');
    const isWeight = part === 'weight';
    // A layer's bias follows its weight, whose fan-in bounds nothing but the weight.
    if (isWeight) fanIn = tensor.fanIn;
    const { place, gain } = placeOf(prefix, blockCount);
    const bound = isWeight ? gain * Math.sqrt(3 / fanIn) : BIAS_BOUND;
    const hash = stream(100 + 2 * place + (isWeight ? 0 : 1));
    const values = new Float32Array(tensorLength(tensor));
    for (let i = 0; i < values.length; i++)
      values[i] = Math.round((hash(i) / 2 ** 31 - 1) * bound * 4096) / 4096;
    return { name: tensor.name, shape: tensor.shape, values };
  });
}

function placeOf(prefix: string, blockCount: number): { place: number; gain: number } {
  if (prefix in GAINS) return GAINS[prefix];
  const block = Number(prefix.slice(1));
  return block === blockCount - 1 ? LAST_CLASSIFIER : { place: FIRST_LOCAL_PLACE + block, gain: 2 };
}
