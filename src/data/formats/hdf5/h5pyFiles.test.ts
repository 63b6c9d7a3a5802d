import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { importData } from '../../importData.ts';
import { type EventTuple, eventTuples } from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';
import packed from '../fixtures/h5pyFiles.json' with { type: 'json' };

// Files as h5py writes them, with what the library here cannot write: fixtures/h5pyFiles.py.

const bytesOf = (name: keyof typeof packed) =>
  new Uint8Array(gunzipSync(Buffer.from(packed[name], 'base64')));

async function decode(name: keyof typeof packed) {
  const source = memorySource('a.h5', bytesOf(name));
  return collectEvents(await detectFormat(source), source);
}

const EVENTS = Array.from({ length: 40 }, (_, i): EventTuple => {
  return [i * 97 + 5, (i * 7) % 128, (i * 11) % 128, i % 2];
});
const later = (offsetUs: number) => EVENTS.map(([t, ...rest]): EventTuple => [t + offsetUs, ...rest]);

describe('files written by h5py', () => {
  it.each([
    ['boolean polarity', 0],
    ['compound, lzf', 0],
    ['big-endian, seconds', 0],
    ['four rows', 0],
    ['DSEC, gzip', 49_599_300_523],
    ['MVSEC', 1_504_645_177_400_000],
  ] as const)('%s', async (name, offsetUs) => {
    expect(eventTuples((await decode(name)).events)).toEqual(later(offsetUs));
  });

  it('coordinates in 16-bit floating point are refused for what they are', async () => {
    await expect(decode('half coordinates')).rejects.toMatchObject({
      code: 'unsupported-variant',
      message: expect.stringContaining('16-bit floating point'),
    });
  });

  it.each(['spikes f2', 'spikes f4', 'spikes f8'] as const)('%s', async (name) => {
    const blob = new Blob([bytesOf(name) as Uint8Array<ArrayBuffer>]);
    const set = await importData([{ path: 'shd_train.h5', blob }]);
    if (set.kind !== 'events') throw new Error('expected recordings');
    expect(set).toMatchObject({ classNames: ['zero', 'one'], problems: [] });
    const spikes = set.recordings.map(({ events }) => Array.from(events.tUs, (t, i) => [t, events.x[i]]));
    expect(spikes).toEqual(
      [4, 5, 6].map((count, sample) =>
        Array.from({ length: count }, (_, i) => [i * 125_000, i * 100 + sample]),
      ),
    );
  });
});
