import { createRandom } from '../../src/core/random.ts';
import { smallConfig } from '../../src/testing/randomNetwork.ts';
import { expect, test } from '../harness/engineTest.ts';

// Faults of the GPU, at any moment: the weights must be those of the undisturbed run, or the run says what it kept.
// More moments: SPIKELET_FAULTS=20 npm test -- gradients (docs/reliability.md).

const moments = Number(process.env.SPIKELET_FAULTS ?? 3);
const config = {
  ...smallConfig({ body: 'dropout', truncationInterval: 2, blockSize: 1, batchSize: 4 }),
  epochs: 2,
  seed: 5,
};
const RUN = { config, sampleCount: 30 };

/** Seeded moments, one in every stretch of equal length. */
function seededMoments(callCount: number, count: number): number[] {
  const random = createRandom(1, 'test', 8);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + random.uniform()) * callCount) / count));
}

test('a device that is destroyed at any moment leaves no trace in the weights', async ({ engine }) => {
  test.setTimeout(120_000 + moments * 20_000);
  const undisturbed = await engine.runFaulty({ ...RUN, faults: {} });
  expect(undisturbed.errors).toEqual([]);
  expect(undisturbed.statuses.at(-1)).toBe('finished');
  expect(new Set(undisturbed.digests).size).toBe(3);
  const { calls } = undisturbed;
  // Besides the seeded ones: the first call of every kind, which the phases before training consist of.
  const first = ['createBuffer', 'createComputePipelineAsync', 'popErrorScope', 'writeBuffer'].map((name) =>
    calls.indexOf(name),
  );
  for (const moment of [...first, ...seededMoments(calls.length, moments)]) {
    const disturbed = await engine.runFaulty({ ...RUN, faults: { loseAt: [moment] } });
    const where = `destroyed before call ${moment} of ${calls.length}, ${calls[moment]}`;
    expect(disturbed.errors, where).toEqual([]);
    expect(disturbed.calls.filter((name) => name === 'requestDevice').length, where).toBe(2);
    expect(disturbed.digests, where).toEqual(undisturbed.digests);
    expect(disturbed.statuses.at(-1), where).toBe('finished');
  }
});

test('a device that is lost while weights are halves leaves no trace', async ({ engine }) => {
  const run = { ...RUN, config: { ...config, weightPrecision: 'f16' as const } };
  const undisturbed = await engine.runFaulty({ ...run, faults: {} });
  expect(undisturbed.digests).not.toEqual((await engine.runFaulty({ ...RUN, faults: {} })).digests);
  for (const share of [0.4, 0.8]) {
    const loseAt = [Math.floor(share * undisturbed.calls.length)];
    const disturbed = await engine.runFaulty({ ...run, faults: { loseAt } });
    expect(disturbed.errors).toEqual([]);
    expect(disturbed.restored.length).toBeGreaterThanOrEqual(1);
    expect(disturbed.digests).toEqual(undisturbed.digests);
  }
});

test('several losses in one run leave no trace either', async ({ engine }) => {
  const undisturbed = await engine.runFaulty({ ...RUN, faults: {} });
  const loseAt = [0.2, 0.5, 1.1].map((share) => Math.floor(share * undisturbed.calls.length));
  const disturbed = await engine.runFaulty({ ...RUN, faults: { loseAt } });
  expect(disturbed.errors).toEqual([]);
  expect(disturbed.restored.length).toBeGreaterThanOrEqual(2);
  expect(disturbed.digests).toEqual(undisturbed.digests);
});

test('a device that is lost again and again stops with a sentence; Continue then brings the run to its end', async ({
  engine,
}) => {
  const undisturbed = await engine.runFaulty({ ...RUN, faults: {} });
  const from = Math.floor(undisturbed.calls.length / 2);
  const loseRepeatedly = { from, times: 3 };
  const stopped = await engine.runFaulty({ ...RUN, faults: { loseRepeatedly }, goOn: true });
  expect(stopped.errors.map(({ code }) => code)).toEqual(['device-lost']);
  expect(stopped.errors[0].message).toMatch(/^The GPU was lost 3 times in a row without getting further/);
  expect(stopped.errors[0].hint).toMatch(
    /press Continue\. .*reload the page.* (Kept in memory|The run is back)/,
  );
  expect(stopped.stoppedAt).toMatch(/^(paused|ready)$/);
  expect(stopped.statuses.at(-1)).toBe('finished');
  expect(stopped.digests).toEqual(undisturbed.digests);
});

test('errors that are no loss are named, and what was kept is what goes on', async ({ engine }) => {
  const undisturbed = await engine.runFaulty({ ...RUN, faults: {} });
  const half = Math.floor(undisturbed.calls.length / 2);
  const schedules = [{ truncationInterval: 1, blockSize: 2 }];

  const refused = await engine.runFaulty({ ...RUN, faults: { refuseAt: half }, goOn: true });
  expect(refused.errors.map(({ code }) => code)).toEqual(['gpu-error']);
  expect(refused.errors[0].hint).toMatch(/Kept in memory|back at its initial weights/);
  expect(refused.digests).toEqual(undisturbed.digests);

  // The plan of another (k, n) that cannot be had: the run goes on with the one of before.
  const outOfMemoryAt = undisturbed.calls.indexOf('mapAsync');
  const full = await engine.runFaulty({ ...RUN, schedules, faults: { outOfMemoryAt }, goOn: true });
  expect(full.errors.map(({ code }) => code)).toEqual(['out-of-memory']);
  expect(full.digests).toEqual(undisturbed.digests);

  const unbuilt = await engine.runFaulty({ ...RUN, faults: { failPipelinesAt: 0 } });
  expect(unbuilt.errors.map(({ code }) => code)).toEqual(['pipeline-failed']);
  expect(unbuilt.statuses.at(-1)).toBe('failed');
});

test('weights that become infinite stop the run with the last good ones', async ({ engine }) => {
  const optimizer = { kind: 'sgd' as const, learningRate: 3e38, momentum: 0, weightDecay: 10 };
  const outcome = await engine.runFaulty({ ...RUN, config: { ...config, optimizer }, faults: {} });
  expect(outcome.errors.map(({ code }) => code)).toEqual(['not-finite']);
  expect(outcome.statuses.at(-1)).toBe('ready');
  expect(outcome.restored).toEqual([0]);
});
