import { runCase } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';

test('quadOrder finds the four neighbours of every quad, in workgroups of both sizes', async ({
  kernels,
}) => {
  for (const WORKGROUP_SIZE of [16, 64]) {
    const { ordered } = await runCase(kernels, {
      kernel: 'quadOrder',
      overrides: { WORKGROUP_SIZE },
      params: {},
      window: {},
      buffers: { ordered: new Uint32Array(256).fill(7) },
      invocations: 256,
    });
    expect([...ordered]).toEqual(new Array(256).fill(1));
  }
});
