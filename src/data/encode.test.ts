import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameBit, wordsPerFrame } from '../core/encodedDataset.ts';
import { encodeDataset } from './encode.ts';
import { checkEncoding, type EncodingSettings } from './encoding/settings.ts';
import type { RecordingSet } from './recordingSet.ts';

type EventTuple = [tUs: number, x: number, y: number, polarity: number];

function setOf(recordings: EventTuple[][], sensor = { width: 8, height: 6 }): RecordingSet {
  return {
    kind: 'events',
    name: 'by hand',
    synthetic: false,
    sensor,
    classNames: ['a', 'b'],
    problems: [],
    recordings: recordings.map((events, index) => ({
      name: `${index}`,
      classIndex: index % 2,
      split: index === 1 ? 1 : 0,
      events: {
        sensor,
        tUs: Float64Array.from(events, (event) => event[0]),
        x: Uint16Array.from(events, (event) => event[1]),
        y: Uint16Array.from(events, (event) => event[2]),
        polarity: Uint8Array.from(events, (event) => event[3]),
      },
    })),
  };
}

const SETTINGS: EncodingSettings = { stepDurationUs: 100, stepCount: 3, frame: { height: 6, width: 8 } };

/** The set bits of one sample as "step/channel/y/x", sorted. */
async function litPixels(set: RecordingSet, settings = SETTINGS, sample = 0): Promise<string[]> {
  const dataset = await encodeDataset(set, settings);
  const words = wordsPerFrame(dataset.shape);
  const lit: string[] = [];
  for (let step = 0; step < dataset.stepCount; step++) {
    for (let channel = 0; channel < 2; channel++) {
      for (let y = 0; y < dataset.shape.height; y++) {
        for (let x = 0; x < dataset.shape.width; x++) {
          const bit = frameBit(dataset.shape, channel, y, x);
          const word = dataset.bits[(sample * dataset.stepCount + step) * words + (bit >>> 5)];
          if ((word >>> (bit & 31)) & 1) lit.push(`${step}/${channel}/${y}/${x}`);
        }
      }
    }
  }
  return lit.sort();
}

describe('encodeDataset', () => {
  it('counts windows from the first event, borders belong to the later window, later events are dropped', async () => {
    const events: EventTuple[] = [
      [5000, 0, 0, 1],
      [5099, 1, 0, 0],
      [5100, 2, 0, 1],
      [5299, 7, 5, 0],
      [5300, 3, 3, 1],
      [9000, 4, 4, 1],
    ];
    expect(await litPixels(setOf([events]))).toEqual(['0/0/0/1', '0/1/0/0', '1/1/0/2', '2/0/5/7']);
  });

  it('starts at the smallest time when time steps back', async () => {
    const events: EventTuple[] = [
      [250, 0, 0, 1],
      [100, 1, 1, 1],
      [399, 2, 2, 1],
    ];
    expect(await litPixels(setOf([events]))).toEqual(['0/1/1/1', '1/1/0/0', '2/1/2/2']);
  });

  it('merges repeated events and sensor pixels that share a frame pixel', async () => {
    const events: EventTuple[] = [
      [0, 0, 0, 1],
      [1, 1, 1, 1],
      [2, 1, 1, 1],
      [3, 6, 5, 0],
      [4, 5, 4, 0],
    ];
    const settings = { ...SETTINGS, frame: { height: 3, width: 3 } };
    // Columns floor(x 3 / 8): 0 0 0 1 1 1 2 2; rows floor(y 3 / 6): 0 0 1 1 2 2.
    expect(await litPixels(setOf([events]), settings)).toEqual(['0/0/2/1', '0/0/2/2', '0/1/0/0']);
  });

  it('drops events outside the sensor and keeps an empty recording empty', async () => {
    const outside: EventTuple[] = [
      [0, 8, 0, 1],
      [0, 0, 6, 1],
      [0, 65535, 65535, 0],
    ];
    expect(await litPixels(setOf([outside]))).toEqual([]);
    expect(await litPixels(setOf([[]]))).toEqual([]);
  });

  it('agrees with a direct translation of its rules', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 900 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: 0, max: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        async (events, stepDurationUs, stepCount, width) => {
          const settings = { stepDurationUs, stepCount, frame: { height: 2, width } };
          const start = Math.min(...events.map((e) => e[0]));
          const expected = events
            .filter(([, x, y]) => x < 8 && y < 6)
            .map(([t, x, y, p]) => [
              Math.floor((t - start) / stepDurationUs),
              p,
              Math.floor(y / 3),
              Math.floor((x * width) / 8),
            ])
            .filter(([step]) => step < stepCount)
            .map((index) => index.join('/'));
          expect(await litPixels(setOf([events as EventTuple[]]), settings)).toEqual(
            [...new Set(expected)].sort(),
          );
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('keeps labels, split and order, and reports progress to the end', async () => {
    const set = setOf([[[0, 0, 0, 1]], [[0, 1, 0, 1]], []]);
    const progress: number[][] = [];
    const dataset = await encodeDataset(set, SETTINGS, (done, total) => progress.push([done, total]));
    expect([...dataset.labels]).toEqual([0, 1, 0]);
    expect([...dataset.split]).toEqual([0, 1, 0]);
    expect(dataset.shape).toEqual({ channels: 2, height: 6, width: 8 });
    expect(progress.at(-1)).toEqual([3, 3]);
    expect(await litPixels(set, SETTINGS, 1)).toEqual(['0/1/0/1']);
  });
});

describe('fingerprint', () => {
  const base = setOf([[[0, 0, 0, 1]], [[0, 1, 0, 1]]]);

  it('ignores the name and sees every other part', async () => {
    const original = (await encodeDataset(base, SETTINGS)).fingerprint;
    expect(original).toMatch(/^[0-9a-f]{64}$/);
    expect((await encodeDataset({ ...base, name: 'renamed' }, SETTINGS)).fingerprint).toBe(original);
    const [first, second] = base.recordings;
    const changed = [
      { ...base, classNames: ['a', 'c'] },
      { ...base, recordings: [{ ...first, classIndex: 1 }, second] },
      { ...base, recordings: [{ ...first, split: 1 as const }, second] },
      { ...base, recordings: [second, first] },
    ];
    const prints = await Promise.all(
      changed.map(async (set) => (await encodeDataset(set, SETTINGS)).fingerprint),
    );
    prints.push((await encodeDataset(base, { ...SETTINGS, stepCount: 4 })).fingerprint);
    prints.push((await encodeDataset(base, { ...SETTINGS, frame: { height: 6, width: 7 } })).fingerprint);
    expect(new Set([original, ...prints]).size).toBe(prints.length + 1);
  });
});

describe('refusals', () => {
  const sensor = { width: 8, height: 6 };
  it.each([
    [{ stepDurationUs: 0 }, 'step duration'],
    [{ stepDurationUs: 1.5 }, 'step duration'],
    [{ stepCount: 0 }, 'time steps'],
    [{ stepCount: 4097 }, 'time steps'],
    [{ frame: { height: 0, width: 1 } }, 'frame height'],
    [{ frame: { height: 6, width: 9 } }, 'only 8x6'],
  ])('%j', (change, text) => {
    expect(() => checkEncoding({ ...SETTINGS, ...change }, sensor)).toThrow(text);
  });

  it('an empty set, a set too large to hold, a cancelled run', async () => {
    await expect(encodeDataset(setOf([]), SETTINGS)).rejects.toMatchObject({ code: 'dataset-empty' });
    const wide = setOf(
      Array.from({ length: 3000 }, () => []),
      { width: 1024, height: 1024 },
    );
    const large = { stepDurationUs: 100, stepCount: 4096, frame: { height: 1024, width: 1024 } };
    await expect(encodeDataset(wide, large)).rejects.toMatchObject({ code: 'dataset-too-large' });
    const cancelled = AbortSignal.abort(new Error('stop'));
    await expect(encodeDataset(setOf([[]]), SETTINGS, undefined, cancelled)).rejects.toThrow('stop');
  });
});
