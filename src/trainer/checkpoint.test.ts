import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../storage/memoryStore.ts';
import { checkpointName } from '../storage/runFiles.ts';
import { slotFiles } from '../storage/twoSlots.ts';
import { smallConfig } from '../testing/randomNetwork.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { RunKeeper } from './runKeeper.ts';

const config = smallConfig({ body: 'dropout', truncationInterval: 2, blockSize: 1, batchSize: 3 });
const FINGERPRINT = 'f'.repeat(64);
const ID = 'abcdefgh';

function checkpointAt(iteration: number): Checkpoint {
  return {
    progress: {
      iteration,
      epoch: 1,
      epochIteration: 2,
      epochSeconds: 0.5,
      evaluated: true,
      learningRate: 0.1,
    },
    schedule: { truncationInterval: 1, blockSize: 2 },
    updates: 3 * iteration,
    meter: {
      epochLoss: [0.1, 1 / 3],
      epochIterations: 2,
      correct: [4, 5],
      samples: 6,
      secondsPerIteration: 0.25,
      samplesPerSecond: 12,
    },
    epochs: [
      {
        epoch: 1,
        trainAccuracyPerBlock: [0.5, 0.6],
        trainSamplesEvaluated: 10,
        testAccuracyPerBlock: [0.5, 2 / 3],
        testSamples: 6,
        earlyReadout: [0.1, 0.2],
        loss: 0.25,
        lossPerBlock: [0.3, 0.25],
        seconds: 1.5,
        firingRates: [{ layer: 'conv1', rate: 0.125 }],
        weightChanges: [{ layer: 'conv1', change: 0.5 }],
        digest: 'a'.repeat(64),
      },
    ],
    parameters: new Map([
      ['conv1.weights', Uint8Array.from({ length: 48 }, (_, i) => i)],
      ['conv1.momentum', Uint8Array.from({ length: 48 }, (_, i) => (i * iteration) & 255)],
      ['classifier@1.weights', new Uint8Array(0)],
    ]),
  };
}

function throughJson(checkpoint: Checkpoint) {
  const { facts, pieces } = encodeCheckpoint(checkpoint, config, FINGERPRINT);
  const body = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return { facts: JSON.parse(JSON.stringify(facts)), body };
}

describe('a checkpoint', () => {
  it('comes back as it was, to the last bit', () => {
    const { facts, body } = throughJson(checkpointAt(7));
    expect(decodeCheckpoint(facts, body, config, FINGERPRINT)).toEqual(checkpointAt(7));
  });

  it('may have another (k, n) than the run was made with, and nothing else', () => {
    const { facts, body } = throughJson(checkpointAt(7));
    const other = { ...config, schedule: { truncationInterval: 3, blockSize: 1 } };
    expect(decodeCheckpoint(facts, body, other, FINGERPRINT).schedule).toEqual(checkpointAt(7).schedule);
    for (const changed of [
      { ...config, seed: config.seed + 1 },
      { ...config, batchSize: 4 },
      { ...config, network: { ...config.network, classCount: 9 } },
    ]) {
      expect(() => decodeCheckpoint(facts, body, changed, FINGERPRINT)).toThrow(/other settings/);
    }
    expect(() => decodeCheckpoint(facts, body, config, 'e'.repeat(64))).toThrow(/other recordings/);
  });

  it('is refused where its facts are not those of a checkpoint', () => {
    const { facts, body } = throughJson(checkpointAt(7));
    const damages: Record<string, unknown>[] = [
      { progress: { ...facts.progress, iteration: -1 } },
      { progress: { ...facts.progress, iteration: 1.5 } },
      { schedule: { truncationInterval: 'two', blockSize: 1 } },
      { updates: null },
      { meter: {} },
      { epochs: [{}] },
      { tensors: [{ name: 'conv1.weights', bytes: 47 }] },
      { tensors: [...facts.tensors, { name: 'more', bytes: 1 }] },
    ];
    for (const damage of damages) {
      expect(
        () => decodeCheckpoint({ ...facts, ...damage }, body, config, FINGERPRINT),
        JSON.stringify(damage),
      ).toThrow(/cannot be used/);
    }
    for (const value of [null, 7, 'x', [], {}])
      expect(() => decodeCheckpoint(value, body, config, FINGERPRINT)).toThrow(/cannot be used/);
  });
});

describe('the keeper of a run', () => {
  const opened = async (store = createMemoryStore()) => ({
    store,
    keeper: await RunKeeper.open(ID, async () => store),
  });

  it('has nothing before the first checkpoint, then the newest', async () => {
    const { store, keeper } = await opened();
    expect(await keeper.load(config, FINGERPRINT)).toEqual({ checkpoint: null, notice: null });
    for (const iteration of [1, 2, 3])
      expect(await keeper.save(checkpointAt(iteration), config, FINGERPRINT)).toBeNull();
    keeper.close();
    const { keeper: later } = await opened(store);
    const { checkpoint, notice } = await later.load(config, FINGERPRINT);
    expect(checkpoint).toEqual(checkpointAt(3));
    expect(notice).toBeNull();
  });

  it('goes on from the checkpoint before when the newest is cut in its header, body or checksums, and says so', async () => {
    const { store, keeper } = await opened();
    for (const iteration of [1, 2]) await keeper.save(checkpointAt(iteration), config, FINGERPRINT);
    const newest = slotFiles(checkpointName(ID))[1];
    const whole = store.files.get(newest) as Uint8Array<ArrayBuffer>;
    // The header has 64 bytes, the body 96, its one checksum 4; the facts follow.
    for (const cut of [0, 1, 63, 64, 65, 100, 159, 160, 161, 163, 164, 165, whole.length - 1]) {
      store.files.set(newest, whole.slice(0, cut));
      const { checkpoint, notice } = await (await opened(store)).keeper.load(config, FINGERPRINT);
      expect(checkpoint, `cut to ${cut} bytes`).toEqual(checkpointAt(1));
      expect(notice?.code).toBe('checkpoint-fallback');
      expect(notice?.message).toMatch(/the one before it, of iteration 1, is used/);
    }
    store.files.set(slotFiles(checkpointName(ID))[0], new Uint8Array(10));
    await expect((await opened(store)).keeper.load(config, FINGERPRINT)).rejects.toMatchObject({
      code: 'checkpoint-unusable',
    });
  });

  it('says that the disk is full, or that the storage was cleared, and goes on', async () => {
    const tight = await opened(createMemoryStore({ quotaBytes: 300 }));
    const full = await tight.keeper.save(checkpointAt(1), config, FINGERPRINT);
    expect(full).toMatchObject({ code: 'storage-full' });
    expect(full?.hint).toMatch(/Training goes on/);

    const { store, keeper } = await opened();
    await keeper.save(checkpointAt(1), config, FINGERPRINT);
    store.files.clear();
    const wiped = await keeper.save(checkpointAt(2), config, FINGERPRINT);
    expect(wiped).toMatchObject({ code: 'storage-wiped' });
    expect(await keeper.save(checkpointAt(3), config, FINGERPRINT)).toBeNull();
    expect((await keeper.load(config, FINGERPRINT)).checkpoint).toEqual(checkpointAt(3));
  });

  it('says that the browser refuses storage', async () => {
    const keeper = await RunKeeper.open(ID, async () => {
      throw new DOMException('private window', 'SecurityError');
    });
    expect(await keeper.save(checkpointAt(1), config, FINGERPRINT)).not.toBeNull();
  });
});
