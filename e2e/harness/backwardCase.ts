import { expect } from '@playwright/test';
import { type FrameShape, frameSize, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import type { ResetKind, SurrogateKind } from '../../src/core/neuron.ts';
import { SURROGATES } from '../../src/core/surrogate.ts';
import { dropoutMask } from '../../src/reference/dropoutMask.ts';
import { errorBackward, surrogateDerivatives } from '../../src/reference/errorBackward.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { neuronParams, runCase, sameWords, surrogateIndex, TestNumbers, unwritten } from './kernelCase.ts';
import type { KernelPage, Words } from './kernelRun.ts';
import {
  asFloats,
  asWords,
  channelsInnermost,
  packPlanes,
  paddedSize,
  paddingLanes,
  padVectors,
  unpadVectors,
  vectorsOf,
} from './layouts.ts';

/** Half-open steps of the interval that a chunk has. */
export interface Chunk {
  start: number;
  steps: number;
}

/** One run of a backward kernel: whose neurons, which steps, which variant. */
export interface BackwardCase {
  kernel: 'synapseBackward' | 'poolBackward' | 'poolBackwardBlocks' | 'errorBackward' | 'errorBackwardRuns';
  /** The layer whose gamma is computed. */
  shape: FrameShape;
  batchSize: number;
  /** Steps of the interval. */
  stepCount: number;
  chunk: Chunk;
  /** False: the error itself is written. */
  lif: boolean;
  surrogate: SurrogateKind;
  reset?: ResetKind;
  detachReset?: boolean;
  dropout?: 'generated' | 'given';
  sumSteps?: boolean;
  /** The error is added to what the buffer holds (lif false only). */
  accumulate?: boolean;
  /** The errors lie in gamma, not in a buffer of their own (errorBackward and errorBackwardRuns only). */
  inPlace?: boolean;
  seed?: number;
  overrides?: Record<string, number>;
  /** Per sample, where they are not one per vector of neurons. */
  invocations?: number;
  /** Uniforms and buffers of what lies above, and the error that comes from there. */
  above: {
    params: Record<string, number>;
    overrides?: Record<string, number>;
    window?: Record<string, number>;
    buffers: Record<string, Words>;
    /** e at the layer's output, [steps of the chunk][B][C][H][W] */
    errors: Float64Array;
  };
}

/** Steps of history before the interval. */
export const HISTORY_BEFORE = 1;
/** The micro-batch's first sample within its batch: dropout numbers samples by their place in the batch. */
const SAMPLE_START = 2;
const DRAW = { seed: 987654321, iteration: 12, stream: 7, dropout: 0.3 };

/** Steps of the chunk that the interval really has. */
export function chunkLength(chunk: Chunk, stepCount: number): number {
  return Math.min(chunk.start + chunk.steps, stepCount) - chunk.start;
}

/** Chunks of at most 3 steps for an interval of 7: the whole, the first, a middle and the last, shorter one. */
export const CHUNKS: Record<string, Chunk> = {
  'whole interval': { start: 0, steps: 7 },
  'first chunk': { start: 0, steps: 3 },
  'middle chunk': { start: 3, steps: 3 },
  'last, short chunk': { start: 6, steps: 3 },
};
export const CHUNK_STEPS = 7;

/** Factor by which an error is multiplied on its way to the spike, [B][C][H][W]. */
function dropoutFactors(request: BackwardCase, keep: ArrayLike<number>): Float64Array {
  if (!request.dropout) return new Float64Array(request.batchSize * frameSize(request.shape)).fill(1);
  return Float64Array.from(keep, (kept) => kept / (1 - DRAW.dropout));
}

/**
 * Runs a backward kernel and its twin on random membranes and errors, and asserts that gamma, its carry and everything that
 * must stay untouched agree.
 * @returns The words of gamma.
 */
export async function compareBackward(kernels: KernelPage, request: BackwardCase): Promise<Uint32Array> {
  const { shape, batchSize, stepCount, chunk, lif, above } = request;
  const numbers = new TestNumbers(request.seed ?? 1);
  const cells = batchSize * frameSize(shape);
  const neuron = {
    beta: 0.75,
    reset: request.reset ?? 'soft',
    theta: 0.4,
    threshold: 0.5,
    surrogate: request.surrogate,
    surrogateWidth: SURROGATES[request.surrogate].defaultWidth,
    detachReset: request.detachReset ?? false,
  };
  const membranes = Float64Array.from(numbers.normal((HISTORY_BEFORE + stepCount) * cells));
  const derivatives = surrogateDerivatives(neuron, membranes);
  const keep =
    request.dropout === 'given'
      ? numbers.counts(cells, 1, 0.7)
      : dropoutMask(shape, SAMPLE_START + batchSize, DRAW).slice(SAMPLE_START * frameSize(shape));
  const carried = Float64Array.from(numbers.normal(cells));
  const present = Float64Array.from(numbers.normal(chunk.steps * cells));

  const length = chunkLength(chunk, stepCount);
  const isLast = chunk.start + length === stepCount;
  const from = (HISTORY_BEFORE + chunk.start) * cells;
  const factors = dropoutFactors(request, keep);
  const expected = lif
    ? errorBackward(
        neuron,
        above.errors.map((error, i) => error * factors[i % cells]),
        derivatives.slice(from, from + length * cells),
        isLast ? new Float64Array(cells) : carried,
        {
          membranes: membranes.slice(from, from + length * cells),
          spikes: membranes.slice(from, from + length * cells).map((u) => (u >= neuron.threshold ? 1 : 0)),
        },
      )
    : above.errors.map((error, i) => error + (request.accumulate ? present[i] : 0));

  const windowBits = request.surrogate === 'rectangular' && neuron.reset === 'soft';
  const carry = padVectors(carried, shape);
  const found = await runCase(kernels, {
    kernel: request.kernel,
    overrides: {
      LIF: lif ? 1 : 0,
      SURROGATE: surrogateIndex(neuron),
      HISTORY: windowBits ? 1 : 2,
      RESET: neuron.reset === 'hard' ? 1 : 0,
      DROPOUT: request.dropout === 'generated' ? 1 : request.dropout === 'given' ? 2 : 0,
      SUM_STEPS: request.sumSteps ? 1 : 0,
      ACCUMULATE: request.accumulate ? 1 : 0,
      ...above.overrides,
      ...request.overrides,
    },
    params: {
      ...neuronParams(neuron),
      batchSize,
      sampleStart: SAMPLE_START,
      inHeight: shape.height,
      inWidth: shape.width,
      inChannels: shape.channels,
      inVectors: vectorsOf(shape.channels),
      inWords: wordsPerFrame(shape),
      chunkStart: chunk.start,
      chunkSteps: chunk.steps,
      dropout: request.dropout ? DRAW.dropout : 0,
      dropoutStream: DRAW.stream,
      ...above.params,
    },
    window: {
      historyStart: HISTORY_BEFORE,
      stepCount,
      seed: DRAW.seed,
      iteration: DRAW.iteration,
      ...above.window,
    },
    buffers: {
      ...above.buffers,
      surrogateHistory: windowBits
        ? packPlanes(
            derivatives.map((h) => (h > 0 ? 1 : 0)),
            shape,
            1,
          )
        : channelsInnermost(membranes, shape),
      keepBits: packPlanes(keep, shape, 1),
      gamma: gammaBefore(request, present),
      gammaCarry: carry,
    },
    invocations: batchSize * (request.invocations ?? shape.height * shape.width * vectorsOf(shape.channels)),
  });

  expectGamma(request, found, expected);
  expectCarry(request, found, expected, carry);
  return found.gamma;
}

/** What the buffer of gamma holds before the run. */
function gammaBefore(request: BackwardCase, present: Float64Array): Words {
  const { shape, batchSize, chunk, sumSteps } = request;
  if (request.accumulate) return padVectors(present, shape);
  const before = unwritten((sumSteps ? 1 : chunk.steps) * paddedSize(shape) * batchSize);
  if (request.inPlace) before.set(asWords(padVectors(request.above.errors, shape)));
  return before;
}

/** gamma of the chunk's steps, or their sum; nothing but zeros in the padding, nothing behind the interval's end. */
function expectGamma(
  request: BackwardCase,
  found: Record<string, Uint32Array>,
  expected: Float64Array,
): void {
  const { shape, batchSize, sumSteps } = request;
  const cells = batchSize * frameSize(shape);
  const steps = sumSteps ? 1 : expected.length / cells;
  const values = sumSteps ? sumOverSteps(expected, cells) : expected;
  const padded = paddedSize(shape) * batchSize;
  const written = asFloats(found.gamma.slice(0, steps * padded));
  expect(
    compareArrays(unpadVectors(written, shape), values, {
      label: `${request.kernel}/gamma`,
      axes: { t: steps, b: batchSize, c: shape.channels, y: shape.height, x: shape.width },
      tolerance: TOLERANCES.kernelSum,
    }),
  ).toBe('');
  expect(paddingLanes(written, shape.channels).every((lane) => lane === 0)).toBe(true);
  expect(values.some((value) => value !== 0)).toBe(true);
  const behind = found.gamma.slice(steps * padded);
  if (!request.accumulate) expect(sameWords(behind, unwritten(behind.length))).toBe(true);
}

/** gamma of the chunk's first step is left for the chunk before; the first chunk leaves nothing. */
function expectCarry(
  request: BackwardCase,
  found: Record<string, Uint32Array>,
  expected: Float64Array,
  before: Float32Array,
): void {
  const { shape, batchSize, lif, chunk } = request;
  if (!lif || chunk.start === 0) {
    expect([...asFloats(found.gammaCarry)]).toEqual([...before]);
    return;
  }
  const cells = batchSize * frameSize(shape);
  expect(
    compareArrays(unpadVectors(asFloats(found.gammaCarry), shape), expected.slice(0, cells), {
      label: `${request.kernel}/gammaCarry`,
      axes: { b: batchSize, c: shape.channels, y: shape.height, x: shape.width },
      tolerance: TOLERANCES.kernelSum,
    }),
  ).toBe('');
}

function sumOverSteps(values: Float64Array, cells: number): Float64Array {
  const sum = new Float64Array(cells);
  for (let i = 0; i < values.length; i++) sum[i % cells] += values[i];
  return sum;
}

/** The variants that every backward kernel has, by name. */
export const BACKWARD_VARIANTS: Record<
  string,
  Pick<BackwardCase, 'lif' | 'surrogate'> & Partial<BackwardCase>
> = {
  'error alone, overwriting': { lif: false, surrogate: 'rectangular' },
  'error alone, adding': { lif: false, surrogate: 'rectangular', accumulate: true },
  'window bits': { lif: true, surrogate: 'rectangular' },
  'window bits, reset detached': { lif: true, surrogate: 'rectangular', detachReset: true },
  triangular: { lif: true, surrogate: 'triangular' },
  atan: { lif: true, surrogate: 'atan' },
  fastSigmoid: { lif: true, surrogate: 'fastSigmoid' },
  sigmoid: { lif: true, surrogate: 'sigmoid' },
  'hard reset': { lif: true, surrogate: 'rectangular', reset: 'hard' },
  'hard reset, detached': { lif: true, surrogate: 'rectangular', reset: 'hard', detachReset: true },
  'hard reset, atan, dropout': { lif: true, surrogate: 'atan', reset: 'hard', dropout: 'generated' },
  'generated dropout': { lif: true, surrogate: 'rectangular', dropout: 'generated' },
  'given dropout': { lif: true, surrogate: 'atan', dropout: 'given' },
  'given dropout, window bits': { lif: true, surrogate: 'rectangular', dropout: 'given' },
  'sum over the steps': { lif: true, surrogate: 'rectangular', sumSteps: true },
  'small workgroups': { lif: true, surrogate: 'rectangular', overrides: { WORKGROUP_SIZE: 16 } },
};
