import { type LayerCase, SYNAPSE_CASES, sameWords } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { compareWeightGrad, plainGradient } from '../harness/weightGradCase.ts';

const byName = (name: string) =>
  SYNAPSE_CASES.find((layer) => layer.name.startsWith(name)) ?? SYNAPSE_CASES[0];
const STRIDED: LayerCase = { ...byName('stride 3'), batchSize: 5, steps: 5 };
const WIDE: LayerCase = { ...byName('channels across words'), batchSize: 3, steps: 4 };

const plain = (layer: LayerCase) => plainGradient('positions', layer);

test.describe('weightGrad equals its twin', () => {
  for (const layer of SYNAPSE_CASES) {
    test(layer.name, async ({ kernels }) => {
      await compareWeightGrad(kernels, plain(layer));
    });
  }

  test('without bias, counts worth a quarter', async ({ kernels }) => {
    await compareWeightGrad(kernels, { ...plain(byName('three planes')), hasBias: false, inScale: 0.25 });
  });

  for (const layer of [STRIDED, WIDE, byName('linear on a map')]) {
    test(`real-valued frames: ${layer.name}`, async ({ kernels }) => {
      await compareWeightGrad(kernels, { ...plain(layer), input: 'frames' });
    });
  }

  test('added to the gradients of earlier intervals', async ({ kernels }) => {
    await compareWeightGrad(kernels, { ...plain(STRIDED), accumulate: true });
    await compareWeightGrad(kernels, { ...plain(STRIDED), accumulate: true, chunkSteps: 2, microBatch: 2 });
  });

  test('in groups of samples with partial gradients of their own', async ({ kernels }) => {
    await compareWeightGrad(kernels, { ...plain(STRIDED), splitSize: 2 });
  });

  for (const layer of [STRIDED, WIDE]) {
    test(`in chunks the same to the bit: ${layer.name}`, async ({ kernels }) => {
      const [whole] = await compareWeightGrad(kernels, plain(layer));
      for (const chunkSteps of [1, 2, 3]) {
        const [cut] = await compareWeightGrad(kernels, { ...plain(layer), chunkSteps });
        expect(sameWords(cut, whole), `chunks of ${chunkSteps}`).toBe(true);
      }
    });
  }

  test('in micro-batches that are whole groups the same to the bit', async ({ kernels }) => {
    const [whole] = await compareWeightGrad(kernels, { ...plain(STRIDED), splitSize: 2 });
    for (const microBatch of [2, 4]) {
      const [cut] = await compareWeightGrad(kernels, { ...plain(STRIDED), splitSize: 2, microBatch });
      expect(sameWords(cut, whole), `micro-batches of ${microBatch}`).toBe(true);
    }
  });

  test('in micro-batches across groups', async ({ kernels }) => {
    await compareWeightGrad(kernels, { ...plain(STRIDED), splitSize: 2, microBatch: 3, chunkSteps: 2 });
    await compareWeightGrad(kernels, { ...plain(STRIDED), splitSize: 5, microBatch: 2 });
  });

  test('spread over several buffers the same to the bit', async ({ kernels }) => {
    const layer = { ...STRIDED, batchSize: 2 };
    const whole = await compareWeightGrad(kernels, plain(layer));
    const parts = [
      { start: 0, stop: 1 },
      { start: 1, stop: 4 },
    ];
    const spread = await compareWeightGrad(kernels, { ...plain(layer), parts });
    const lanes = (words: Uint32Array, width: number, row: number) => [
      ...words.slice(row * width, (row + 1) * width),
    ];
    const rows = whole[0].length / 16;
    for (let row = 0; row < rows; row++) {
      expect([...lanes(spread[0], 4, row), ...lanes(spread[1], 12, row)]).toEqual(lanes(whole[0], 16, row));
    }
  });

  test('with small workgroups the same to the bit', async ({ kernels }) => {
    const [large] = await compareWeightGrad(kernels, plain(WIDE));
    const [small] = await compareWeightGrad(kernels, { ...plain(WIDE), overrides: { WORKGROUP_SIZE: 16 } });
    expect(sameWords(small, large)).toBe(true);
  });
});
