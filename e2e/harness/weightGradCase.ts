import { expect } from '@playwright/test';
import { frameSize } from '../../src/core/encodedDataset.ts';
import { type WeightGradientVariant, weightGradientKernel } from '../../src/core/plan/gradientVariants.ts';
import type { Range } from '../../src/core/schedule.ts';
import { weightGrad } from '../../src/reference/weightGrad.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { type LayerCase, layerParams, runCase, TestNumbers, unwritten } from './kernelCase.ts';
import type { KernelPage } from './kernelRun.ts';
import {
  asFloats,
  asWords,
  channelsInnermost,
  packPlanes,
  padVectors,
  sliceVectors,
  unpackWeights,
  vectorsOf,
  weightRowCount,
} from './layouts.ts';

/** One layer's weight gradient over an interval, cut in every way in which the plan may cut it. */
export interface WeightGradCase {
  variant: WeightGradientVariant;
  layer: LayerCase;
  hasBias: boolean;
  input: 'bits' | 'frames';
  /** Samples of a group with a partial gradient of its own. */
  splitSize: number;
  /** Steps of a chunk; the last chunk of the interval runs first. */
  chunkSteps: number;
  /** Samples of a micro-batch. */
  microBatch: number;
  /** Gradients of earlier intervals lie in the buffer and are added to. */
  accumulate?: boolean;
  /** Output vectors of each buffer over which the weights are spread. */
  parts?: Range[];
  inScale?: number;
  overrides?: Record<string, number>;
}

/** One group of samples, one chunk, one micro-batch. */
export function plainGradient(variant: WeightGradientVariant, layer: LayerCase): WeightGradCase {
  return {
    variant,
    layer,
    hasBias: true,
    input: 'bits',
    splitSize: layer.batchSize,
    chunkSteps: layer.steps,
    microBatch: layer.batchSize,
  };
}

/** Steps of input and history before the interval. */
const BEFORE = 2;

interface Numbers {
  /** Input of the interval, and gamma at its steps; frames have one step of input. */
  x: Float64Array;
  counts: Uint32Array | Float32Array;
  gamma: Float32Array;
}

function draw({ layer, input, inScale = 1 }: WeightGradCase): Numbers {
  const { field, batchSize, steps, planes } = layer;
  const numbers = new TestNumbers(5);
  const inSize = batchSize * frameSize(field.inputShape);
  const gamma = numbers.normal(steps * batchSize * frameSize(field.outputShape));
  if (input === 'frames') {
    const counts = numbers.uniform(inSize);
    return { counts, x: Float64Array.from(counts), gamma };
  }
  const counts = numbers.counts((BEFORE + steps) * inSize, planes);
  return { counts, x: Float64Array.from(counts.slice(BEFORE * inSize), (count) => count * inScale), gamma };
}

/** Samples [start, stop) of [frames][B][size]. */
function samplesOf<T extends Uint32Array | Float32Array | Float64Array>(
  values: T,
  batchSize: number,
  size: number,
  { start, stop }: Range,
): T {
  return values.filter((_, i) => {
    const sample = Math.floor(i / size) % batchSize;
    return sample >= start && sample < stop;
  }) as T;
}

/** Frames need only the sum of gamma over the steps. */
function summed(gamma: Float32Array, steps: number): Float32Array {
  const size = gamma.length / steps;
  return Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += gamma[t * size + i];
    return sum;
  });
}

/** Runs all passes of one buffer of weights. @returns partials, vec4f[groups][rows][vectors of the part]. */
async function runPart(
  kernels: KernelPage,
  request: WeightGradCase,
  { counts, gamma }: Numbers,
  part: Range,
  initial: Uint32Array,
): Promise<Uint32Array> {
  const { layer, hasBias, input, splitSize, chunkSteps, microBatch } = request;
  const { field, batchSize, steps, planes } = layer;
  const base = layerParams(layer);
  const frames = input === 'frames';
  const inSize = frameSize(field.inputShape);
  const outSize = frameSize(field.outputShape);
  const shape = {
    ...field,
    inChannels: field.inputShape.channels,
    inHeight: field.inputShape.height,
    inWidth: field.inputShape.width,
    outHeight: field.outputShape.height,
    outWidth: field.outputShape.width,
    inPlanes: planes,
    inScale: request.inScale ?? 1,
    isFrames: frames,
  };
  const { kernel, overrides, perVector } = weightGradientKernel(request.variant, shape, hasBias);
  let partials = initial;
  for (let start = 0; start < batchSize; start += microBatch) {
    const samples = { start, stop: Math.min(start + microBatch, batchSize) };
    const own = samplesOf(counts, batchSize, inSize, samples);
    const inputs = frames
      ? asWords(channelsInnermost(own, field.inputShape))
      : packPlanes(own, field.inputShape, planes);
    const size = samples.stop - samples.start;
    const firstSplit = Math.floor(samples.start / splitSize);
    const splitCount = Math.ceil(samples.stop / splitSize) - firstSplit;
    const chunks = frames ? 1 : Math.ceil(steps / chunkSteps);
    for (let chunk = chunks - 1; chunk >= 0; chunk--) {
      const chunkStart = chunk * chunkSteps;
      const ownGamma = samplesOf(gamma, batchSize, outSize, samples);
      const perStep = size * outSize;
      const shown = frames
        ? summed(ownGamma, steps)
        : ownGamma.slice(chunkStart * perStep, (chunkStart + chunkSteps) * perStep);
      const found = await runCase(kernels, {
        kernel,
        overrides: { ...overrides, ...(frames && { SUM_STEPS: 1 }), ...request.overrides },
        params: {
          ...base,
          batchSize: size,
          sampleStart: samples.start,
          hasBias: hasBias ? 1 : 0,
          inScale: request.inScale ?? 1,
          inWholeSample: 1,
          chunkStart,
          chunkSteps: frames ? steps : chunkSteps,
          firstSplit,
          splitCount,
          splitSize,
          weightVectors: part.stop - part.start,
          vectorStart: part.start,
        },
        window: {
          stepStart: frames ? 0 : BEFORE,
          historyStart: 0,
          stepCount: steps,
          updateAccumulate: request.accumulate ? 1 : 0,
        },
        buffers: { inputs, gamma: padVectors(shown, field.outputShape), partials },
        invocations: splitCount * perVector * (part.stop - part.start),
      });
      partials = found.partials;
    }
  }
  return partials;
}

/**
 * Runs a weight gradient kernel and its twin, group by group of samples, and asserts that they agree.
 * @returns The raw partial gradients, to compare two ways of cutting bit by bit.
 */
export async function compareWeightGrad(
  kernels: KernelPage,
  request: WeightGradCase,
): Promise<Uint32Array[]> {
  const { layer, hasBias, splitSize, accumulate } = request;
  const { field, batchSize, steps } = layer;
  const numbers = draw(request);
  const vectors = vectorsOf(field.outputShape.channels);
  const groups = Math.ceil(batchSize / splitSize);
  const rows = weightRowCount(field, hasBias);
  const before = new TestNumbers(6).normal(groups * rows * vectors * 4);
  const results: Uint32Array[] = [];
  for (const part of request.parts ?? [{ start: 0, stop: vectors }]) {
    const length = groups * rows * (part.stop - part.start) * 4;
    const initial = accumulate
      ? asWords(sliceVectors(before, vectors, part.start, part.stop))
      : unwritten(length);
    results.push(await runPart(kernels, request, numbers, part, initial));
  }

  const inSize = frameSize(field.inputShape);
  const outSize = frameSize(field.outputShape);
  for (let group = 0; group < groups; group++) {
    const samples = { start: group * splitSize, stop: Math.min((group + 1) * splitSize, batchSize) };
    const gamma = samplesOf(numbers.gamma, batchSize, outSize, samples);
    const x = samplesOf(numbers.x, batchSize, inSize, samples);
    const own = request.input === 'frames' ? summed(gamma, steps) : gamma;
    const expected = weightGrad(field, x, own);
    const packed = joinParts(results, request.parts ?? [{ start: 0, stop: vectors }], {
      group,
      rows,
      vectors,
    });
    const earlier = unpackWeights(
      field,
      before.slice(group * rows * vectors * 4, (group + 1) * rows * vectors * 4),
    );
    const found = unpackWeights(field, packed);
    for (const name of hasBias ? (['weights', 'bias'] as const) : (['weights'] as const)) {
      expect(
        compareArrays(
          found[name],
          expected[name].map((value, i) => value + (accumulate ? earlier[name][i] : 0)),
          {
            label: `${request.variant}/partials of group ${group}, ${name}`,
            axes: { element: expected[name].length },
            tolerance: TOLERANCES.kernelSum,
          },
        ),
      ).toBe('');
    }
    expect(expected.weights.some((value) => value !== 0)).toBe(true);
  }
  return results;
}

/** One group's rows out of the buffers over which they are spread. */
function joinParts(
  results: Uint32Array[],
  parts: Range[],
  { group, rows, vectors }: { group: number; rows: number; vectors: number },
): Float32Array {
  const joined = new Float32Array(rows * vectors * 4);
  for (const [i, { start, stop }] of parts.entries()) {
    const width = 4 * (stop - start);
    const values = asFloats(results[i]).subarray(group * rows * width, (group + 1) * rows * width);
    for (let row = 0; row < rows; row++) {
      joined.set(values.subarray(row * width, (row + 1) * width), 4 * (row * vectors + start));
    }
  }
  return joined;
}
