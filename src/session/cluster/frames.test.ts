import { describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { randomU32 } from '../../core/random.ts';
import { readSafetensors } from '../../core/safetensors.ts';
import { openCommitted, writeCommitted } from '../../storage/committedFile.ts';
import { DATASET_FILE } from '../../storage/datasetFile.ts';
import { createMemoryStore } from '../../storage/memoryStore.ts';
import { framesBytes, framesFile, framesPieces, MAX_FRAMES_BYTES } from './frames.ts';

const COUNT = 5;
/** Words of a sample: 3 steps of 2 planes of 8 words. */
const SAMPLE_WORDS = 3 * 2 * 8;

const inMemory: EncodedDataset = {
  kind: 'events',
  name: 'noise',
  fingerprint: 'f'.repeat(64),
  synthetic: false,
  shape: { channels: 2, height: 12, width: 10 },
  stepCount: 3,
  maxCount: 3,
  classNames: ['a', 'b'],
  bits: Uint32Array.from({ length: COUNT * SAMPLE_WORDS }, (_, i) => randomU32(1, 'test', 1, i)),
  pixels: null,
  labels: Int32Array.from([0, 1, 1, 0, 1]),
  split: Uint8Array.from([0, 0, 0, 1, 1]),
};

/** The same data set as it lies in the browser's storage, among samples that it does not use. */
async function stored() {
  const store = createMemoryStore();
  const samples = Uint32Array.from([4, 1, 3, 0, 6]);
  await writeCommitted(store, 'set', DATASET_FILE, 4 * SAMPLE_WORDS, async (append) => {
    for (let block = 0; block < 7; block++) {
      const sample = samples.indexOf(block);
      append(
        sample < 0
          ? new Uint8Array(4 * SAMPLE_WORDS)
          : new Uint8Array(inMemory.bits.buffer, 4 * SAMPLE_WORDS * sample, 4 * SAMPLE_WORDS),
      );
    }
    return {};
  });
  const dataset = { ...inMemory, bits: new Uint32Array(0), stored: { folder: '', file: 'set', samples } };
  return { dataset, open: () => openCommitted(store, 'set', DATASET_FILE) };
}

describe('the frames of a project', () => {
  it('are a safetensors file with every sample', async () => {
    const { tensors, metadata } = readSafetensors(await framesFile(inMemory));
    expect(tensors.get('bits')?.shape).toEqual([COUNT, 3, 2, 8]);
    expect(tensors.get('bits')?.values).toEqual(new Int32Array(inMemory.bits.buffer));
    expect(tensors.get('labels')?.values).toEqual(inMemory.labels);
    expect(tensors.get('split')?.values).toEqual(inMemory.split);
    expect(metadata).toMatchObject({ shape: '2x12x10', fingerprint: inMemory.fingerprint });
    expect(framesBytes(inMemory, COUNT)).toBe(inMemory.bits.byteLength);
  });

  it('are the same bytes when they are read from the browser’s storage', async () => {
    const { dataset, open } = await stored();
    expect(await framesFile(dataset, open)).toEqual(await framesFile(inMemory));
  });

  it('of images are pixels', async () => {
    const pixels = Uint8Array.from({ length: COUNT * 3 * 2 * 2 }, (_, i) => i);
    const images: EncodedDataset = {
      ...inMemory,
      kind: 'frames',
      shape: { channels: 3, height: 2, width: 2 },
      maxCount: 1,
      stepCount: 1,
      bits: new Uint32Array(0),
      pixels,
    };
    const { tensors } = readSafetensors(await framesFile(images));
    expect(tensors.get('pixels')).toMatchObject({ shape: [COUNT, 2, 2, 3], values: pixels });
    expect(framesBytes(images, COUNT)).toBe(pixels.length);
  });

  it('that an archive cannot hold are refused before anything is read', async () => {
    const side = Math.ceil(Math.sqrt(MAX_FRAMES_BYTES / COUNT / 3 / 2 / 2 / 4)) * 8;
    const huge = { ...inMemory, shape: { channels: 2, height: side, width: side } };
    await expect(framesPieces(huge).next()).rejects.toMatchObject({ code: 'project-too-large' });
  });
});
