import { runCase, TestNumbers } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';

// Measures what an adapter can do: what it computes must be what it says.

test('measureCopy copies everything and nothing more', async ({ kernels }) => {
  const vectors = 130;
  const source = Float32Array.from(new TestNumbers(3).dyadic(4 * (vectors + 2)));
  const found = await runCase(kernels, {
    kernel: 'measureCopy',
    window: {},
    params: { elementCount: vectors },
    buffers: { source, copied: new Float32Array(source.length) },
    invocations: vectors,
  });
  const copied = new Float32Array(found.copied.buffer, found.copied.byteOffset, found.copied.length);
  expect([...copied.subarray(0, 4 * vectors)]).toEqual([...source.subarray(0, 4 * vectors)]);
  expect([...copied.subarray(4 * vectors)]).toEqual(new Array(8).fill(0));
});
