import { describe, expect, it } from 'vitest';
import { AppError } from '../core/errors.ts';
import type { ByteStore } from './byteStore.ts';
import { openCommitted, removeUncommitted, writeCommitted } from './committedFile.ts';
import { createMemoryStore } from './memoryStore.ts';

const KIND = { kind: 'test', version: 2 };
const BODY = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) & 255);
const FACTS = { title: 'Zählung', counts: [1, 2, 3] };

/** Writes BODY in pieces of the given sizes, the rest at last. */
function write(store: ByteStore, name = 'a', blockBytes = 64, pieces: number[] = []): Promise<void> {
  return writeCommitted(store, name, KIND, blockBytes, async (append) => {
    let at = 0;
    for (const size of pieces) {
      append(BODY.subarray(at, at + size));
      at += size;
    }
    append(BODY.subarray(at));
    return FACTS;
  });
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error) => (error as AppError).code,
  );

describe('a committed file', () => {
  it.each([
    [64, []],
    [64, [1, 63, 64, 65, 500]],
    [1000, [999]],
    [4096, [3, 3]],
    [7, [14, 1, 6]],
  ])('gives back body and facts, blocks of %i bytes, pieces %j', async (blockBytes, pieces) => {
    const store = createMemoryStore();
    await write(store, 'a', blockBytes, pieces);
    const file = await openCommitted<typeof FACTS>(store, 'a', KIND);
    expect(file.facts).toEqual(FACTS);
    expect(file.bodyBytes).toBe(1000);
    expect(await file.body()).toEqual(BODY);
    const last = file.blockCount - 1;
    expect(await file.block(last)).toEqual(BODY.subarray(last * blockBytes));
  });

  it('holds an empty body', async () => {
    const store = createMemoryStore();
    await writeCommitted(store, 'empty', KIND, 16, async () => ({ nothing: true }));
    const file = await openCommitted(store, 'empty', KIND);
    expect(file.blockCount).toBe(0);
    expect(await file.body()).toHaveLength(0);
  });

  it('is refused when it is cut at any byte', async () => {
    const store = createMemoryStore();
    await write(store);
    const whole = store.files.get('a') as Uint8Array<ArrayBuffer>;
    for (let length = 0; length < whole.length; length++) {
      store.files.set('a', whole.slice(0, length));
      expect(await codeOf(openCommitted(store, 'a', KIND)), `${length} bytes`).toBe('storage-damaged');
    }
  });

  it('is refused, or the block that is read, when any byte is changed', async () => {
    const store = createMemoryStore();
    await write(store);
    const whole = store.files.get('a') as Uint8Array<ArrayBuffer>;
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] ^= 0x10;
      store.files.set('a', changed);
      const code = await codeOf(openCommitted(store, 'a', KIND).then((file) => file.body()));
      expect(code, `byte ${at}`).toBe('storage-damaged');
    }
  });

  it('does not exist when writing stops at any write', async () => {
    for (let quotaBytes = 0; quotaBytes < 1200; quotaBytes += 40) {
      const store = createMemoryStore({ quotaBytes });
      const outcome = await codeOf(write(store));
      if (outcome === 'fine') {
        expect(await (await openCommitted(store, 'a', KIND)).body()).toEqual(BODY);
      } else {
        expect(outcome).toBe('storage-full');
        expect(await store.list()).toEqual([]);
      }
    }
  });

  it('is removed when what fills it throws, with that error', async () => {
    const store = createMemoryStore();
    const stopped = new AppError('cancelled', 'Stopped.');
    const work = writeCommitted(store, 'a', KIND, 64, async (append) => {
      append(BODY);
      throw stopped;
    });
    await expect(work).rejects.toBe(stopped);
    expect(store.files.size).toBe(0);
  });

  it('of another kind or a newer version is refused, an older one is read', async () => {
    const store = createMemoryStore();
    await write(store);
    expect(await codeOf(openCommitted(store, 'a', { kind: 'else', version: 2 }))).toBe('storage-damaged');
    expect(await codeOf(openCommitted(store, 'a', { ...KIND, version: 1 }))).toBe('storage-newer');
    expect(await codeOf(openCommitted(store, 'a', { ...KIND, version: 3 }))).toBe('fine');
    expect(await codeOf(openCommitted(store, 'b', KIND))).toBe('storage-wiped');
  });
});

describe('removeUncommitted', () => {
  it('removes what a crash left, and neither whole files nor those that are being written', async () => {
    const store = createMemoryStore();
    await write(store, 'whole');
    await write(store, 'torn');
    const torn = store.files.get('torn') as Uint8Array<ArrayBuffer>;
    // The crash came before the commit record.
    store.files.set(
      'torn',
      Uint8Array.from(torn, (byte, i) => (i < 64 ? 0 : byte)),
    );
    store.files.set('empty', new Uint8Array(0));
    const writer = await store.create('busy');
    expect(await removeUncommitted(store)).toBe(2);
    expect([...store.files.keys()].sort()).toEqual(['busy', 'whole']);
    writer.close();
    expect(await removeUncommitted(store)).toBe(1);
  });
});
