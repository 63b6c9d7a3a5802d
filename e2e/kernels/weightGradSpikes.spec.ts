import { convolution } from '../harness/kernelCase.ts';
import { test } from '../harness/kernelTest.ts';
import { describeNarrowGradient, PLANES } from '../harness/narrowGradientCases.ts';
import { compareWeightGrad, plainGradient } from '../harness/weightGradCase.ts';

test.describe('weightGradSpikes equals its twin', () => {
  describeNarrowGradient('spikes');

  test('three planes', async ({ kernels }) => {
    await compareWeightGrad(kernels, plainGradient('spikes', PLANES));
    await compareWeightGrad(kernels, { ...plainGradient('spikes', PLANES), inScale: 0.25 });
  });

  test('six planes under a kernel of 25 weights', async ({ kernels }) => {
    const layer = convolution('counts', [2, 7, 8], 5, [5, 2], [2, 2, 6]);
    await compareWeightGrad(kernels, plainGradient('spikes', layer));
  });

  test('counts worth a third, which is no power of 2', async ({ kernels }) => {
    const layer = { ...PLANES, planes: 1 };
    await compareWeightGrad(kernels, { ...plainGradient('spikes', layer), inScale: 1 / 3, chunkSteps: 1 });
  });
});
