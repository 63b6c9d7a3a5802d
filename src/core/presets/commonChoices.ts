import type { ConvSpec, LinearSpec, PoolSpec } from '../network.ts';
import { PAPER_NEURON } from '../neuron.ts';
import { type Preset, type Sourced, sourced } from './presetTypes.ts';

/** Layers of the presets. No biases: the paper does not mention any, and its stated costs fit nets without. */
export function conv(
  out: number,
  kernel: number,
  padding: number,
  options: { stride?: number; batchNorm?: boolean } = {},
): ConvSpec {
  const { stride = 1, batchNorm = false } = options;
  return { kind: 'conv', out, kernel, stride, padding, bias: false, ...(batchNorm && { batchNorm }) };
}

export function linear(out: number, batchNorm = false): LinearSpec {
  return { kind: 'linear', out, bias: false, ...(batchNorm && { batchNorm }) };
}

/** 2x2 average pool with a LIF of its own. */
export function averagePool(): PoolSpec {
  return { kind: 'avgPool', kernel: 2, stride: 2, neuron: 'lif' };
}

const SGD_RATES = [
  { truncationInterval: 1, learningRate: 0.02 },
  { truncationInterval: 5, learningRate: 0.05 },
  { truncationInterval: 10, learningRate: 0.1 },
];

/** What every preset shares. */
export const SHARED = {
  classifier: sourced<Preset['classifier']['value']>(
    { kind: 'trainable', bias: false },
    'paper',
    'The paper trains with trainable and with random local classifiers; trainable is its main case. No bias is our choice.',
  ),
  neuron: sourced(
    PAPER_NEURON,
    'inferred',
    'Leak factor beta 0.8 and reset size theta 0.3 are stated. Width a = 0.6 follows from the stated range of the temporal factor, and the threshold 0.3 from theta being the usual soft reset.',
  ),
  update: sourced<Preset['update']['value']>(
    'interval',
    'inferred',
    'The gradient equation sums over one interval, and the backward pass is said to happen after every interval.',
  ),
  epochs: sourced(100, 'paper', 'Stated for all data sets.'),
  learningRateDecay: sourced({ everyEpochs: 20, factor: 0.5 }, 'paper', 'Stated: halved every 20 epochs.'),
} satisfies Partial<Preset>;

/** The optimizer of LeNet and AlexNet. */
export const SGD = {
  loss: sourced<Preset['loss']['value']>('mse', 'paper', 'Stated: mean squared error of the firing rate.'),
  optimizer: sourced<Preset['optimizer']['value']>(
    { kind: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0 },
    'ours',
    'SGD with momentum is stated; momentum 0.9 is the convention. The learning rate is not given: 0.1 kept networks of this kind alive and learning in our trials.',
  ),
  learningRates: sourced(
    SGD_RATES,
    'ours',
    'Not given. Smaller k makes T / k updates per batch, so it wants a smaller step: 0.1 from k = 10, 0.05 from k = 5, else 0.02.',
  ),
  initialization: sourced(
    { gain: 0.4, firstLayerGain: 0.8 },
    'ours',
    'Not given. With threshold 0.3 and beta 0.8, gains of 1 and more saturate the hidden layers and nothing learns; 0.4 gives rates of 0.05 to 0.2.',
  ),
} satisfies Partial<Preset>;

/** The optimizer of VGG11 and ResNet18. */
export const ADAM = {
  loss: sourced<Preset['loss']['value']>(
    'crossEntropy',
    'paper',
    'Stated: cross-entropy on the firing rate.',
  ),
  optimizer: sourced<Preset['optimizer']['value']>(
    { kind: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    'ours',
    'Adam is stated; its learning rate is not given, and 0.001 with the usual moments is the convention.',
  ),
  learningRates: sourced(
    [{ truncationInterval: 1, learningRate: 0.001 }],
    'ours',
    'Not given. Adam scales its own steps, so one rate serves all k.',
  ),
  initialization: sourced(
    { gain: 1, firstLayerGain: 1 },
    'ours',
    'Not given. Batch norm sets the scale of the currents, so the gain matters little.',
  ),
} satisfies Partial<Preset>;

export const DROPOUT: Sourced<number> = sourced(
  0.2,
  'ours',
  'Dropout after every convolution and linear layer is stated, its rate is not.',
);

export const POOL_NOTE =
  'The text puts a LIF layer after each pool as well; its stated costs fit pools without neurons better, so the cost model leaves them out unless told otherwise.';
