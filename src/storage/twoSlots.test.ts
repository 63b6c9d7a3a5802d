import { describe, expect, it } from 'vitest';
import { createMemoryStore } from './memoryStore.ts';
import { slotFiles, slotOwner, TwoSlots } from './twoSlots.ts';

const WHAT = { kind: 'test', version: 1 };
const BLOCK = 16;
const bytes = (length: number, start: number) => Uint8Array.from({ length }, (_, i) => (start + i) & 255);

async function filled(writes: number) {
  const store = createMemoryStore();
  const slots = new TwoSlots(store, 'value', WHAT);
  for (let i = 1; i <= writes; i++) await slots.write({ number: i }, [bytes(20, i), bytes(30, i)], BLOCK);
  return { store, slots };
}

const fresh = (store: ReturnType<typeof createMemoryStore>) => new TwoSlots(store, 'value', WHAT);

describe('a value in two slots', () => {
  it('is the last one written, by whoever reads it', async () => {
    for (const writes of [1, 2, 3, 8]) {
      const { store } = await filled(writes);
      const { newest, refused } = await fresh(store).read();
      expect(newest?.facts).toEqual({ number: writes });
      expect(newest?.body).toEqual(Uint8Array.from([...bytes(20, writes), ...bytes(30, writes)]));
      expect(refused).toEqual([]);
    }
  });

  it('is nothing where nothing was written', async () => {
    expect(await fresh(createMemoryStore()).read()).toEqual({ newest: null, refused: [] });
  });

  it('goes on in the other slot when another holder writes', async () => {
    const { store } = await filled(3);
    await fresh(store).write({ number: 4 }, [], BLOCK);
    const { newest } = await fresh(store).read();
    expect(newest?.facts).toEqual({ number: 4 });
    expect([...store.files.keys()].sort()).toEqual(slotFiles('value'));
  });

  it('falls back to the value before when the newest file is cut anywhere', async () => {
    const { store } = await filled(4);
    const [older, newer] = slotFiles('value');
    const whole = store.files.get(newer) as Uint8Array<ArrayBuffer>;
    for (let length = 0; length < whole.length; length++) {
      store.files.set(newer, whole.slice(0, length));
      const { newest, refused } = await fresh(store).read();
      expect(newest?.facts, `cut to ${length} of ${whole.length} bytes`).toEqual({ number: 3 });
      expect(refused.map(({ code }) => code)).toEqual(['storage-damaged']);
    }
    store.files.set(newer, whole);
    expect((await fresh(store).read()).newest?.facts).toEqual({ number: 4 });
    expect(store.files.has(older)).toBe(true);
  });

  it('falls back when any single byte of the newest file is changed', async () => {
    const { store } = await filled(2);
    const newer = slotFiles('value')[1];
    const whole = store.files.get(newer) as Uint8Array<ArrayBuffer>;
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] ^= 0x10;
      store.files.set(newer, damaged);
      const { newest } = await fresh(store).read();
      expect(newest?.facts, `byte ${at}`).toEqual({ number: 1 });
    }
  });

  it('writes over the damaged file, not over the whole one', async () => {
    const { store } = await filled(2);
    const newer = slotFiles('value')[1];
    store.files.set(newer, (store.files.get(newer) as Uint8Array<ArrayBuffer>).slice(0, 70));
    await fresh(store).write({ number: 9 }, [], BLOCK);
    store.files.set(newer, new Uint8Array(3));
    expect((await fresh(store).read()).newest?.facts).toEqual({ number: 1 });
  });

  it('keeps the value before when the disk is full in the middle of a write', async () => {
    const { store } = await filled(1);
    const used = [...store.files.values()].reduce((sum, { length }) => sum + length, 0);
    const tight = createMemoryStore({ quotaBytes: used + 100 });
    for (const [name, content] of store.files) tight.files.set(name, content);
    const slots = new TwoSlots(tight, 'value', WHAT);
    await expect(slots.write({ number: 2 }, [bytes(500, 0)], BLOCK)).rejects.toMatchObject({
      code: 'storage-full',
    });
    expect((await fresh(tight).read()).newest?.facts).toEqual({ number: 1 });
    await slots.write({ number: 3 }, [], BLOCK);
    expect((await fresh(tight).read()).newest?.facts).toEqual({ number: 3 });
  });

  it('says when the storage was cleared between two writes', async () => {
    const { store, slots } = await filled(2);
    expect(await slots.write({ number: 3 }, [], BLOCK)).toBe(true);
    store.files.clear();
    expect(await slots.write({ number: 4 }, [], BLOCK)).toBe(false);
    expect((await fresh(store).read()).newest?.facts).toEqual({ number: 4 });
  });

  it('is gone once removed', async () => {
    const { store, slots } = await filled(2);
    await slots.remove();
    expect(store.files.size).toBe(0);
    expect(slotOwner('a.record.1')).toBe('a.record');
    expect(slotOwner('a.record')).toBe(null);
  });
});
