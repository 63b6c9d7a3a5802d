import { bodyLayerCount } from '../../src/core/network.ts';
import { smallConfig } from '../../src/testing/randomNetwork.ts';
import { expect, test } from '../harness/engineTest.ts';

// Batch norm ties the samples of a batch together, so it has promises of its own.

for (const body of ['batchNorm', 'residualBatchNorm'] as const) {
  const config = smallConfig({ body, truncationInterval: 3, blockSize: 2, batchSize: 5 });

  test(`${body}: the same bits again`, async ({ engine }) => {
    const first = await engine.train({ config, seed: 1, iterations: 2 });
    const again = await engine.train({ config, seed: 1, iterations: 2 });
    expect(again.digest).toBe(first.digest);
    expect(again.evaluatedPredictions).toEqual(first.evaluatedPredictions);
  });

  test(`${body}: empty places leave no trace, in the running statistics neither`, async ({ engine }) => {
    const short = await engine.train({ config, seed: 1, iterations: 1, sampleCount: 3 });
    const small = await engine.train({ config: { ...config, batchSize: 3 }, seed: 1, iterations: 1 });
    expect(short.losses).toEqual(small.losses);
    for (const [i, { name, values }] of short.tensors.entries()) {
      expect([name, [...values]]).toEqual([name, [...small.tensors[i].values]]);
    }
    const running = short.tensors.filter(({ name }) => name.endsWith('running_mean'));
    expect(running.length).toBeGreaterThan(1);
  });

  test(`${body}: micro-batches have statistics of their own`, async ({ engine }) => {
    const whole = await engine.train({ config, seed: 1, iterations: 1 });
    const cut = await engine.train({ config, options: { microBatch: 2 }, seed: 1, iterations: 1 });
    // The exception among the layers: other numbers, as the page says, but numbers still.
    expect(cut.digest).not.toBe(whole.digest);
    expect(cut.tensors.every(({ values }) => values.every(Number.isFinite))).toBe(true);
  });

  test(`${body}: gamma made again, in chunks of any length, gives the bits of gamma that was kept`, async ({
    engine,
  }) => {
    for (const blockSize of [1, bodyLayerCount(config.network)]) {
      const deep = smallConfig({ body, stepCount: 7, truncationInterval: 5, blockSize, batchSize: 5 });
      const kept = await engine.train({ config: deep, seed: 1, iterations: 2 });
      expect(Math.max(...kept.chunkSteps)).toBe(5);
      for (const temporaryBudget of [1, undefined]) {
        const options = { normGamma: 'recomputed' as const, temporaryBudget };
        const again = await engine.train({ config: deep, options, seed: 1, iterations: 2 });
        expect(Math.max(...again.chunkSteps)).toBe(temporaryBudget === 1 ? 1 : 2);
        expect([blockSize, again.digest]).toEqual([blockSize, kept.digest]);
        expect(again.losses).toEqual(kept.losses);
        expect(again.peakBytes).toBe(again.forecastBytes);
      }
    }
  });
}
