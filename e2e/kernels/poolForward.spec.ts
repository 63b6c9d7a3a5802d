import { frameSize, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { writtenWindow } from '../../src/core/plan/forwardPasses.ts';
import { surrogateDerivatives } from '../../src/reference/errorBackward.ts';
import { lifForward, restingState } from '../../src/reference/lifForward.ts';
import { type PoolKind, poolForward } from '../../src/reference/poolForward.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import {
  DYADIC_NEURON,
  type LayerCase,
  layerParams,
  neuronParams,
  POOL_CASES,
  runCase,
  TestNumbers,
  unwritten,
} from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { asFloats, channelsInnermost, channelsOutermost, packPlanes } from '../harness/layouts.ts';

const KINDS: PoolKind[] = ['average', 'maximum'];
const HISTORIES = [
  { HISTORY: 1, reset: 'soft', keeps: 'window bits' },
  { HISTORY: 2, reset: 'soft', keeps: 'membranes' },
  { HISTORY: 2, reset: 'hard', keeps: 'membranes, hard reset' },
] as const;
/** Steps of input and history before the window. */
const BEFORE = { input: 2, history: 1 };

function inputOf({ field, batchSize, steps, planes }: LayerCase, seed: number) {
  const perStep = batchSize * frameSize(field.inputShape);
  const counts = new TestNumbers(seed).counts((BEFORE.input + steps) * perStep, planes);
  return {
    packed: packPlanes(counts, field.inputShape, planes),
    values: counts.slice(BEFORE.input * perStep),
  };
}

function paramsOf(layer: LayerCase, kind: PoolKind): Record<string, number> {
  return {
    ...layerParams(layer),
    ...neuronParams(DYADIC_NEURON),
    inWholeSample: 1,
    poolFactor: kind === 'maximum' ? 1 : 1 / (layer.field.kernelHeight * layer.field.kernelWidth),
  };
}

function windowOf({ steps }: LayerCase, isFirst: number): Record<string, number> {
  return { stepStart: BEFORE.input, historyStart: BEFORE.history, stepCount: steps, isFirst };
}

/** As the plan asks for them. */
const formOf = ({ field, planes }: LayerCase, kind: PoolKind) => {
  const VECTORS = Math.min(4, Math.ceil(field.outputShape.channels / 4));
  const MAXIMUM = kind === 'maximum' ? 1 : 0;
  return { VECTORS, PLANES: planes, ...writtenWindow(field, VECTORS), MAXIMUM };
};

const invocationsOf = ({ field, batchSize }: LayerCase) =>
  batchSize * field.outputShape.height * field.outputShape.width * Math.ceil(field.outputShape.channels / 4);

/** A 3x3 average is a multiple of 1/9, which no binary number is: its spikes may depend on rounding. */
const isExact = ({ field }: LayerCase, kind: PoolKind) => kind === 'maximum' || field.kernelHeight === 2;

test.describe('poolForward equals its twin', () => {
  for (const layer of POOL_CASES) {
    for (const kind of KINDS) {
      if (isExact(layer, kind)) {
        for (const { HISTORY, reset, keeps } of HISTORIES) {
          test(`${layer.name}, ${kind}, with neurons, ${keeps}`, async ({ kernels }) => {
            const neuron = { ...DYADIC_NEURON, reset };
            const { outputShape } = layer.field;
            const { batchSize, steps } = layer;
            const { packed, values } = inputOf(layer, 3);
            const cells = batchSize * frameSize(outputShape);
            const words = wordsPerFrame(outputShape);
            const historySteps = BEFORE.history + steps;
            const state = restingState(cells);
            // Starts in the middle of a sample: some neurons have just fired.
            state.membrane.set(new TestNumbers(5).dyadic(cells));
            state.spikes.set(state.membrane.map((u) => (u >= DYADIC_NEURON.threshold ? 1 : 0)));
            const membrane = channelsInnermost(state.membrane, outputShape);
            const record = lifForward(neuron, poolForward(layer.field, kind, values), state);
            const found = await runCase(kernels, {
              kernel: 'poolForward',
              overrides: { ...formOf(layer, kind), HISTORY, RESET: reset === 'hard' ? 1 : 0 },
              params: paramsOf(layer, kind),
              window: windowOf(layer, 0),
              buffers: {
                inputs: packed,
                membrane,
                spikes: new Uint32Array(historySteps * batchSize * words),
                surrogateHistory:
                  HISTORY === 1
                    ? new Uint32Array(historySteps * batchSize * words)
                    : new Float32Array(historySteps * cells),
              },
              invocations: invocationsOf(layer),
            });
            const tolerance = TOLERANCES.exact;
            const axes = {
              b: batchSize,
              c: outputShape.channels,
              y: outputShape.height,
              x: outputShape.width,
            };
            const after = channelsOutermost(asFloats(found.membrane), outputShape);
            expect(compareArrays(after, state.membrane, { label: 'membrane', axes, tolerance })).toBe('');
            const before = new Uint32Array(BEFORE.history * batchSize * words);
            const bitAxes = { t: historySteps, b: batchSize, word: words };
            const spikes = [...before, ...packPlanes(record.spikes, outputShape, 1)];
            expect(compareArrays(found.spikes, spikes, { label: 'spikes', axes: bitAxes, tolerance })).toBe(
              '',
            );
            if (HISTORY === 1) {
              const near = surrogateDerivatives(DYADIC_NEURON, record.membranes).map((h) => (h > 0 ? 1 : 0));
              const bits = [...before, ...packPlanes(near, outputShape, 1)];
              const label = 'surrogateHistory';
              expect(compareArrays(found.surrogateHistory, bits, { label, axes: bitAxes, tolerance })).toBe(
                '',
              );
            } else {
              const all = asFloats(found.surrogateHistory.slice(BEFORE.history * cells));
              expect(
                compareArrays(channelsOutermost(all, outputShape), record.membranes, {
                  label: 'surrogateHistory',
                  axes: { t: steps, ...axes },
                  tolerance,
                }),
              ).toBe('');
            }
            if (cells > 1) expect(record.spikes.some((spike) => spike === 1)).toBe(true);
          });
        }
      }

      test(`${layer.name}, ${kind}, plain`, async ({ kernels }) => {
        const { inputShape, outputShape, kernelHeight, kernelWidth } = layer.field;
        const { batchSize, steps } = layer;
        const { packed, values } = inputOf(layer, 4);
        const area = kind === 'average' ? kernelHeight * kernelWidth : 1;
        const outPlanes = 32 - Math.clz32((2 ** layer.planes - 1) * area);
        const words = wordsPerFrame(outputShape);
        const untouched = unwritten(4);
        const found = await runCase(kernels, {
          kernel: 'poolForward',
          overrides: { ...formOf(layer, kind), LIF: 0, HISTORY: 0 },
          params: { ...paramsOf(layer, kind), outPlanes },
          window: windowOf(layer, 1),
          buffers: {
            inputs: packed,
            membrane: untouched,
            spikes: new Uint32Array((BEFORE.history + steps) * batchSize * outPlanes * words),
            surrogateHistory: untouched,
          },
          invocations: invocationsOf(layer),
        });
        // The counts of an average are those of its window added up; the scale says what one is worth.
        const counts = poolForward(layer.field, kind, values).map((value) => Math.round(value * area));
        const expected = [
          ...new Uint32Array(BEFORE.history * batchSize * outPlanes * words),
          ...packPlanes(counts, outputShape, outPlanes),
        ];
        expect(
          compareArrays(found.spikes, expected, {
            label: 'spikes',
            axes: { t: BEFORE.history + steps, b: batchSize, plane: outPlanes, word: words },
            tolerance: TOLERANCES.exact,
          }),
        ).toBe('');
        expect([...found.membrane, ...found.surrogateHistory]).toEqual([...untouched, ...untouched]);
        if (frameSize(inputShape) > 4) expect(counts.some((count) => count > 0)).toBe(true);
      });
    }
  }

  test('from rest, when the window is the first of a sample', async ({ kernels }) => {
    const layer = POOL_CASES[4];
    const { packed, values } = inputOf(layer, 6);
    const cells = layer.batchSize * frameSize(layer.field.outputShape);
    const state = restingState(cells);
    lifForward(DYADIC_NEURON, poolForward(layer.field, 'average', values), state);
    const words = (BEFORE.history + layer.steps) * layer.batchSize * wordsPerFrame(layer.field.outputShape);
    const found = await runCase(kernels, {
      kernel: 'poolForward',
      overrides: formOf(layer, 'average'),
      params: paramsOf(layer, 'average'),
      window: windowOf(layer, 1),
      buffers: {
        inputs: packed,
        membrane: unwritten(cells),
        spikes: new Uint32Array(words),
        surrogateHistory: new Uint32Array(words),
      },
      invocations: invocationsOf(layer),
    });
    const after = channelsOutermost(asFloats(found.membrane), layer.field.outputShape);
    expect(
      compareArrays(after, state.membrane, {
        label: 'membrane',
        axes: { cell: cells },
        tolerance: TOLERANCES.exact,
      }),
    ).toBe('');
  });
});
