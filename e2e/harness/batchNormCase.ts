import { frameSize } from '../../src/core/encodedDataset.ts';
import { roundToHalf } from '../../src/core/halfFloat.ts';
import type { Range } from '../../src/core/schedule.ts';
import { batchNormStatistics } from '../../src/reference/batchNorm.ts';
import { weightCount } from '../../src/reference/receptiveField.ts';
import { synapticCurrent } from '../../src/reference/synapse.ts';
import { HALVES, type LayerCase, layerParams, SYNAPSE_CASES, TestNumbers } from './kernelCase.ts';
import {
  asWords,
  channelsInnermost,
  packPlanes,
  packWeights,
  padVectors,
  sliceVectors,
  storedWeights,
  vectorsOf,
} from './layouts.ts';

const byName = (name: string) =>
  SYNAPSE_CASES.find((layer) => layer.name.startsWith(name)) ?? SYNAPSE_CASES[0];

/** A linear layer from 6 inputs; several samples, since a single number would be its own mean. */
function linear(name: string, channels: number, batchSize: number): LayerCase {
  const field = {
    inputShape: { channels: 6, height: 1, width: 1 },
    outputShape: { channels, height: 1, width: 1 },
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: 0,
  };
  return { name, field, batchSize, steps: 3, planes: 1 };
}

const odd = byName('odd channels');
const oneVector = { ...odd.field, outputShape: { ...odd.field.outputShape, channels: 3 } };

/** Layers whose samples x vectors are 1, a workgroup minus one, exact, plus one, and odd. */
export const NORM_LAYERS: LayerCase[] = [
  { ...odd, name: 'one invocation', field: oneVector, batchSize: 1 },
  linear('63 invocations', 35, 7),
  linear('64 invocations', 31, 8),
  linear('65 invocations', 18, 13),
  { ...odd, batchSize: 4 },
  { ...byName('stride 3'), batchSize: 3 },
];

/** Steps of input before the interval. */
const BEFORE = 2;

/** Numbers of a batch norm under test; [steps][B][C][H][W] unless said otherwise. */
export interface NormCase {
  layer: LayerCase;
  /** Synaptic current, recomputed by the kernels from input and weights. */
  current: Float64Array;
  /** dL/dy; 0 for empty places. */
  gamma: Float64Array;
  /** [B]; the last place is empty when there is more than one. */
  labels: Int32Array;
  statistics: ReturnType<typeof batchNormStatistics>;
  /** [C] */
  scale: Float32Array;
  params: Record<string, number>;
  window: Record<string, number>;
  overrides: Record<string, number>;
  inputs: Uint32Array;
  /** vec4f[rows][vectors], before they are halves. */
  weights: Float32Array;
  half: boolean;
}

/** @param options.half The kernels read the weights as halves, and the twins those rounded. */
export function normCase(
  layer: LayerCase,
  input: 'bits' | 'frames',
  { hasBias = true, half = false }: { hasBias?: boolean; half?: boolean } = {},
): NormCase {
  const { field, batchSize, steps, planes } = layer;
  const numbers = new TestNumbers(3);
  const inSize = batchSize * frameSize(field.inputShape);
  const outSize = batchSize * frameSize(field.outputShape);
  const master = numbers.normal(weightCount(field));
  const masterBias = hasBias ? numbers.normal(field.outputShape.channels) : null;
  const weights = half ? master.map(roundToHalf) : master;
  const bias = half && masterBias ? masterBias.map(roundToHalf) : masterBias;
  const labels = Int32Array.from({ length: batchSize }, (_, b) =>
    batchSize > 1 && b === batchSize - 1 ? -1 : 1,
  );
  let inputs: Uint32Array;
  let current: Float64Array;
  if (input === 'frames') {
    const frames = numbers.uniform(inSize);
    inputs = asWords(channelsInnermost(frames, field.inputShape));
    const still = synapticCurrent(field, weights, bias, frames);
    current = Float64Array.from({ length: steps * outSize }, (_, i) => still[i % outSize]);
  } else {
    const counts = numbers.counts((BEFORE + steps) * inSize, planes);
    inputs = packPlanes(counts, field.inputShape, planes);
    current = synapticCurrent(field, weights, bias, counts.slice(BEFORE * inSize));
  }
  const size = frameSize(field.outputShape);
  const gamma = Float64Array.from(numbers.normal(steps * outSize), (value, i) =>
    labels[Math.floor(i / size) % batchSize] < 0 ? 0 : value,
  );
  return {
    layer,
    current,
    gamma,
    labels,
    statistics: batchNormStatistics(current, field.outputShape, labels),
    scale: numbers.normal(field.outputShape.channels),
    params: {
      ...layerParams(layer),
      hasBias: hasBias ? 1 : 0,
      inWholeSample: input === 'bits' ? 1 : 0,
      chunkStart: 0,
      chunkSteps: steps,
    },
    window: { stepStart: BEFORE, historyStart: 0, stepCount: steps },
    overrides: { SYNAPSE: input === 'frames' ? 1 : 0, ...(half && HALVES) },
    half,
    inputs,
    weights: packWeights(field, master, masterBias),
  };
}

/** Rows of [C] as vec4f[rows][vectors]. */
export function packRows(rows: ArrayLike<number>[], channels: number): Float32Array {
  const shape = { channels, height: 1, width: 1 };
  return padVectors(
    rows.flatMap((row) => Array.from(row)),
    shape,
  );
}

/** Uniforms and weights of one of the buffers over which the weights are spread. */
export function weightPart(test: NormCase, { start, stop }: Range) {
  const vectors = vectorsOf(test.layer.field.outputShape.channels);
  return {
    params: { ...test.params, weightVectors: stop - start, vectorStart: start },
    weights: storedWeights(sliceVectors(test.weights, vectors, start, stop), test.half),
    vectors: stop - start,
  };
}

/** The steps of an interval in chunks of one step, in the order in which they run. */
export function stepByStep({ layer }: NormCase): { chunkStart: number; chunkSteps: number }[] {
  return Array.from({ length: layer.steps }, (_, i) => ({ chunkStart: layer.steps - 1 - i, chunkSteps: 1 }));
}

/** What a buffer of a chunk holds: the steps of it, of [steps][B][C][H][W]. */
export function chunkOf(
  values: Float64Array,
  { layer }: NormCase,
  { chunkStart, chunkSteps }: { chunkStart: number; chunkSteps: number },
): Float64Array {
  const perStep = values.length / layer.steps;
  return values.slice(chunkStart * perStep, (chunkStart + chunkSteps) * perStep);
}

/** The whole layer in one buffer, and in two where it has more than one vector. */
export function waysToSpread({ field }: LayerCase): Range[][] {
  const vectors = vectorsOf(field.outputShape.channels);
  const whole = [{ start: 0, stop: vectors }];
  if (vectors === 1) return [whole];
  return [
    whole,
    [
      { start: 0, stop: 1 },
      { start: 1, stop: vectors },
    ],
  ];
}
