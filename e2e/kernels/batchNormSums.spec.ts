import { batchNormBackward } from '../../src/reference/batchNorm.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import {
  chunkOf,
  NORM_LAYERS,
  type NormCase,
  normCase,
  packRows,
  stepByStep,
  waysToSpread,
  weightPart,
} from '../harness/batchNormCase.ts';
import { runCase, unwritten } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { asFloats, padVectors, unpadVectors, vectorsOf } from '../harness/layouts.ts';

/** Sums of one sample alone: the twin's gradients of shift and scale, with the other places empty. */
function sumsOfSample(
  entry: NormCase,
  sample: number,
  mode: number,
): { first: Float64Array; second: Float64Array } {
  const { layer, current, gamma, labels, statistics } = entry;
  const shape = layer.field.outputShape;
  const alone = labels.map((label, b) => (b === sample ? label : -1));
  const size = shape.channels * shape.height * shape.width;
  const positions = shape.height * shape.width;
  const centred = current.map((value, i) => value - statistics.mean[Math.floor((i % size) / positions)]);
  const values = [current, centred, gamma][mode];
  // The factor beside gamma in the sum for the scale is (I - mean) inverse; with inverse 1 it squares what is centred.
  const inverse = mode === 1 ? statistics.inverse.map(() => 1) : statistics.inverse;
  const { scale, shift } = batchNormBackward(
    current,
    values,
    shape,
    alone,
    { ...statistics, inverse },
    statistics.mean,
  );
  const none = new Float64Array(shape.channels);
  if (mode === 0) return { first: shift, second: none };
  return mode === 1 ? { first: scale, second: none } : { first: shift, second: scale };
}

test.describe('batchNormSums equals its twin', () => {
  for (const layer of NORM_LAYERS) {
    for (const input of ['bits', 'frames'] as const) {
      for (const [mode, half] of [
        [0, false],
        [1, false],
        [2, false],
        [0, true],
        [2, true],
      ] as const) {
        const stored = half ? ', weights in half precision' : '';
        test(`${layer.name}, ${input}, mode ${mode}${stored}`, async ({ kernels }) => {
          const entry = normCase(layer, input, { hasBias: mode !== 1, half });
          const shape = layer.field.outputShape;
          const vectors = vectorsOf(shape.channels);
          const { mean, inverse } = entry.statistics;
          for (const parts of waysToSpread(layer)) {
            let sums: Uint32Array = unwritten(layer.batchSize * 2 * vectors * 4);
            for (const range of parts) {
              const part = weightPart(entry, range);
              const found = await runCase(kernels, {
                kernel: 'batchNormSums',
                overrides: { ...entry.overrides, MODE: mode },
                params: part.params,
                window: entry.window,
                buffers: {
                  inputs: entry.inputs,
                  weights: part.weights,
                  normalization: packRows([mean, inverse, mean, mean, mean, mean], shape.channels),
                  gamma: padVectors(entry.gamma, shape),
                  labels: entry.labels,
                  sums,
                },
                invocations: layer.batchSize * part.vectors,
              });
              sums = found.sums;
            }
            const expected = Array.from({ length: layer.batchSize }, (_, b) => {
              const { first, second } = sumsOfSample(entry, b, mode);
              return [...first, ...second];
            }).flat();
            const row = { channels: shape.channels, height: 1, width: 1 };
            expect(
              compareArrays(unpadVectors(asFloats(sums), row), expected, {
                label: 'batchNormSums/sums',
                axes: { b: layer.batchSize, sum: 2, c: shape.channels },
                tolerance: TOLERANCES.kernelSum,
              }),
            ).toBe('');
            expect(expected.some((value) => Math.abs(value) > 0.01)).toBe(true);
          }
        });
      }
    }
  }
});

test.describe('batchNormSums adds the chunks of an interval, last one first', () => {
  for (const layer of NORM_LAYERS) {
    for (const input of ['bits', 'frames'] as const) {
      test(`${layer.name}, ${input}: step by step to the bits of all at once`, async ({ kernels }) => {
        const entry = normCase(layer, input);
        const shape = layer.field.outputShape;
        const vectors = vectorsOf(shape.channels);
        const { mean, inverse } = entry.statistics;
        const sumsAfter = async (chunks: { chunkStart: number; chunkSteps: number }[]) => {
          let sums: Uint32Array = unwritten(layer.batchSize * 2 * vectors * 4);
          for (const chunk of chunks) {
            const found = await runCase(kernels, {
              kernel: 'batchNormSums',
              overrides: { ...entry.overrides, MODE: 2 },
              params: { ...entry.params, ...chunk },
              window: entry.window,
              buffers: {
                inputs: entry.inputs,
                weights: entry.weights,
                normalization: packRows([mean, inverse, mean, mean, mean, mean], shape.channels),
                gamma: padVectors(chunkOf(entry.gamma, entry, chunk), shape),
                labels: entry.labels,
                sums,
              },
              invocations: layer.batchSize * vectors,
            });
            sums = found.sums;
          }
          return sums;
        };
        const whole = await sumsAfter([{ chunkStart: 0, chunkSteps: layer.steps }]);
        expect(await sumsAfter(stepByStep(entry))).toEqual(whole);
        expect(asFloats(whole).some((value) => Math.abs(value) > 0.01)).toBe(true);
      });
    }
  }
});
