import { frameSize, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { dropoutMask } from '../../src/reference/dropoutMask.ts';
import { surrogateDerivatives } from '../../src/reference/errorBackward.ts';
import { type LifRecord, type LifState, lifForward, restingState } from '../../src/reference/lifForward.ts';
import { weightCount } from '../../src/reference/receptiveField.ts';
import { synapticCurrent } from '../../src/reference/synapse.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES, type Tolerance } from '../../src/testing/tolerances.ts';
import {
  DYADIC_NEURON,
  type LayerCase,
  layerParams,
  neuronParams,
  runCase,
  SYNAPSE_CASES,
  sameWords,
  TestNumbers,
  unwritten,
} from '../harness/kernelCase.ts';
import type { KernelPage } from '../harness/kernelRun.ts';
import { expect, test } from '../harness/kernelTest.ts';
import {
  asFloats,
  asWords,
  channelsInnermost,
  channelsOutermost,
  packPlanes,
  packWeights,
  padVectors,
} from '../harness/layouts.ts';

const BITS = { SYNAPSE: 0 };
const FRAMES = { SYNAPSE: 1 };
const CURRENTS = { SYNAPSE: 2 };

interface Variant {
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
}

interface Outcome {
  found: Record<string, Uint32Array>;
  record: LifRecord;
  state: LifState;
  layer: LayerCase;
  historyBefore: number;
  keep: ArrayLike<number> | undefined;
}

/** Runs a layer on the GPU and with the twin. */
async function runBoth(kernels: KernelPage, layer: LayerCase, variant: Variant = {}): Promise<Outcome> {
  const { field, batchSize, steps, planes } = layer;
  const { overrides = {}, before = { input: 0, history: 0 }, hasBias = true, params = {} } = variant;
  const neuron = variant.neuron ?? DYADIC_NEURON;
  const numbers = new TestNumbers(variant.seed ?? 1);
  const inSize = batchSize * frameSize(field.inputShape);
  const outSize = batchSize * frameSize(field.outputShape);
  const draw = variant.weights ?? ((source, length) => source.dyadic(length));
  const weights = draw(numbers, weightCount(field));
  const bias = hasBias ? draw(numbers, field.outputShape.channels) : null;
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
  const vectors = overrides.VECTORS ?? 1;
  const base = layerParams(layer);
  const found = await runCase(kernels, {
    kernel: 'lifForward',
    overrides,
    params: {
      ...base,
      ...neuronParams(neuron),
      hasBias: hasBias ? 1 : 0,
      inWholeSample: before.input > 0 ? 1 : 0,
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
      weights: packWeights(field, weights, bias),
      membrane: variant.state ? channelsInnermost(start.membrane, field.outputShape) : unwritten(outSize),
      spikes: new Uint32Array(historySteps * batchSize * words),
      surrogateHistory: membraneHistory
        ? unwritten(historySteps * outSize)
        : new Uint32Array(historySteps * batchSize * words),
      ...variant.buffers,
    },
    invocations:
      batchSize * field.outputShape.height * field.outputShape.width * Math.ceil(base.outVectors / vectors),
  });
  return { found, record, state, layer, historyBefore: before.history, keep: variant.keep };
}

/** Spikes and window bits must be identical, membranes within `tolerance`. */
function expectEqual(outcome: Outcome, tolerance: Tolerance = TOLERANCES.exact, history = 1): void {
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
function expectActivity({ record }: Outcome): void {
  expect(record.spikes.some((spike) => spike === 1)).toBe(true);
  expect(record.spikes.some((spike) => spike === 0)).toBe(true);
}

const byName = (name: string) => SYNAPSE_CASES.find((layer) => layer.name === name) ?? SYNAPSE_CASES[0];
const ODD = byName('odd channels, padding 1');

test.describe('lifForward equals its twin', () => {
  for (const layer of SYNAPSE_CASES) {
    for (const VECTORS of [1, 2, 4]) {
      test(`${layer.name}, ${4 * VECTORS} channels per invocation`, async ({ kernels }) => {
        const outcome = await runBoth(kernels, layer, { overrides: { ...BITS, VECTORS } });
        expectEqual(outcome);
        if (frameSize(layer.field.outputShape) > 1) expectActivity(outcome);
      });
    }
  }

  for (const VECTORS of [1, 2, 4]) {
    test(`in the middle of a sample and of the history, without bias, ${VECTORS} vectors`, async ({
      kernels,
    }) => {
      const cells = ODD.batchSize * frameSize(ODD.field.outputShape);
      const membrane = Float64Array.from(new TestNumbers(9).dyadic(cells));
      const spikes = membrane.map((u) => (u >= DYADIC_NEURON.threshold ? 1 : 0));
      const outcome = await runBoth(kernels, ODD, {
        overrides: { VECTORS },
        before: { input: 3, history: 2 },
        state: { membrane, spikes },
        hasBias: false,
      });
      expectEqual(outcome);
      expect(spikes.some((spike) => spike === 1)).toBe(true);
    });
  }

  test('with counts worth a quarter', async ({ kernels }) => {
    expectEqual(await runBoth(kernels, byName('three planes'), { params: { inScale: 0.25 } }));
  });

  for (const name of ['odd channels, padding 1', 'stride 3, padding 2, rows left over', 'linear on a map']) {
    for (const VECTORS of [1, 4]) {
      test(`real-valued frames: ${name}, ${VECTORS} vectors`, async ({ kernels }) => {
        const outcome = await runBoth(kernels, byName(name), { overrides: { ...FRAMES, VECTORS } });
        expectEqual(outcome);
        expectActivity(outcome);
      });
    }
  }

  for (const VECTORS of [1, 2, 4]) {
    test(`given currents, ${VECTORS} vectors`, async ({ kernels }) => {
      const outcome = await runBoth(kernels, byName('stride 3, padding 2, rows left over'), {
        overrides: { ...CURRENTS, VECTORS },
      });
      expectEqual(outcome);
      expectActivity(outcome);
    });
  }

  test('writes membranes in place of window bits for smooth surrogates', async ({ kernels }) => {
    for (const VECTORS of [1, 2, 4]) {
      const outcome = await runBoth(kernels, byName('three planes'), { overrides: { HISTORY: 2, VECTORS } });
      expectEqual(outcome, TOLERANCES.exact, 2);
    }
  });

  test('keeps no history in evaluation', async ({ kernels }) => {
    const history = unwritten(5);
    const outcome = await runBoth(kernels, ODD, {
      overrides: { HISTORY: 0 },
      buffers: { surrogateHistory: history },
    });
    expectEqual(outcome, TOLERANCES.exact, 0);
    expect(sameWords(outcome.found.surrogateHistory, history)).toBe(true);
  });

  for (const VECTORS of [1, 4]) {
    test(`batch norm between current and neuron, ${VECTORS} vectors`, async ({ kernels }) => {
      const layer = byName('three planes');
      const shape = layer.field.outputShape;
      const numbers = new TestNumbers(4);
      const mean = numbers.dyadic(shape.channels);
      const inverse = Float32Array.from(mean, (_, i) => [0.5, 1, 2][i % 3]);
      const scale = Float32Array.from(mean, (_, i) => [1, 0.5, 0.25, 1][i % 4]);
      const shift = numbers.dyadic(shape.channels);
      const row = { channels: shape.channels, height: 1, width: 1 };
      const normalization = padVectors([...mean, ...inverse, ...scale, ...shift], row);
      const size = frameSize(shape);
      const outcome = await runBoth(kernels, layer, {
        overrides: { BATCH_NORM: 1, VECTORS },
        buffers: { normalization },
        transform: (current) =>
          current.map((value, i) => {
            const c = Math.floor((i % size) / (shape.height * shape.width));
            return (value - mean[c]) * inverse[c] * scale[c] + shift[c];
          }),
      });
      expectEqual(outcome);
      expectActivity(outcome);
    });

    test(`dropout from the counter generator, ${VECTORS} vectors`, async ({ kernels }) => {
      const layer = byName('channels across words, stride 2');
      const draw = { seed: 123456789, iteration: 77, stream: 9, dropout: 0.3 };
      const outcome = await runBoth(kernels, layer, {
        overrides: { DROPOUT: 1, VECTORS },
        params: { dropout: draw.dropout, dropoutStream: draw.stream },
        window: { seed: draw.seed, iteration: draw.iteration },
        keep: dropoutMask(layer.field.outputShape, layer.batchSize, draw),
      });
      expectEqual(outcome);
      expectActivity(outcome);
    });

    test(`dropout from given masks, ${VECTORS} vectors`, async ({ kernels }) => {
      const layer = byName('stride 3, padding 2, rows left over');
      const keep = new TestNumbers(8).counts(layer.batchSize * frameSize(layer.field.outputShape), 1, 0.6);
      const outcome = await runBoth(kernels, layer, {
        overrides: { DROPOUT: 2, VECTORS },
        params: { dropout: 0.4 },
        buffers: { keepBits: packPlanes(keep, layer.field.outputShape, 1) },
        keep,
      });
      expectEqual(outcome);
    });
  }

  test('does not depend on the workgroup size', async ({ kernels }) => {
    const small = await runBoth(kernels, ODD, { overrides: { WORKGROUP_SIZE: 16 } });
    expectEqual(small);
  });

  test('free numbers, kept away from the threshold', async ({ kernels }) => {
    const neuron = { ...DYADIC_NEURON, beta: 0.83, theta: 0.29, threshold: 0.41 };
    const outcome = await runBoth(kernels, byName('linear on a map'), {
      neuron,
      overrides: { HISTORY: 2, VECTORS: 4 },
      seed: 21,
      weights: (numbers, length) => numbers.normal(length).map((value) => 0.3 * value),
    });
    const margin = outcome.record.membranes.reduce(
      (least, u) => Math.min(least, Math.abs(u - neuron.threshold)),
      1,
    );
    expect(margin).toBeGreaterThan(1e-5);
    expectEqual(outcome, TOLERANCES.kernelSum, 2);
    expectActivity(outcome);
  });
});
