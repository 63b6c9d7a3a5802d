import { expect } from '@playwright/test';
import { frameSize, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { roundToHalf } from '../../src/core/halfFloat.ts';
import { forwardInvocations } from '../../src/core/plan/forwardVariants.ts';
import type { Range } from '../../src/core/schedule.ts';
import { surrogateDerivatives } from '../../src/reference/errorBackward.ts';
import { type LifRecord, type LifState, lifForward, restingState } from '../../src/reference/lifForward.ts';
import { weightCount } from '../../src/reference/receptiveField.ts';
import { synapticCurrent } from '../../src/reference/synapse.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES, type Tolerance } from '../../src/testing/tolerances.ts';
import {
  DYADIC_NEURON,
  HALVES,
  type LayerCase,
  layerParams,
  neuronParams,
  runCase,
  TestNumbers,
  unwritten,
} from './kernelCase.ts';
import type { KernelPage } from './kernelRun.ts';
import {
  asFloats,
  asWords,
  channelsInnermost,
  channelsOutermost,
  packPlanes,
  packWeights,
  sliceVectors,
  storedWeights,
} from './layouts.ts';

export const BITS = { SYNAPSE: 0 };
export const FRAMES = { SYNAPSE: 1 };
export const CURRENTS = { SYNAPSE: 2 };

/** How a run differs from the plain one: bits, from rest, the whole layer at once. */
export interface LifVariant {
  /** lifForward where absent. */
  kernel?: string;
  overrides?: Record<string, number>;
  params?: Record<string, number>;
  /** Steps of input and history before the window. */
  before?: { input: number; history: number };
  /** Start state; from rest where absent. */
  state?: LifState;
  hasBias?: boolean;
  neuron?: typeof DYADIC_NEURON;
  window?: Record<string, number>;
  buffers?: Record<string, Uint32Array | Float32Array>;
  /** From the synaptic current to what drives the neurons. */
  transform?: (current: Float64Array) => Float64Array;
  /** [B][C][H][W] */
  keep?: ArrayLike<number>;
  seed?: number;
  weights?: (numbers: TestNumbers, length: number) => Float32Array;
  /** The kernel reads halves, and the twin weights rounded to them; they are not halves before. */
  half?: boolean;
  /** Output vectors of each weight buffer, when the weights are spread over several; a run for each. */
  parts?: Range[];
}

export interface LifOutcome {
  found: Record<string, Uint32Array>;
  record: LifRecord;
  state: LifState;
  layer: LayerCase;
  historyBefore: number;
  keep: ArrayLike<number> | undefined;
}

/** Runs a layer on the GPU and with the twin. */
export async function runLif(
  kernels: KernelPage,
  layer: LayerCase,
  variant: LifVariant = {},
): Promise<LifOutcome> {
  const { field, batchSize, steps, planes } = layer;
  const { overrides = {}, before = { input: 0, history: 0 }, hasBias = true, params = {} } = variant;
  const neuron = variant.neuron ?? DYADIC_NEURON;
  const numbers = new TestNumbers(variant.seed ?? 1);
  const inSize = batchSize * frameSize(field.inputShape);
  const outSize = batchSize * frameSize(field.outputShape);
  const { half = false } = variant;
  const draw =
    variant.weights ?? ((source, length) => (half ? source.betweenHalves(length) : source.dyadic(length)));
  const master = draw(numbers, weightCount(field));
  const masterBias = hasBias ? draw(numbers, field.outputShape.channels) : null;
  const weights = half ? master.map(roundToHalf) : master;
  const bias = half && masterBias ? masterBias.map(roundToHalf) : masterBias;
  const scale = params.inScale ?? 1;

  let inputs: Uint32Array;
  let current: Float64Array;
  if (overrides.SYNAPSE === FRAMES.SYNAPSE) {
    const frames = numbers.dyadic(inSize);
    inputs = asWords(channelsInnermost(frames, field.inputShape));
    const still = synapticCurrent(field, weights, bias, frames);
    current = Float64Array.from({ length: steps * outSize }, (_, i) => still[i % outSize]);
  } else if (overrides.SYNAPSE === CURRENTS.SYNAPSE) {
    const given = numbers.dyadic(steps * outSize);
    inputs = asWords(channelsInnermost(given, field.outputShape));
    current = Float64Array.from(given);
  } else {
    const counts = numbers.counts((before.input + steps) * inSize, planes);
    inputs = packPlanes(counts, field.inputShape, planes);
    const values = Float64Array.from(counts.slice(before.input * inSize), (count) => count * scale);
    current = synapticCurrent(field, weights, bias, values);
  }
  const driving = variant.transform ? variant.transform(current) : current;
  const start = variant.state ?? restingState(outSize);
  const state = { membrane: start.membrane.slice(), spikes: start.spikes.slice() };
  const record = lifForward(neuron, driving, state);

  const words = wordsPerFrame(field.outputShape);
  const historySteps = before.history + steps;
  const membraneHistory = overrides.HISTORY === 2;
  const invocationOverrides = { VECTORS: 1, ...overrides };
  const base = layerParams(layer);
  const packedWeights = packWeights(field, master, masterBias);
  let found: Record<string, Uint32Array> = {};
  for (const { start: first, stop } of variant.parts ?? [{ start: 0, stop: base.outVectors }]) {
    found = await runCase(kernels, {
      kernel: variant.kernel ?? 'lifForward',
      overrides: { ...overrides, ...(half && HALVES) },
      params: {
        ...base,
        ...neuronParams(neuron),
        hasBias: hasBias ? 1 : 0,
        inWholeSample: before.input > 0 ? 1 : 0,
        weightVectors: stop - first,
        vectorStart: first,
        ...params,
      },
      window: {
        stepStart: before.input,
        historyStart: before.history,
        stepCount: steps,
        isFirst: variant.state ? 0 : 1,
        ...variant.window,
      },
      buffers: {
        inputs,
        weights: storedWeights(sliceVectors(packedWeights, base.outVectors, first, stop), half),
        membrane:
          found.membrane ??
          (variant.state ? channelsInnermost(start.membrane, field.outputShape) : unwritten(outSize)),
        spikes: found.spikes ?? new Uint32Array(historySteps * batchSize * words),
        surrogateHistory:
          found.surrogateHistory ??
          (membraneHistory
            ? unwritten(historySteps * outSize)
            : new Uint32Array(historySteps * batchSize * words)),
        ...variant.buffers,
      },
      invocations:
        batchSize *
        forwardInvocations(invocationOverrides, {
          outHeight: field.outputShape.height,
          outWidth: field.outputShape.width,
          vectors: stop - first,
        }),
    });
  }
  return { found, record, state, layer, historyBefore: before.history, keep: variant.keep };
}

/** Spikes and window bits must be identical, membranes within `tolerance`. */
export function expectLif(outcome: LifOutcome, tolerance: Tolerance = TOLERANCES.exact, history = 1): void {
  const { found, record, state, layer, historyBefore, keep } = outcome;
  const { outputShape } = layer.field;
  const { batchSize, steps } = layer;
  const words = wordsPerFrame(outputShape);
  const axes = { b: batchSize, c: outputShape.channels, y: outputShape.height, x: outputShape.width };
  const membrane = channelsOutermost(asFloats(found.membrane), outputShape);
  expect(compareArrays(membrane, state.membrane, { label: 'lifForward/membrane', axes, tolerance })).toBe('');
  const packed = (bits: ArrayLike<number>) => [
    ...new Uint32Array(historyBefore * batchSize * words),
    ...packPlanes(bits, outputShape, 1),
  ];
  const bitAxes = { t: historyBefore + steps, b: batchSize, word: words };
  const handedOn = keep ? record.spikes.map((spike, i) => spike * keep[i % keep.length]) : record.spikes;
  expect(
    compareArrays(found.spikes, packed(handedOn), {
      label: 'lifForward/spikes',
      axes: bitAxes,
      tolerance: TOLERANCES.exact,
    }),
  ).toBe('');
  if (history === 1) {
    const near = surrogateDerivatives(DYADIC_NEURON, record.membranes).map((h) => (h > 0 ? 1 : 0));
    expect(
      compareArrays(found.surrogateHistory, packed(near), {
        label: 'lifForward/surrogateHistory',
        axes: bitAxes,
        tolerance: TOLERANCES.exact,
      }),
    ).toBe('');
  }
  if (history === 2) {
    const all = asFloats(
      found.surrogateHistory.slice((historyBefore * found.surrogateHistory.length) / (historyBefore + steps)),
    );
    expect(
      compareArrays(channelsOutermost(all, outputShape), record.membranes, {
        label: 'lifForward/surrogateHistory',
        axes: { t: steps, ...axes },
        tolerance,
      }),
    ).toBe('');
  }
}

/** Both values occur: a comparison of silent neurons would prove nothing. */
export function expectActivity({ record }: LifOutcome): void {
  expect(record.spikes.some((spike) => spike === 1)).toBe(true);
  expect(record.spikes.some((spike) => spike === 0)).toBe(true);
}
