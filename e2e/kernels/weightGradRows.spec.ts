import { type LayerCase, SYNAPSE_CASES, sameWords } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { compareWeightGrad, type WeightGradCase } from '../harness/weightGradCase.ts';

/** A convolution of stride 1, the only kind that this kernel serves. */
function convolution(
  name: string,
  [channels, height, width]: readonly [number, number, number],
  out: number,
  [kernel, padding]: readonly [number, number],
  [batchSize, steps, planes]: readonly [number, number, number],
): LayerCase {
  const side = (length: number) => length + 2 * padding - kernel + 1;
  const field = {
    inputShape: { channels, height, width },
    outputShape: { channels: out, height: side(height), width: side(width) },
    kernelHeight: kernel,
    kernelWidth: kernel,
    stride: 1,
    padding,
  };
  return { name, field, batchSize, steps, planes };
}

const ODD = SYNAPSE_CASES.find(({ name }) => name.startsWith('odd channels')) ?? SYNAPSE_CASES[0];
const CASES: LayerCase[] = [
  ODD,
  SYNAPSE_CASES.find(({ name }) => name === 'three planes') ?? SYNAPSE_CASES[0],
  convolution('63 vectors of rows', [2, 4, 3], 84, [3, 1], [1, 2, 1]),
  convolution('64 vectors of rows', [1, 5, 4], 128, [1, 0], [1, 2, 1]),
  convolution('a row of exactly 32 bits, padding 2', [4, 3, 8], 7, [5, 2], [3, 3, 1]),
  convolution('rows of more than 32 bits', [11, 4, 7], 5, [3, 1], [2, 3, 2]),
  convolution('96 inputs under a kernel row, the most', [32, 4, 5], 6, [3, 0], [2, 2, 1]),
];

const plain = (layer: LayerCase): WeightGradCase => ({
  kernel: 'weightGradRows',
  layer,
  hasBias: true,
  input: 'bits',
  splitSize: layer.batchSize,
  chunkSteps: layer.steps,
  microBatch: layer.batchSize,
});

test.describe('weightGradRows equals its twin', () => {
  for (const layer of CASES) {
    test(layer.name, async ({ kernels }) => {
      await compareWeightGrad(kernels, plain(layer));
    });
  }

  test('without bias, counts worth a quarter', async ({ kernels }) => {
    await compareWeightGrad(kernels, { ...plain(CASES[1]), hasBias: false, inScale: 0.25 });
  });

  test('added to the gradients of earlier intervals', async ({ kernels }) => {
    await compareWeightGrad(kernels, { ...plain(ODD), accumulate: true, chunkSteps: 3, microBatch: 2 });
  });

  test('in chunks the same to the bit, in groups and micro-batches to rounding', async ({ kernels }) => {
    const layer = { ...ODD, batchSize: 5 };
    const [whole] = await compareWeightGrad(kernels, { ...plain(layer), splitSize: 2 });
    const [chunked] = await compareWeightGrad(kernels, { ...plain(layer), splitSize: 2, chunkSteps: 1 });
    const [cut] = await compareWeightGrad(kernels, { ...plain(layer), splitSize: 2, microBatch: 4 });
    expect(sameWords(chunked, whole)).toBe(true);
    expect(sameWords(cut, whole)).toBe(true);
    await compareWeightGrad(kernels, { ...plain(layer), splitSize: 2, microBatch: 3 });
  });

  test('spread over several buffers', async ({ kernels }) => {
    const parts = [
      { start: 0, stop: 3 },
      { start: 3, stop: 5 },
    ];
    await compareWeightGrad(kernels, { ...plain(CASES[1]), parts });
  });
});
