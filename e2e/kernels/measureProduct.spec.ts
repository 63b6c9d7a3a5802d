import { matrixProduct } from '../../src/reference/adapterProbe.ts';
import { runCase, TestNumbers } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';

// Measures what an adapter can do: what it computes must be what it says.

for (const [rows, inner, columns] of [
  [8, 8, 8],
  [24, 16, 40],
  [64, 32, 64],
]) {
  test(`measureProduct equals its twin: ${rows} x ${inner} x ${columns}`, async ({ kernels }) => {
    const numbers = new TestNumbers(5);
    // Multiples of 1/64: sums of their products are exact.
    const left = Float32Array.from(numbers.dyadic(rows * inner));
    const right = Float32Array.from(numbers.dyadic(inner * columns));
    const found = await runCase(kernels, {
      kernel: 'measureProduct',
      window: {},
      params: { batchSize: rows, inChannels: inner, outVectors: columns / 4 },
      buffers: { left, right, product: new Float32Array(rows * columns) },
      invocations: (rows * columns) / 64,
    });
    const product = new Float32Array(found.product.buffer, found.product.byteOffset, found.product.length);
    expect([...product]).toEqual([...matrixProduct(left, right, inner)]);
  });
}
