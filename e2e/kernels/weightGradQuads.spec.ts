import { convolution, sameWords } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { describeNarrowGradient, ODD } from '../harness/narrowGradientCases.ts';
import { compareWeightGrad, plainGradient } from '../harness/weightGradCase.ts';

test.describe('weightGradQuads equals its twin', () => {
  describeNarrowGradient('quadMasks');

  test('the bits of weightGradMasks, whatever the quads share', async ({ kernels }) => {
    const layers = [
      ODD,
      convolution('one share for four invocations', [1, 3, 6], 6, [1, 0], [3, 2, 1]),
      convolution('six channels, five kernel rows', [6, 9, 15], 16, [5, 0], [2, 3, 1]),
      convolution('eight channels, padding', [8, 5, 9], 5, [3, 1], [2, 3, 1]),
    ];
    for (const layer of layers) {
      const quads = await compareWeightGrad(kernels, plainGradient('quadMasks', layer));
      const masks = await compareWeightGrad(kernels, plainGradient('masks', layer));
      expect(
        quads.map((words, i) => sameWords(words, masks[i])),
        layer.name,
      ).toEqual([true]);
    }
  });
});
