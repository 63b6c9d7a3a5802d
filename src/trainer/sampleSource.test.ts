import { describe, expect, it } from 'vitest';
import { type EncodedDataset, frameSize, wordsPerFrame } from '../core/encodedDataset.ts';
import { createRandom } from '../core/random.ts';
import { openCommitted, writeCommitted } from '../storage/committedFile.ts';
import { DATASET_FILE } from '../storage/datasetFile.ts';
import { createMemoryStore } from '../storage/memoryStore.ts';
import type { AugmentationDraw } from './augmentation.ts';
import { type Batch, BatchReader } from './batches.ts';
import { blockSource, type SampleSource } from './sampleSource.ts';

const shape = { channels: 2, height: 5, width: 9 };
const SAMPLES = 12;
const STEPS = 3;

function makeDataset(kind: EncodedDataset['kind']): EncodedDataset {
  const random = createRandom(4, 'test', 0);
  const word = () => random.integer(2 ** 31);
  const sampleWords = STEPS * wordsPerFrame(shape);
  return {
    kind,
    name: 'noise',
    fingerprint: '',
    synthetic: true,
    shape,
    stepCount: kind === 'events' ? STEPS : 1,
    classNames: ['a', 'b', 'c'],
    bits: Uint32Array.from({ length: kind === 'events' ? SAMPLES * sampleWords : 0 }, word),
    pixels:
      kind === 'frames' ? Uint8Array.from({ length: SAMPLES * frameSize(shape) }, () => word() & 255) : null,
    labels: Int32Array.from({ length: SAMPLES }, (_, i) => i % 3),
    split: new Uint8Array(SAMPLES),
  };
}

/** The data set's samples as blocks of a file in memory. */
async function storedSource(
  dataset: EncodedDataset,
  indexOf: Uint32Array | null = null,
): Promise<{ source: SampleSource; files: Map<string, Uint8Array<ArrayBuffer>> }> {
  const store = createMemoryStore();
  const content = dataset.pixels ?? dataset.bits;
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  await writeCommitted(store, 'noise', DATASET_FILE, bytes.length / SAMPLES, async (append) => {
    append(bytes);
    return {};
  });
  const open = () => openCommitted(store, 'noise', DATASET_FILE);
  return { source: blockSource(open, dataset.kind, indexOf), files: store.files };
}

const draw = (epoch: number): AugmentationDraw => ({ spec: { maxShift: 1, flip: true }, seed: 2, epoch });
const copyOf = ({ input, labels, count }: Batch) => ({ input: input.slice(), labels: labels.slice(), count });

describe.each(['events', 'frames'] as const)('batches of %s from storage', (kind) => {
  it('are those from memory to the last bit, prefetched or not, displaced or not', async () => {
    const dataset = makeDataset(kind);
    const fromMemory = new BatchReader(dataset, 4);
    const fromStorage = new BatchReader(dataset, 4, (await storedSource(dataset)).source);
    const requests: [number[], AugmentationDraw?][] = [
      [[3, 0, 11, 7]],
      [[1, 2], draw(0)],
      [[5, 4, 9, 10], draw(1)],
      [[5, 4, 9, 10]],
      [[8]],
    ];
    for (const [at, [samples, augmentation]] of requests.entries()) {
      const wanted = copyOf(await fromMemory.read(samples, augmentation));
      const found = await fromStorage.read(samples, augmentation);
      const next = requests[at + 1];
      // Sometimes the right batch is prefetched, sometimes another one, sometimes none.
      if (next && at % 3 === 0) fromStorage.prefetch(...next);
      if (next && at % 3 === 1) fromStorage.prefetch([6, 6, 6], draw(9));
      expect(copyOf(found), `request ${at}`).toEqual(wanted);
    }
  });

  it('follow the list of samples where the data set is a part of the file', async () => {
    const dataset = makeDataset(kind);
    const indexOf = Uint32Array.of(2, 3, 10);
    const part = { ...dataset, labels: Int32Array.from(indexOf, (i) => dataset.labels[i]) };
    const reader = new BatchReader(part, 2, (await storedSource(dataset, indexOf)).source);
    const whole = new BatchReader(dataset, 2);
    expect(await reader.read([2, 0])).toEqual(await whole.read([10, 2]));
  });

  it('say what is wrong when the file is damaged or gone', async () => {
    const dataset = makeDataset(kind);
    const { source, files } = await storedSource(dataset);
    const whole = files.get('noise') as Uint8Array<ArrayBuffer>;
    const reader = new BatchReader(dataset, 1, source);
    await reader.read([0]);
    whole[64 + 7] ^= 1;
    await expect(reader.read([0])).rejects.toMatchObject({ code: 'storage-damaged' });
    // A failed prefetch shows when its batch is read, and harms no other.
    reader.prefetch([0]);
    await expect(reader.read([0])).rejects.toMatchObject({ code: 'storage-damaged' });
    reader.prefetch([0]);
    expect((await reader.read([1])).count).toBe(1);
    files.delete('noise');
    const late = new BatchReader(dataset, 1, (await storedSource(dataset)).source);
    await late.read([3]);
    const lost = blockSource(() => openCommitted(createMemoryStore(), 'noise', DATASET_FILE), kind, null);
    await expect(new BatchReader(dataset, 1, lost).read([0])).rejects.toMatchObject({
      code: 'storage-wiped',
    });
  });
});

describe('a batch', () => {
  it('stays as it is while the next one is prefetched', async () => {
    const dataset = makeDataset('events');
    const reader = new BatchReader(dataset, 2, (await storedSource(dataset)).source);
    const first = await reader.read([0, 1]);
    const before = copyOf(first);
    reader.prefetch([2, 3]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(copyOf(first)).toEqual(before);
    expect(copyOf(await reader.read([2, 3]))).not.toEqual(before);
  });
});
