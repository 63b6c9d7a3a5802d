import { describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import { createMemoryStore } from '../../storage/memoryStore.ts';
import type { DataReply, DataResults, ImportSettings } from '../dataMessages.ts';
import { createDataService } from '../dataService.ts';
import type { EncodingSettings } from '../encoding/settings.ts';
import { idxPair } from '../frames/frameTestSupport.ts';
import type { ImportFile } from '../import/candidates.ts';
import { listStoredSets } from './storedSets.ts';

type Job = Parameters<ReturnType<typeof createDataService>['receive']>[0] & { type: 'run' };

/** The service on a store in memory; every call to it is a job. */
function serviceOn(store: ReturnType<typeof createMemoryStore> | null) {
  const waiting = new Map<number, { resolve(result: never): void; reject(error: unknown): void }>();
  const notices: string[] = [];
  const service = createDataService(
    (reply: DataReply) => {
      if (reply.type === 'notice') notices.push(reply.error.code);
      if (reply.type === 'done') waiting.get(reply.id)?.resolve(reply.result as never);
      if (reply.type === 'failed') waiting.get(reply.id)?.reject(reply.error);
    },
    { openStore: store && (async () => store) },
  );
  let id = 0;
  const run = <K extends Job['job']['kind']>(job: Extract<Job['job'], { kind: K }>) =>
    new Promise<DataResults[K]>((resolve, reject) => {
      id++;
      waiting.set(id, { resolve, reject });
      service.receive({ type: 'run', id, job });
    });
  return { run, notices };
}

const IMPORT: ImportSettings = { splitSeed: 1, testFraction: 0.3, imageOrientation: 'auto' };
const SETTINGS: EncodingSettings = {
  stepDurationUs: 50,
  stepCount: 4,
  frame: { height: 17, width: 17 },
};

/** Recordings of two classes, all different. */
const files: ImportFile[] = Array.from({ length: 7 }, (_, i) => ({
  path: `${i % 2 ? 'left' : 'right'}/${i}.bin`,
  blob: new Blob([
    Uint8Array.from({ length: 200 }, (_, j) => [i + 2, 3 + (j >> 3), j % 3 ? 0x80 : 0, 0, j][j % 5]),
  ]),
}));

const plain = ({ stored, ...rest }: EncodedDataset) => rest;

describe('data sets in storage', () => {
  it('are those from memory to the last bit, and open again without their files', async () => {
    const store = createMemoryStore();
    const first = serviceOn(store);
    const imported = await first.run({ kind: 'importFiles', files, settings: IMPORT });
    const encoded = await first.run({ kind: 'encode', settings: SETTINGS });
    const inMemory = serviceOn(null);
    await inMemory.run({ kind: 'importFiles', files, settings: IMPORT });
    expect(plain(encoded)).toEqual(await inMemory.run({ kind: 'encode', settings: SETTINGS }));

    const [listed] = await first.run({ kind: 'listStored' });
    expect(listed).toMatchObject({
      fingerprint: encoded.fingerprint,
      sampleCount: 7,
      classNames: ['left', 'right'],
      stepCount: 4,
      encoding: SETTINGS,
    });
    expect(listed.bytes).toBe(store.files.get(listed.file)?.length);

    // A page that was reloaded.
    const second = serviceOn(store);
    expect(await second.run({ kind: 'openStored', fingerprint: 'f'.repeat(64) })).toBeNull();
    const opened = await second.run({ kind: 'openStored', fingerprint: encoded.fingerprint });
    expect(opened).toEqual({ ...imported, problems: [], storedEncoding: SETTINGS });
    expect(plain(await second.run({ kind: 'encode', settings: SETTINGS }))).toEqual(plain(encoded));
    await expect(
      second.run({ kind: 'encode', settings: { ...SETTINGS, stepCount: 5 } }),
    ).rejects.toMatchObject({ code: 'recordings-needed' });
  });

  it('shows the frames of a stored sample as events', async () => {
    const store = createMemoryStore();
    const { run } = serviceOn(store);
    await run({ kind: 'importFiles', files, settings: IMPORT });
    const settings = { ...SETTINGS, binning: 'counts' as const, maxCount: 3 };
    const { fingerprint } = await run({ kind: 'encode', settings });
    await run({ kind: 'openStored', fingerprint });
    const view = await run({ kind: 'recording', index: 3 });
    if (view.kind !== 'events') throw new Error('It is an image.');
    expect(view).toMatchObject({ isFromFrames: true, name: 'right/0.bin' });
    // Encoded again, they are the frames that they came from.
    const { encodeRecording } = await import('../encoding/encodeRecording.ts');
    const shape = { channels: 2, height: 17, width: 17 };
    const words = 4 * 2 * Math.ceil((2 * 17 * 17) / 32);
    const again = new Uint32Array(words);
    encodeRecording(view.events, settings, shape, again);
    const { bits } = await run({ kind: 'encode', settings });
    expect(again).toEqual(bits.slice(3 * words, 4 * words));
    await expect(run({ kind: 'recording', index: 7 })).rejects.toMatchObject({ code: 'no-such-recording' });
  });

  it('keeps images too, and reads them back', async () => {
    const store = createMemoryStore();
    const { run } = serviceOn(store);
    const images = idxPair('train', [1, 0, 1, 0, 1, 1], (label, i) => [label, i, 3, 4, 5, 6], [2, 3]);
    await run({ kind: 'importFiles', files: images, settings: IMPORT });
    const encoded = await run({ kind: 'encode', settings: SETTINGS });
    expect(encoded.pixels).toHaveLength(36);
    const other = serviceOn(store);
    await other.run({ kind: 'openStored', fingerprint: encoded.fingerprint });
    expect(await other.run({ kind: 'encode', settings: { ...SETTINGS, stepCount: 9 } })).toEqual(encoded);
    expect(await other.run({ kind: 'recording', index: 1 })).toMatchObject({
      kind: 'frames',
      className: '0',
    });
  });

  it('are written once, however often they are asked for, and again where they were deleted', async () => {
    const store = createMemoryStore();
    const { run } = serviceOn(store);
    await run({ kind: 'importFiles', files, settings: IMPORT });
    const { fingerprint } = await run({ kind: 'encode', settings: SETTINGS });
    const [name] = store.files.keys();
    await run({ kind: 'encode', settings: SETTINGS });
    expect([...store.files.keys()]).toEqual([name]);
    // Dropped once more, equal content is kept once.
    await run({ kind: 'importFiles', files, settings: IMPORT });
    await run({ kind: 'encode', settings: SETTINGS });
    expect([...store.files.keys()]).toEqual([name]);
    await run({ kind: 'deleteStored', file: name });
    expect(await run({ kind: 'listStored' })).toEqual([]);
    expect((await run({ kind: 'encode', settings: SETTINGS })).fingerprint).toBe(fingerprint);
    expect(store.files.size).toBe(1);
  });

  it('a full disk is told, leaves nothing behind, and the set trains from memory', async () => {
    for (const quotaBytes of [0, 500, 2000]) {
      const store = createMemoryStore({ quotaBytes });
      const { run, notices } = serviceOn(store);
      await run({ kind: 'importFiles', files, settings: IMPORT });
      const encoded = await run({ kind: 'encode', settings: SETTINGS });
      expect(encoded.bits.length).toBeGreaterThan(0);
      expect(notices).toEqual(['storage-full']);
      expect(store.files.size).toBe(0);
    }
  });

  it('damage is listed, so that it can be deleted', async () => {
    const store = createMemoryStore();
    const { run } = serviceOn(store);
    await run({ kind: 'importFiles', files, settings: IMPORT });
    const { fingerprint } = await run({ kind: 'encode', settings: SETTINGS });
    const [name, whole] = [...store.files][0];
    store.files.set('cut', whole.slice(0, whole.length - 9));
    store.files.set('crashed', new Uint8Array(whole.length));
    const writer = await store.create('another tab');
    writer.write(whole.subarray(0, 100), 64);
    const listed = await listStoredSets(store);
    expect(store.files.has('another tab')).toBe(true);
    expect(store.files.has('crashed')).toBe(false);
    writer.close();
    expect(listed.map(({ file, problem }) => [file, problem?.code])).toEqual([
      [name, undefined],
      ['cut', 'storage-damaged'],
    ]);
    whole[70] ^= 1;
    await run({ kind: 'openStored', fingerprint });
    await expect(run({ kind: 'encode', settings: SETTINGS })).rejects.toMatchObject({
      code: 'storage-damaged',
    });
  });

  it('makes no file for what the page can generate', async () => {
    const store = createMemoryStore();
    const { run } = serviceOn(store);
    await run({
      kind: 'generate',
      set: 'movingGestures',
      options: { seed: 1, trainCount: 3, testCount: 1 },
    });
    await run({ kind: 'encode', settings: SETTINGS });
    expect(store.files.size).toBe(0);
  });

  it('cancelling leaves nothing behind', async () => {
    const store = createMemoryStore();
    const replies: DataReply[] = [];
    const service = createDataService((reply) => replies.push(reply), { openStore: async () => store });
    service.receive({ type: 'run', id: 1, job: { kind: 'importFiles', files, settings: IMPORT } });
    const answered = async (id: number) => {
      while (!replies.some((reply) => 'id' in reply && reply.id === id && /done|failed/.test(reply.type)))
        await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await answered(1);
    service.receive({ type: 'run', id: 2, job: { kind: 'encode', settings: SETTINGS } });
    service.receive({ type: 'cancel', id: 2 });
    await answered(2);
    const last = replies.at(-1);
    expect(last).toMatchObject({ type: 'failed', error: { code: new AppError('cancelled', '').code } });
    expect(store.files.size).toBe(0);
  });
});
