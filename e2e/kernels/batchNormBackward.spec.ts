import { batchNormBackward } from '../../src/reference/batchNorm.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import {
  chunkOf,
  NORM_LAYERS,
  normCase,
  packRows,
  stepByStep,
  waysToSpread,
  weightPart,
} from '../harness/batchNormCase.ts';
import { runCase } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { asFloats, asWords, padVectors, unpadVectors, vectorsOf } from '../harness/layouts.ts';

test.describe('batchNormBackward equals its twin', () => {
  for (const layer of NORM_LAYERS) {
    for (const input of ['bits', 'frames'] as const) {
      for (const half of [false, true]) {
        const stored = half ? ', weights in half precision' : '';
        test(`${layer.name}, ${input}, whole and spread over two buffers${stored}`, async ({ kernels }) => {
          const entry = normCase(layer, input, { half });
          const { current, gamma, labels, statistics, scale } = entry;
          const shape = layer.field.outputShape;
          const expected = batchNormBackward(current, gamma, shape, labels, statistics, scale);
          const { mean, inverse, count } = statistics;
          const rows = [
            mean,
            inverse,
            scale,
            mean,
            expected.shift.map((sum) => sum / count),
            expected.scale.map((sum) => sum / count),
          ];
          for (const parts of waysToSpread(layer)) {
            let found = asWords(padVectors(gamma, shape));
            for (const range of parts) {
              const part = weightPart(entry, range);
              const outputs = await runCase(kernels, {
                kernel: 'batchNormBackward',
                overrides: entry.overrides,
                params: part.params,
                window: entry.window,
                buffers: {
                  inputs: entry.inputs,
                  weights: part.weights,
                  normalization: packRows(rows, shape.channels),
                  labels,
                  gamma: found,
                },
                invocations: layer.steps * layer.batchSize * shape.height * shape.width * part.vectors,
              });
              found = outputs.gamma;
            }
            expect(
              compareArrays(unpadVectors(asFloats(found), shape), expected.current, {
                label: 'batchNormBackward/gamma',
                axes: {
                  t: layer.steps,
                  b: layer.batchSize,
                  c: shape.channels,
                  y: shape.height,
                  x: shape.width,
                },
                tolerance: TOLERANCES.kernelSum,
              }),
            ).toBe('');
          }
        });
      }

      test(`${layer.name}, ${input}, a chunk for each step`, async ({ kernels }) => {
        const entry = normCase(layer, input);
        const { current, gamma, labels, statistics, scale } = entry;
        const shape = layer.field.outputShape;
        const expected = batchNormBackward(current, gamma, shape, labels, statistics, scale);
        const { mean, inverse, count } = statistics;
        const means = [expected.shift, expected.scale].map((sums) => sums.map((sum) => sum / count));
        for (const chunk of stepByStep(entry)) {
          const outputs = await runCase(kernels, {
            kernel: 'batchNormBackward',
            overrides: entry.overrides,
            params: { ...entry.params, ...chunk },
            window: entry.window,
            buffers: {
              inputs: entry.inputs,
              weights: entry.weights,
              normalization: packRows([mean, inverse, scale, mean, ...means], shape.channels),
              labels,
              gamma: padVectors(chunkOf(gamma, entry, chunk), shape),
            },
            invocations: layer.batchSize * shape.height * shape.width * vectorsOf(shape.channels),
          });
          expect(
            compareArrays(
              unpadVectors(asFloats(outputs.gamma), shape),
              chunkOf(expected.current, entry, chunk),
              {
                label: `batchNormBackward/gamma of step ${chunk.chunkStart}`,
                axes: { b: layer.batchSize, c: shape.channels, y: shape.height, x: shape.width },
                tolerance: TOLERANCES.kernelSum,
              },
            ),
          ).toBe('');
        }
      });
    }
  }
});
