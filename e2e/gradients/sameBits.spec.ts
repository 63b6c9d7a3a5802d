import { workloadConfig } from '../../src/cli/bench/workload.ts';
import {
  forcedVariant,
  KERNEL_VARIANTS,
  type KernelVariant,
  variantOfPass,
} from '../../src/core/plan/kernelVariants.ts';
import { planTraining } from '../../src/core/plan/planTraining.ts';
import type { TrainingConfig } from '../../src/core/trainingConfig.ts';
import { type ConfigChoices, smallConfig } from '../../src/testing/randomNetwork.ts';
import type { EngineOutcome } from '../harness/engineRun.ts';
import { expect, test } from '../harness/engineTest.ts';

// What must not change a single bit of the weights: the order of blocks and steps, chunks, micro-batches, empty places,
// and doing it all again.

const ITERATIONS = 2;

const CASES: [string, ConfigChoices][] = [
  ['k = 1, n = 1', { body: 'averagePool', truncationInterval: 1, blockSize: 1 }],
  ['k does not divide T', { body: 'averagePool', truncationInterval: 2, blockSize: 2 }],
  ['k = T, n = L', { body: 'averagePool', truncationInterval: 5, blockSize: 2 }],
  ['residual units', { body: 'residual', truncationInterval: 3, blockSize: 2 }],
  ['dropout', { body: 'dropout', truncationInterval: 3, blockSize: 1 }],
  ['random classifiers', { truncationInterval: 3, classifier: { kind: 'random', bias: false } }],
  ['one update per sample', { truncationInterval: 2, update: 'sequence' }],
  ['weights in half precision', { body: 'averagePool', truncationInterval: 2, weightPrecision: 'f16' }],
  ['real-valued frames', { input: 'frames', truncationInterval: 3 }],
];

/** The first tensor whose bits differ, or ''. */
function firstDifference(a: EngineOutcome, b: EngineOutcome): string {
  const differs = a.tensors.find(({ values }, i) =>
    values.some((value, j) => value !== b.tensors[i].values[j]),
  );
  return differs?.name ?? '';
}

for (const [name, choices] of CASES) {
  const config: TrainingConfig = smallConfig({ ...choices, batchSize: 5 });

  test(`${name}: a second run gives the same bits, another seed does not`, async ({ engine }) => {
    const first = await engine.train({ config, seed: 1, iterations: ITERATIONS });
    const again = await engine.train({ config, seed: 1, iterations: ITERATIONS });
    const other = await engine.train({ config, seed: 2, iterations: ITERATIONS });
    expect(again.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
  });

  test(`${name}: block-outer order gives the bits of time-outer order`, async ({ engine }) => {
    const blockOuter = await engine.train({ config, seed: 1, iterations: ITERATIONS });
    const timeOuter = await engine.train({
      config,
      options: { order: 'timeOuter' },
      seed: 1,
      iterations: ITERATIONS,
    });
    expect(firstDifference(blockOuter, timeOuter)).toBe('');
    expect(timeOuter.losses).toEqual(blockOuter.losses);
    expect(timeOuter.predictions).toEqual(blockOuter.predictions);
  });

  test(`${name}: micro-batches of 1, 2 and 3 samples give the bits of the whole batch`, async ({
    engine,
  }) => {
    const whole = await engine.train({ config, seed: 1, iterations: ITERATIONS });
    expect(whole.microBatches).toBe(1);
    for (const microBatch of [1, 2, 3]) {
      const cut = await engine.train({ config, options: { microBatch }, seed: 1, iterations: ITERATIONS });
      expect(cut.microBatches).toBe(Math.ceil(5 / microBatch));
      expect(firstDifference(whole, cut), `micro-batches of ${microBatch}`).toBe('');
      expect(cut.predictions).toEqual(whole.predictions);
      expect(cut.evaluatedPredictions).toEqual(whole.evaluatedPredictions);
    }
  });

  test(`${name}: empty places of a short batch leave no trace`, async ({ engine }) => {
    const short = await engine.train({ config, seed: 1, iterations: 1, sampleCount: 3 });
    const small = await engine.train({ config: { ...config, batchSize: 3 }, seed: 1, iterations: 1 });
    // Dropout numbers places within the batch and words of a layer, which are the same for the first three samples.
    expect(firstDifference(short, small)).toBe('');
    expect(short.losses).toEqual(small.losses);
  });
}

test('f32 that is asked for is f32 that is not', async ({ engine }) => {
  const run = (weightPrecision?: 'f32') =>
    engine.train({ config: smallConfig({ body: 'averagePool', weightPrecision }), seed: 1, iterations: 1 });
  expect((await run('f32')).digest).toBe((await run()).digest);
});

for (const weightPrecision of ['f32', 'f16'] as const) {
  test(`every kernel gives the same bits, weights in ${weightPrecision}`, async ({ engine }) => {
    test.slow();
    const config = { ...workloadConfig(4, 4, 3, 4), weightPrecision };
    const run = (variant?: KernelVariant) =>
      engine.train({
        config,
        options: { variants: forcedVariant(variant) },
        seed: 1,
        iterations: ITERATIONS,
        density: 0.2,
      });
    const standard = await run();
    for (const variant of KERNEL_VARIANTS) {
      // It serves a layer, so that forcing it says something.
      const { passes } = planTraining({ config, variants: forcedVariant(variant) });
      expect(passes.map(variantOfPass), variant).toContain(variant);
      const { digest, stray } = await run(variant);
      expect(stray, variant).toEqual([]);
      expect(digest, variant).toBe(standard.digest);
    }
  });
}

test('chunks of one step in the backward pass give the bits of longer chunks', async ({ engine }) => {
  const config = smallConfig({
    body: 'averagePool',
    stepCount: 9,
    truncationInterval: 9,
    blockSize: 2,
    batchSize: 5,
  });
  const one = await engine.train({ config, seed: 3, iterations: ITERATIONS });
  expect(one.chunkSteps).toEqual([3]);
  const short = await engine.train({
    config,
    options: { temporaryBudget: 1 },
    seed: 3,
    iterations: ITERATIONS,
  });
  expect(short.chunkSteps).toEqual([1]);
  expect(firstDifference(one, short)).toBe('');
});

for (const weightPrecision of ['f32', 'f16'] as const) {
  test(`weights spread over several buffers, and micro-batches of large layers, agree to rounding: ${weightPrecision}`, async ({
    engine,
  }) => {
    // Weights of the workload are multiples of 2^-12: the first forward pass is exact, so no spike can flip.
    const config = { ...workloadConfig(5, 2, 4), weightPrecision };
    const whole = await engine.train({ config, seed: 1, iterations: 1 });
    const limits = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 60_000 };
    const spread = await engine.train({ config, options: { limits }, seed: 1, iterations: 1 });
    expect(whole.weightParts).toBe(1);
    expect(spread.weightParts).toBeGreaterThan(2);
    expect(spread.microBatches).toBeGreaterThan(1);
    for (const [i, { name, values }] of whole.tensors.entries()) {
      const worst = values.reduce(
        (max, value, j) => Math.max(max, Math.abs(value - spread.tensors[i].values[j])),
        0,
      );
      expect(worst, name).toBeLessThan(1e-6);
    }
  });
}
