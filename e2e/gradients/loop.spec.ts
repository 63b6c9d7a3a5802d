import { smallConfig } from '../../src/testing/randomNetwork.ts';
import { expect, test } from '../harness/engineTest.ts';

// The training loop as the page drives it: what a visitor does in between must leave no trace in the weights.

const config = {
  ...smallConfig({ body: 'dropout', truncationInterval: 2, blockSize: 1, batchSize: 3 }),
  epochs: 3,
  seed: 5,
};
/** 40 training samples in batches of 3: the last batch of an epoch is short. */
const RUN = { config, sampleCount: 50 };

test('pausing, stepping, re-planning and rewinding leave no trace in the weights', async ({ engine }) => {
  const undisturbed = await engine.runLoop(RUN);
  expect(undisturbed.digests).toHaveLength(4);
  expect(new Set(undisturbed.digests).size).toBe(4);
  expect(undisturbed.iterations).toBe(3 * 14);

  const paused = await engine.runLoop({ ...RUN, pauseAfter: [3, 17, 30] });
  expect(paused.statuses.filter((status) => status === 'paused').length).toBeGreaterThanOrEqual(1);
  expect(paused.digests).toEqual(undisturbed.digests);
  expect(paused.testAccuracies).toEqual(undisturbed.testAccuracies);

  const replanned = await engine.runLoop({ ...RUN, replanAfter: [5, 20] });
  expect(replanned.digests).toEqual(undisturbed.digests);

  const rewound = await engine.runLoop({ ...RUN, rewind: true });
  expect(rewound.digests).toEqual(undisturbed.digests);
});

test('with weights in half precision too', async ({ engine }) => {
  const run = { ...RUN, config: { ...config, weightPrecision: 'f16' as const } };
  const undisturbed = await engine.runLoop(run);
  expect((await engine.runLoop(RUN)).digests).not.toEqual(undisturbed.digests);
  const disturbed = await engine.runLoop({ ...run, pauseAfter: [3, 30], replanAfter: [5, 20] });
  expect(disturbed.digests).toEqual(undisturbed.digests);
  expect(disturbed.testAccuracies).toEqual(undisturbed.testAccuracies);
  expect((await engine.runLoop({ ...run, rewind: true })).digests).toEqual(undisturbed.digests);
  const profiled = await engine.runLoop({ ...run, profileAfter: [4, 20] });
  expect(profiled.digests).toEqual(undisturbed.digests);
  const measured = await engine.runLoop({ ...run, measureAfter: [2] });
  expect(measured.digests).toEqual(undisturbed.digests);
});

test('measuring kernels on the way, again and again, leaves no trace in the weights', async ({ engine }) => {
  // Long enough for kernels to be compiled beside it.
  const long = { config: { ...config, epochs: 12 }, sampleCount: 50 };
  const undisturbed = await engine.runLoop(long);
  const measured = await engine.runLoop({ ...long, measureAfter: [2, 100] });
  expect(measured.kernels.map(({ state }) => state)).toEqual(
    expect.arrayContaining(['resting', 'waiting', 'measuring']),
  );
  expect(measured.digests).toEqual(undisturbed.digests);
  expect(measured.testAccuracies).toEqual(undisturbed.testAccuracies);
});

test('a profile puts weights, optimizer state and counters back to the bit', async ({ engine }) => {
  const adam = {
    kind: 'adam',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
  } as const;
  for (const optimizer of [config.optimizer, adam]) {
    const run = { ...RUN, config: { ...config, optimizer } };
    const undisturbed = await engine.runLoop(run);
    const profiled = await engine.runLoop({ ...run, profileAfter: [4, 20] });
    expect(profiled.profiles.length).toBeGreaterThanOrEqual(1);
    for (const { passes, hasTimestamps } of profiled.profiles) {
      expect(hasTimestamps).toBe(true);
      expect(passes.map(({ label }) => label)).toEqual(expect.arrayContaining(['optimizerStep/conv1']));
      expect(passes.some(({ ms }) => ms > 0)).toBe(true);
    }
    for (let i = 0; i < profiled.weightDigests.length; i += 2)
      expect(profiled.weightDigests[i + 1]).toBe(profiled.weightDigests[i]);
    expect(profiled.digests).toEqual(undisturbed.digests);
  }
});

test('another seed gives other weights from the start (control)', async ({ engine }) => {
  const one = await engine.runLoop({ ...RUN, config: { ...config, epochs: 1 } });
  const other = await engine.runLoop({ ...RUN, config: { ...config, epochs: 1, seed: 6 } });
  expect(other.digests[0]).not.toBe(one.digests[0]);
});
