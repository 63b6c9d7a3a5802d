import { workloadConfig } from '../../src/cli/bench/workload.ts';
import { smallConfig } from '../../src/testing/randomNetwork.ts';
import { expect, test } from '../harness/engineTest.ts';

// The forecast is read off the plan before anything runs; the measured peak is what the ledger counted of real buffers.

for (const [k, n] of [
  [20, 4],
  [20, 2],
  [20, 1],
  [7, 4],
  [7, 3],
  [5, 4],
  [5, 2],
  [5, 1],
  [2, 2],
  [1, 4],
  [1, 2],
  [1, 1],
]) {
  test(`LeNet at k = ${k}, n = ${n}: the forecast is the measured peak, to the byte`, async ({ engine }) => {
    const { forecastBytes, peakBytes } = await engine.train({
      config: workloadConfig(k, n, 3),
      seed: 1,
      iterations: 1,
    });
    expect(peakBytes).toBe(forecastBytes);
  });
}

test('half precision: the forecast is the measured peak, and larger by the copy', async ({ engine }) => {
  const run = (weightPrecision: 'f32' | 'f16') =>
    engine.train({ config: { ...workloadConfig(5, 2, 3), weightPrecision }, seed: 1, iterations: 1 });
  const [single, half] = [await run('f32'), await run('f16')];
  expect(half.peakBytes).toBe(half.forecastBytes);
  const weights = half.tensors.reduce((sum, { values }) => sum + values.length, 0);
  // Two bytes a weight; rows of channels that are no multiple of 4, and buffers, are padded. A uniform block is not needed for it.
  expect(half.peakBytes - single.peakBytes).toBeGreaterThanOrEqual(2 * weights);
  expect(half.peakBytes - single.peakBytes).toBeLessThan(2 * weights + 16 * 1024);
});

test('forecast and measured peak agree for other layers, losses, optimizers and cuts', async ({ engine }) => {
  const sizes: number[] = [];
  for (const choices of [
    { body: 'residualBatchNorm', optimizer: undefined },
    { body: 'dropout', update: 'sequence' },
    { body: 'overlappingMaxPool', neuron: { surrogate: 'atan', surrogateWidth: 2 } },
    { body: 'conv', input: 'frames', loss: 'crossEntropy' },
  ] as const) {
    for (const options of [{}, { microBatch: 2 }, { order: 'timeOuter' as const }]) {
      const config = smallConfig({ ...choices, batchSize: 5 });
      const { forecastBytes, peakBytes } = await engine.train({ config, options, seed: 1, iterations: 1 });
      expect(peakBytes).toBe(forecastBytes);
      sizes.push(peakBytes);
    }
  }
  // A forecast that ignored what it is asked would pass the comparison with itself.
  expect(new Set(sizes).size).toBeGreaterThan(6);
});
