import { describe, expect, it } from 'vitest';
import { EVENT_FILE_WRITERS, type WrittenEvent } from '../testing/eventFileWriters.ts';
import { encodeDataset } from './encode.ts';
import type { EncodingSettings } from './encoding/settings.ts';
import type { ImportFile } from './import/candidates.ts';
import { WHOLE_EVENTS } from './import/readRecording.ts';
import { importFiles } from './importFiles.ts';
import type { RecordingSet } from './recordingSet.ts';
import { firstEvents } from './streamedEvents.ts';
import { summarize } from './summarize.ts';

const file = (path: string, content: Uint8Array | string): ImportFile => ({
  path,
  blob: new Blob([content as Uint8Array<ArrayBuffer>]),
});

const SETTINGS: EncodingSettings = {
  stepDurationUs: 300,
  stepCount: 5,
  frame: { height: 20, width: 20 },
  binning: 'counts',
  denoiseUs: 400,
  startUs: 100,
};

/** A few hundred events on a small part of the sensor. */
const events = (seed: number): WrittenEvent[] =>
  Array.from({ length: 300 }, (_, i) => [7 * i + seed, (i * seed) % 30, (i * 3) % 25, (i >> 2) & 1]);

const everyFormat: ImportFile[] = EVENT_FILE_WRITERS.map(({ format, variant, name, write }, i) =>
  file(`${format}/${variant.replace(/\W+/g, '-')}-${name}`, write(events(2 + i))),
);

const isStreamed = (set: RecordingSet) => set.recordings.map(({ streamed }) => streamed !== undefined);

describe('recordings that stay in their files', () => {
  it('give the data set of recordings in memory, in every format', async () => {
    const held = await importFiles(everyFormat);
    const streamed = await importFiles(everyFormat, { heldEvents: 0 });
    expect(new Set(isStreamed(held))).toEqual(new Set([false]));
    expect(new Set(isStreamed(streamed))).toEqual(new Set([true]));
    expect(streamed.recordings).toHaveLength(everyFormat.length);
    const { streamedCount, ...facts } = summarize(streamed);
    expect(facts).toEqual(summarize(held));
    expect(streamedCount).toBe(everyFormat.length);
    expect(await encodeDataset(streamed, SETTINGS)).toEqual(await encodeDataset(held, SETTINGS));
    // And once more: nothing is used up.
    expect((await encodeDataset(streamed, SETTINGS)).fingerprint).toBe(
      (await encodeDataset(held, SETTINGS)).fingerprint,
    );
    for (const [i, recording] of streamed.recordings.entries())
      expect(await firstEvents(recording, 1e6)).toEqual(held.recordings[i].events);
  });

  it('are held as long as there is room', async () => {
    const set = await importFiles(everyFormat.slice(0, 4), { heldEvents: 700 });
    expect(isStreamed(set)).toEqual([false, false, true, true]);
  });

  it('are cut into trials like others', async () => {
    const aedat = EVENT_FILE_WRITERS.find(({ format }) => format === 'aedat3');
    const list = 'class,startTime_usec,endTime_usec\n3,100,700\n1,600,1500\n3,9000,9900\n2,1600,2200\n';
    const files = [file('u/a.aedat', aedat?.write(events(2)) ?? ''), file('u/a_labels.csv', list)];
    const held = await importFiles(files);
    const streamed = await importFiles(files, { heldEvents: 0 });
    expect(streamed.recordings.map(({ name }) => name)).toEqual(held.recordings.map(({ name }) => name));
    expect(streamed.problems).toEqual(held.problems);
    expect(isStreamed(streamed)).toEqual([true, true, true]);
    expect(await encodeDataset(streamed, SETTINGS)).toEqual(await encodeDataset(held, SETTINGS));
  });

  it('keep what stands before damage, the second time too', async () => {
    const cut = everyFormat.map(({ path, blob }) => ({ path, blob: blob.slice(0, blob.size - 7) }));
    const held = await importFiles(cut, { keepDamaged: true });
    const streamed = await importFiles(cut, { keepDamaged: true, heldEvents: 0 });
    expect(held.recordings.length).toBeGreaterThan(4);
    expect(await encodeDataset(streamed, SETTINGS)).toEqual(await encodeDataset(held, SETTINGS));
  });

  it('tell when their file has changed since', async () => {
    const bytes = everyFormat[0].blob;
    let isCut = false;
    const blob = {
      size: bytes.size,
      slice: (from: number, to: number) => (isCut ? bytes.slice(0, 0) : bytes.slice(from, to)),
    } as Blob;
    const set = await importFiles([{ path: everyFormat[0].path, blob }], { heldEvents: 0 });
    isCut = true;
    await expect(encodeDataset(set, SETTINGS)).rejects.toMatchObject({ code: expect.any(String) });
  });

  it(`are never in memory as a whole above ${WHOLE_EVENTS} events`, async () => {
    const count = WHOLE_EVENTS + 100;
    const bytes = new Uint8Array(count * 5);
    for (let i = 0; i < count; i++) {
      const t = Math.floor(i / 800);
      bytes[5 * i] = i % 34;
      bytes[5 * i + 1] = (i >> 4) % 34;
      bytes[5 * i + 2] = ((i & 1) << 7) | (t >> 16);
      bytes[5 * i + 3] = (t >> 8) & 255;
      bytes[5 * i + 4] = t & 255;
    }
    const set = await importFiles([file('a/long.bin', bytes)]);
    expect(isStreamed(set)).toEqual([true]);
    expect(summarize(set)).toMatchObject({ recordingCount: 1, durationUs: Math.floor((count - 1) / 800) });
    const settings: EncodingSettings = {
      stepDurationUs: 1000,
      stepCount: 4,
      frame: { height: 34, width: 34 },
    };
    const { bits } = await encodeDataset(set, settings);
    // Every pixel that the pattern reaches has events of both signs in each of the first steps.
    const words = bits.length / 4;
    expect(bits.slice(0, words)).toEqual(bits.slice(words, 2 * words));
    expect(bits.some((word) => word !== 0)).toBe(true);
    expect((await firstEvents(set.recordings[0], 10)).tUs).toHaveLength(10);
  });
});
