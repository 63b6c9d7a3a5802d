import { expect, test } from '../harness/kernelTest.ts';

// The harness itself: a spec that uses it can only fail for the right reasons if these hold.
test.describe('the kernel harness', () => {
  test('compiles every kernel with its default constants', async ({ kernels }) => {
    const names = await kernels.kernelNames();
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      await kernels.compile(name, {});
      // Only those that read weights have another text here.
      await kernels.compile(name, { HALF_WEIGHTS: 1 });
    }
  });

  test('brings arrays back bit for bit where a kernel does not touch them', async ({ kernels }) => {
    const membrane = new Float32Array([1.5, -0, Number.NaN, 3e-45]);
    const { membrane: after } = await kernels.run({
      kernel: 'lifForward',
      // A batch of no samples: the bounds guard leaves everything alone.
      params: { batchSize: 0 },
      buffers: { membrane },
      workgroups: [1, 1],
      outputs: ['membrane'],
    });
    expect([...after]).toEqual([...new Uint32Array(membrane.buffer)]);
  });

  test('refuses names that the kernel does not have', async ({ kernels }) => {
    const run = { kernel: 'lifForward', buffers: {}, workgroups: [1, 1], outputs: [] } as const;
    await expect(kernels.run({ ...run, buffers: { nope: new Uint32Array(4) } })).rejects.toThrow(
      'no binding nope',
    );
    await expect(kernels.run({ ...run, overrides: { NOPE: 1 } })).rejects.toThrow('no override NOPE');
    await expect(kernels.run({ ...run, params: { nope: 1 } })).rejects.toThrow('no field nope');
    await expect(kernels.run({ ...run, kernel: 'nope' })).rejects.toThrow('no kernel nope');
  });

  test('fails a run that causes a WebGPU error', async ({ kernels }) => {
    const request = { kernel: 'lifForward', buffers: {}, workgroups: [70_000, 1], outputs: [] } as const;
    await expect(kernels.run(request)).rejects.toThrow(/lifForward: .*(workgroup|dispatch)/is);
  });
});
