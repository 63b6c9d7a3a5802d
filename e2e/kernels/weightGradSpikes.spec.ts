import { test } from '../harness/kernelTest.ts';
import { describeNarrowGradient, PLANES } from '../harness/narrowGradientCases.ts';
import { compareWeightGrad, plainGradient } from '../harness/weightGradCase.ts';

test.describe('weightGradSpikes equals its twin', () => {
  describeNarrowGradient('spikes');

  test('three planes', async ({ kernels }) => {
    await compareWeightGrad(kernels, plainGradient('spikes', PLANES));
    await compareWeightGrad(kernels, { ...plainGradient('spikes', PLANES), inScale: 0.25 });
  });

  test('counts worth a third, which is no power of 2', async ({ kernels }) => {
    const layer = { ...PLANES, planes: 1 };
    await compareWeightGrad(kernels, { ...plainGradient('spikes', layer), inScale: 1 / 3, chunkSteps: 1 });
  });
});
