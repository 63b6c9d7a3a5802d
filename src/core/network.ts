import type { FrameShape } from './encodedDataset.ts';
import { frameSize } from './encodedDataset.ts';
import { AppError } from './errors.ts';
import { checkNeuron, type NeuronParameters } from './neuron.ts';

/** Options shared by the trainable layers. */
interface TrainableOptions {
  bias: boolean;
  /** Batch normalisation between the synapse and its LIF. */
  batchNorm?: boolean;
  /** Probability that a spike is dropped; the mask is held over all steps of an iteration. 0 = none. */
  dropout?: number;
  /** Constants of this layer's neurons where they differ from the network's. */
  neuron?: Partial<NeuronParameters>;
}

/** Convolution (cross-correlation, square kernel) and a LIF layer. */
export interface ConvSpec extends TrainableOptions {
  kind: 'conv';
  out: number;
  kernel: number;
  stride: number;
  padding: number;
}

/** Fully connected layer on the flattened (C, H, W) input, and a LIF layer. */
export interface LinearSpec extends TrainableOptions {
  kind: 'linear';
  out: number;
}

/** Pool without padding; rows and columns left over are dropped. `lif` adds a LIF layer of its own. */
export interface PoolSpec {
  kind: 'avgPool' | 'maxPool';
  kernel: number;
  stride: number;
  neuron: 'lif' | 'none';
}

/** Spike-element-wise residual unit: two 3x3 convolutions with LIF, ADD with the shortcut. */
export interface SewSpec {
  kind: 'sew';
  out: number;
  stride: number;
  batchNorm?: boolean;
}

export type LayerSpec = ConvSpec | LinearSpec | PoolSpec | SewSpec;

export type ClassifierKind = 'trainable' | 'random';

/**
 * A network: body layers, then one classifier per local block (linear + LIF with classCount neurons). The
 * network's last linear layer is the classifier of the last block and is not listed in `layers`.
 */
export interface NetworkSpec {
  input: {
    kind: 'events' | 'frames';
    shape: FrameShape;
    /** Events: the largest count of a cell of a frame. Absent: 1, binary frames. */
    maxCount?: number;
  };
  layers: LayerSpec[];
  classCount: number;
  classifier: { kind: ClassifierKind; bias: boolean };
  neuron: NeuronParameters;
}

/** What shape inference finds out about one body layer. */
export interface LayerShape {
  spec: LayerSpec;
  index: number;
  input: FrameShape;
  output: FrameShape;
  /** Neurons with a membrane, all LIF layers of the entry together; 0 for a plain pool. */
  neuronCount: number;
  /** Synaptic weights (without biases and batch-norm parameters). */
  weightCount: number;
  /** Everything trainable in the entry: weights, biases, batch-norm scale and shift. */
  parameterCount: number;
  /** How much this entry counts towards n: conv and linear 1, sew 2, pools 0. */
  bodyLayers: number;
}

export const LIMITS = {
  layers: 64,
  channels: 8192,
  side: 1024,
  kernel: 64,
  classes: 1024,
  parameters: 200_000_000,
  /** Events of one cell of a frame; what comes above is cut off. */
  inputCount: 255,
} as const;

function integerInRange(what: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new AppError(
      'network-invalid',
      `${what} is ${value}, allowed is ${low} to ${high}.`,
      `Enter a whole number from ${low} to ${high}.`,
    );
  }
}

/** Output side of a convolution or pool: floor((side + 2 padding - kernel) / stride) + 1. */
export function outputSide(side: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((side + 2 * padding - kernel) / stride) + 1;
}

function windowed(
  name: string,
  input: FrameShape,
  channels: number,
  kernel: number,
  stride: number,
  padding: number,
): FrameShape {
  integerInRange(`The kernel of ${name}`, kernel, 1, LIMITS.kernel);
  integerInRange(`The stride of ${name}`, stride, 1, LIMITS.kernel);
  integerInRange(`The padding of ${name}`, padding, 0, kernel - 1);
  const height = outputSide(input.height, kernel, stride, padding);
  const width = outputSide(input.width, kernel, stride, padding);
  if (height < 1 || width < 1) {
    throw new AppError(
      'network-invalid',
      `${name} has a ${kernel}x${kernel} kernel, but its input is ${input.width}x${input.height} (padding ${padding}).`,
      'Use a smaller kernel, more padding, or a larger input.',
    );
  }
  return { channels, height, width };
}

/** The name of a body layer in buffers, charts and messages: conv1, pool2, fc4 (numbered by entry, from 1). */
export function layerName(spec: LayerSpec, index: number): string {
  const stem = { conv: 'conv', linear: 'fc', avgPool: 'pool', maxPool: 'pool', sew: 'sew' }[spec.kind];
  return `${stem}${index + 1}`;
}

function inferLayer(spec: LayerSpec, index: number, input: FrameShape): LayerShape {
  const name = layerName(spec, index);
  const sewConv = (from: number, kernel: number) => from * outputChannels(spec) * kernel * kernel;
  switch (spec.kind) {
    case 'conv': {
      integerInRange(`The channel count of ${name}`, spec.out, 1, LIMITS.channels);
      const output = windowed(name, input, spec.out, spec.kernel, spec.stride, spec.padding);
      const weightCount = spec.out * input.channels * spec.kernel * spec.kernel;
      const extra = (spec.bias ? spec.out : 0) + (spec.batchNorm ? 2 * spec.out : 0);
      return {
        spec,
        index,
        input,
        output,
        neuronCount: frameSize(output),
        weightCount,
        parameterCount: weightCount + extra,
        bodyLayers: 1,
      };
    }
    case 'linear': {
      integerInRange(`The neuron count of ${name}`, spec.out, 1, LIMITS.channels);
      const output = { channels: spec.out, height: 1, width: 1 };
      const weightCount = spec.out * frameSize(input);
      const extra = (spec.bias ? spec.out : 0) + (spec.batchNorm ? 2 * spec.out : 0);
      return {
        spec,
        index,
        input,
        output,
        neuronCount: spec.out,
        weightCount,
        parameterCount: weightCount + extra,
        bodyLayers: 1,
      };
    }
    case 'avgPool':
    case 'maxPool': {
      const output = windowed(name, input, input.channels, spec.kernel, spec.stride, 0);
      const neuronCount = spec.neuron === 'lif' ? frameSize(output) : 0;
      return { spec, index, input, output, neuronCount, weightCount: 0, parameterCount: 0, bodyLayers: 0 };
    }
    case 'sew': {
      integerInRange(`The channel count of ${name}`, spec.out, 1, LIMITS.channels);
      const output = windowed(name, input, spec.out, 3, spec.stride, 1);
      const shortcut = sewHasShortcutConv(spec, input);
      const neurons = frameSize(output) * (shortcut ? 3 : 2);
      const weightCount =
        sewConv(input.channels, 3) + sewConv(spec.out, 3) + (shortcut ? sewConv(input.channels, 1) : 0);
      const extra = spec.batchNorm ? 2 * spec.out * (shortcut ? 3 : 2) : 0;
      return {
        spec,
        index,
        input,
        output,
        neuronCount: neurons,
        weightCount,
        parameterCount: weightCount + extra,
        bodyLayers: 2,
      };
    }
  }
}

function outputChannels(spec: LayerSpec): number {
  return 'out' in spec ? spec.out : 0;
}

/** True when the shortcut of a residual unit needs its strided 1x1 convolution (shape or channels change). */
export function sewHasShortcutConv(spec: SewSpec, input: FrameShape): boolean {
  return spec.stride !== 1 || spec.out !== input.channels;
}

/**
 * Infers every shape and count of a network.
 * @returns One entry per body layer, in order.
 * @throws AppError `network-invalid` naming the layer, its value and the limit; `neuron-out-of-range`.
 */
export function inferShapes(network: NetworkSpec): LayerShape[] {
  const { shape, maxCount = 1 } = network.input;
  integerInRange('The input channel count', shape.channels, 1, LIMITS.channels);
  integerInRange('The input height', shape.height, 1, LIMITS.side);
  integerInRange('The input width', shape.width, 1, LIMITS.side);
  integerInRange('The largest count of the input', maxCount, 1, LIMITS.inputCount);
  integerInRange('The number of classes', network.classCount, 2, LIMITS.classes);
  checkNeuron(network.neuron);
  if (network.layers.length === 0 || network.layers.length > LIMITS.layers) {
    throw new AppError(
      'network-invalid',
      `The network has ${network.layers.length} body layers, allowed is 1 to ${LIMITS.layers}.`,
      'Add a convolution or a linear layer.',
    );
  }
  const first = network.layers[0];
  if (first.kind === 'avgPool' || first.kind === 'maxPool') {
    throw new AppError(
      'network-invalid',
      'The first body layer is a pool, but a pool belongs to the trainable layer before it.',
      'Start with a convolution or a linear layer.',
    );
  }
  const shapes: LayerShape[] = [];
  let input = shape;
  let parameters = 0;
  for (const [index, spec] of network.layers.entries()) {
    if ('dropout' in spec && spec.dropout !== undefined && !(spec.dropout >= 0 && spec.dropout < 1)) {
      throw new AppError(
        'network-invalid',
        `The dropout of ${layerName(spec, index)} is ${spec.dropout}, allowed is 0 to below 1.`,
        'Use 0 for no dropout.',
      );
    }
    if ((spec.kind === 'conv' || spec.kind === 'linear') && spec.neuron)
      checkNeuron({ ...network.neuron, ...spec.neuron });
    const layer = inferLayer(spec, index, input);
    shapes.push(layer);
    input = layer.output;
    parameters += layer.parameterCount;
  }
  if (parameters > LIMITS.parameters) {
    throw new AppError(
      'network-invalid',
      `The network has ${parameters} parameters, the limit is ${LIMITS.parameters}.`,
      'Use fewer channels or add a pool.',
    );
  }
  return shapes;
}

/** L: how many trainable body layers the network has (a residual unit counts 2, a pool 0). */
/** Whether some layer normalises its current over the batch and the steps of an interval. */
export function usesBatchNorm({ layers }: Pick<NetworkSpec, 'layers'>): boolean {
  return layers.some((layer) => 'batchNorm' in layer && layer.batchNorm === true);
}

export function bodyLayerCount(network: NetworkSpec): number {
  return network.layers.reduce(
    (sum, spec) => sum + (spec.kind === 'sew' ? 2 : spec.kind === 'conv' || spec.kind === 'linear' ? 1 : 0),
    0,
  );
}

/**
 * Cuts the body into local blocks: entries are collected until at least `blockSize` body layers are together; pools
 * go with the layer before them; the last block may be shorter.
 * @returns Half-open ranges of entry indices.
 */
export function cutBlocks(network: NetworkSpec, blockSize: number): { start: number; stop: number }[] {
  const blocks: { start: number; stop: number }[] = [];
  let start = 0;
  let count = 0;
  for (const [index, spec] of network.layers.entries()) {
    const isPool = spec.kind === 'avgPool' || spec.kind === 'maxPool';
    if (!isPool && count >= blockSize) {
      blocks.push({ start, stop: index });
      start = index;
      count = 0;
    }
    count += spec.kind === 'sew' ? 2 : isPool ? 0 : 1;
  }
  blocks.push({ start, stop: network.layers.length });
  return blocks;
}
