import type { WeightGradientVariant } from '../../src/core/plan/gradientVariants.ts';
import { convolution, type LayerCase, SYNAPSE_CASES, sameWords } from './kernelCase.ts';
import { expect, test } from './kernelTest.ts';
import { compareWeightGrad, plainGradient } from './weightGradCase.ts';

export const ODD = SYNAPSE_CASES.find(({ name }) => name.startsWith('odd channels')) ?? SYNAPSE_CASES[0];
export const PLANES = SYNAPSE_CASES.find(({ name }) => name === 'three planes') ?? SYNAPSE_CASES[0];
/** Layers of one plane. */
const CASES: LayerCase[] = [
  ODD,
  convolution('63 vectors of rows', [2, 4, 3], 84, [3, 1], [1, 2, 1]),
  convolution('64 vectors of rows', [1, 5, 4], 128, [1, 0], [1, 2, 1]),
  convolution('a row of exactly 32 bits, padding 2', [4, 3, 8], 7, [5, 2], [3, 3, 1]),
  convolution('rows of more than 32 bits', [11, 4, 7], 5, [3, 1], [2, 3, 1]),
  convolution('six channels of a short row, no padding', [6, 7, 9], 9, [5, 0], [2, 3, 1]),
  convolution('a kernel of 7 rows', [2, 9, 8], 5, [7, 1], [2, 2, 1]),
  convolution('32 channels, the most', [32, 4, 5], 6, [3, 0], [2, 2, 1]),
];

/** What holds for every kernel that serves convolutions of stride 1 on one plane of few channels. */
export function describeNarrowGradient(variant: WeightGradientVariant): void {
  for (const layer of CASES) {
    test(layer.name, async ({ kernels }) => {
      await compareWeightGrad(kernels, plainGradient(variant, layer));
    });
  }

  test('without bias, counts worth a quarter', async ({ kernels }) => {
    await compareWeightGrad(kernels, {
      ...plainGradient(variant, CASES[3]),
      hasBias: false,
      inScale: 0.25,
    });
  });

  test('added to the gradients of earlier intervals', async ({ kernels }) => {
    const request = { ...plainGradient(variant, ODD), accumulate: true, chunkSteps: 3, microBatch: 2 };
    await compareWeightGrad(kernels, request);
    await compareWeightGrad(kernels, { ...request, inScale: 0.25 });
  });

  test('in chunks the same to the bit, in groups and micro-batches to rounding', async ({ kernels }) => {
    const plain = plainGradient(variant, { ...ODD, batchSize: 5 });
    const [whole] = await compareWeightGrad(kernels, { ...plain, splitSize: 2 });
    const [chunked] = await compareWeightGrad(kernels, { ...plain, splitSize: 2, chunkSteps: 1 });
    const [cut] = await compareWeightGrad(kernels, { ...plain, splitSize: 2, microBatch: 4 });
    expect(sameWords(chunked, whole)).toBe(true);
    expect(sameWords(cut, whole)).toBe(true);
    await compareWeightGrad(kernels, { ...plain, splitSize: 2, microBatch: 3 });
  });

  test('the same bits as by positions', async ({ kernels }) => {
    for (const layer of [ODD, CASES[3], CASES[5]]) {
      const request = { ...plainGradient(variant, layer), inScale: 0.5, chunkSteps: 2 };
      const own = await compareWeightGrad(kernels, request);
      const byPositions = await compareWeightGrad(kernels, { ...request, variant: 'positions' });
      expect(own.map((words, i) => sameWords(words, byPositions[i]))).toEqual([true]);
    }
  });

  test('spread over several buffers', async ({ kernels }) => {
    const parts = [
      { start: 0, stop: 3 },
      { start: 3, stop: 5 },
    ];
    const layer = convolution('five vectors', [3, 5, 6], 18, [3, 1], [2, 3, 1]);
    await compareWeightGrad(kernels, { ...plainGradient(variant, layer), parts });
  });
}
