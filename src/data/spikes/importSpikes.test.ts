import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSha256 } from '../../core/sha256.ts';
import { memorySource } from '../byteSource.ts';
import { encodeDataset } from '../encode.ts';
import { importData } from '../importData.ts';
import { inspectSource } from '../inspect.ts';
import type { RecordingSet } from '../recordingSet.ts';
import { hasSharedData, NEEDS_SHARED_DATA, SHARED_DATA, sharedBytes } from '../testSupport.ts';

const PATH = 'derived/hdf5/shd_like.h5';

/** What the manifest says of the file. */
const truth: { n_spikes: number[]; first5: [number, number][]; units_sha256: string[] } = hasSharedData
  ? JSON.parse(readFileSync(resolve(SHARED_DATA, 'manifest.json'), 'utf8')).entries.find(
      (entry: { path: string }) => entry.path === PATH,
    ).ground_truth
  : { n_spikes: [], first5: [], units_sha256: [] };

const file = (path: string, bytes: Uint8Array) => ({
  path,
  blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
});

async function importSet(files: ReturnType<typeof file>[]): Promise<RecordingSet> {
  const set = await importData(files);
  if (set.kind !== 'events') throw new Error('expected recordings');
  return set;
}

describe.skipIf(!hasSharedData)(`spike trains of many samples in one file${NEEDS_SHARED_DATA}`, () => {
  it('become one recording each, with the labels and class names of the file', async () => {
    const set = await importSet([file('shd_like.h5', sharedBytes(PATH))]);
    expect(set).toMatchObject({ sensor: { width: 700, height: 1 }, channels: 1, problems: [] });
    expect(set.classNames).toEqual('zero one two three four five six seven eight nine'.split(' '));
    expect(set.recordings.map(({ classIndex }) => classIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(set.recordings.map(({ events }) => events.tUs.length)).toEqual(truth.n_spikes);
    const [{ events, name }] = set.recordings;
    expect(name).toBe('shd_like.h5 #0');
    expect(Array.from({ length: 5 }, (_, i) => [events.tUs[i], events.x[i]])).toEqual(
      truth.first5.map(([seconds, unit]) => [Math.round(seconds * 1e6), unit]),
    );
    const digests = set.recordings.map(({ events: { x } }) => {
      const hash = createSha256();
      hash.update(new Uint8Array(x.buffer, x.byteOffset, x.byteLength));
      return hash.digestHex();
    });
    expect(digests).toEqual(truth.units_sha256);
  });

  it('are split as their files are named, and counted from time 0', async () => {
    const bytes = sharedBytes(PATH);
    const set = await importSet([file('shd_test.h5', bytes), file('shd_train.h5', bytes)]);
    expect(set.recordings).toHaveLength(20);
    expect(set.origin).toEqual({ classes: 'labelBytes', split: 'given' });
    expect(set.recordings.map(({ split }) => split)).toEqual([...Array(10).fill(1), ...Array(10).fill(0)]);
    const dataset = await encodeDataset(set, {
      stepDurationUs: 1_000_000,
      stepCount: 1,
      frame: { height: 1, width: 700 },
    });
    expect(dataset.shape).toEqual({ channels: 1, height: 1, width: 700 });
    const units = new Set<number>();
    const { tUs, x } = set.recordings[0].events;
    for (const [i, t] of tUs.entries()) if (t < 1_000_000) units.add(x[i]);
    const lit = Array.from({ length: 700 }, (_, bit) => (dataset.bits[bit >>> 5] >>> (bit & 31)) & 1);
    expect(lit.flatMap((bit, unit) => (bit ? [unit] : []))).toEqual([...units].sort((a, b) => a - b));
  });

  it('stand alone: other files in the drop are listed, a cut file too', async () => {
    const bytes = sharedBytes(PATH);
    const set = await importSet([
      file('a/shd_train.h5', bytes),
      file('a/shd_test.h5', bytes.slice(0, bytes.length / 2)),
      file('a/1.bin', Uint8Array.of(1, 1, 128, 0, 1)),
    ]);
    expect(set.recordings).toHaveLength(10);
    expect(set.problems.map(({ file: path, error }) => [path, error.code])).toEqual([
      ['a/1.bin', 'not-spikes'],
      ['a/shd_test.h5', 'damaged-file'],
    ]);
  });

  it('are no recording for the command that looks into one', async () => {
    await expect(inspectSource(memorySource('shd.h5', sharedBytes(PATH)))).rejects.toMatchObject({
      code: 'not-events',
      hint: expect.stringContaining('set of its own'),
    });
  });

  it('other HDF5 files are read as recordings', async () => {
    const set = await importSet([file('dsec.h5', sharedBytes('derived/hdf5/dsec_like_contiguous.h5'))]);
    expect(set.channels).toBeUndefined();
    expect(set.recordings).toHaveLength(1);
  });
});
