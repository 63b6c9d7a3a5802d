import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { inspectSource } from '../../inspect.ts';
import {
  type EventTuple,
  eventTuples,
  hasSharedData,
  NEEDS_SHARED_DATA,
  SHARED_DATA,
  sharedSource,
} from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';
import { atisBin, atisSensor } from './atisBin.ts';

function encodeAtis(events: EventTuple[]): Uint8Array {
  return Uint8Array.from(
    events.flatMap(([t, x, y, p]) => [x, y, (p << 7) | (t >>> 16), (t >>> 8) & 255, t & 255]),
  );
}

const decode = (bytes: Uint8Array, name = 'a.bin') => collectEvents(atisBin, memorySource(name, bytes));

describe('atisBin', () => {
  it('reads x, y, polarity and a big-endian 23-bit time', async () => {
    const { events, warnings } = await decode(
      Uint8Array.of(33, 1, 0x80 | 0x12, 0x34, 0x56, 0, 33, 0x7f, 0xff, 0xff),
    );
    expect(eventTuples(events)).toEqual([
      [0x123456, 33, 1, 1],
      [0x7fffff, 0, 33, 0],
    ]);
    expect(events.sensor).toEqual({ width: 34, height: 34 });
    expect(warnings).toEqual([]);
  });

  it('takes row 240 as a clock overflow of 2^13 us', async () => {
    const marker: EventTuple = [0, 5, 240, 0];
    const { events } = await decode(
      encodeAtis([[10, 1, 1, 1], marker, [20, 1, 1, 1], marker, [30, 2, 2, 0]]),
    );
    expect(eventTuples(events)).toEqual([
      [10, 1, 1, 1],
      [8212, 1, 1, 1],
      [16414, 2, 2, 0],
    ]);
  });

  it.each([
    [33, 33, 34, 34],
    [34, 0, 240, 180],
    [0, 34, 240, 180],
    [239, 179, 240, 180],
    [240, 0, 304, 240],
    [0, 180, 304, 240],
  ])('chooses the sensor for x up to %d, y up to %d: %dx%d', (maxX, maxY, width, height) => {
    expect(atisSensor(maxX, maxY)).toEqual({ width, height });
  });

  it('returns what was written', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 23 - 1 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 239 }),
      fc.integer({ min: 0, max: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 200 }), async (events) => {
        expect(eventTuples((await decode(encodeAtis(events))).events)).toEqual(events);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('reads across chunk borders', async () => {
    const events = Array.from(
      { length: 200_000 },
      (_, i): EventTuple => [i * 40, i % 34, (i >> 3) % 34, i & 1],
    );
    const decoded = (await decode(encodeAtis(events))).events;
    expect(decoded.tUs.length).toBe(events.length);
    expect(eventTuples(decoded).every((tuple, i) => tuple.every((v, k) => v === events[i][k]))).toBe(true);
  });
});

describe('damaged files', () => {
  const good = encodeAtis(Array.from({ length: 100 }, (_, i): EventTuple => [i * 7, i % 34, 5, i & 1]));

  it.each([1, 2, 3, 4])('%d stray bytes at the end are refused with their offset', async (stray) => {
    const cut = good.subarray(0, 250 + stray);
    await expect(decode(cut)).rejects.toMatchObject({ code: 'truncated-file', offset: 250 });
    const kept = await collectEvents(atisBin, memorySource('a.bin', cut), { keepDamaged: true });
    expect(kept.events.tUs.length).toBe(50);
    expect(kept.warnings).toHaveLength(1);
    expect(kept.warnings[0].offset).toBe(250);
  });

  it.each([0, 5, 495, 500])(
    'a cut at a record border (%d bytes) leaves a shorter recording',
    async (length) => {
      const { events, warnings } = await decode(good.subarray(0, length));
      expect(events.tUs.length).toBe(length / 5);
      expect(warnings.length).toBe(length === 0 ? 1 : 0);
    },
  );

  it('a row beyond the sensor is refused with its offset', async () => {
    const bytes = good.slice();
    bytes[5 * 30 + 1] = 241;
    await expect(decode(bytes)).rejects.toMatchObject({ code: 'not-this-format', offset: 150 });
  });

  it('time that runs backwards is kept and reported', async () => {
    const { events, warnings } = await decode(
      encodeAtis([
        [50, 1, 1, 1],
        [40, 1, 1, 1],
        [60, 1, 1, 1],
      ]),
    );
    expect([...events.tUs]).toEqual([50, 40, 60]);
    expect(warnings[0].message).toContain('backwards 1 times, first at event 1');
  });
});

describe('detection', () => {
  const good = encodeAtis(Array.from({ length: 40 }, (_, i): EventTuple => [i * 7, i % 34, 5, i & 1]));
  it('goes by content without an extension', async () => {
    expect((await detectFormat(memorySource('recording', good))).id).toBe('atis-bin');
    const backwards = good.slice();
    backwards.set(good.subarray(0, 5), 100);
    await expect(detectFormat(memorySource('recording', backwards))).rejects.toMatchObject({
      code: 'unknown-format',
    });
  });

  it('refuses what is no data', async () => {
    const text = (value: string) => memorySource('a.bin', new TextEncoder().encode(value));
    await expect(detectFormat(text(''))).rejects.toMatchObject({ code: 'empty-file', offset: 0 });
    for (const start of [
      'version https://git-lfs.github.com/spec/v1\n',
      '<!DOCTYPE html>',
      '\n<html>',
      '404: Not Found',
    ]) {
      await expect(detectFormat(text(start))).rejects.toMatchObject({ code: 'not-event-data' });
    }
  });
});

describe('reference recordings', () => {
  it.skipIf(!hasSharedData)(
    `equals the index of the N-MNIST subset${NEEDS_SHARED_DATA}`,
    async () => {
      const index = JSON.parse(
        readFileSync(resolve(SHARED_DATA, 'nmnist_bin/NMNISTsmall_index.json'), 'utf8'),
      );
      expect(index.length).toBe(1100);
      for (const entry of index) {
        const report = await inspectSource(sharedSource(`nmnist_bin/NMNISTsmall/${entry.file}`));
        expect(report, entry.file).toMatchObject({
          format: 'atis-bin',
          width: 34,
          height: 34,
          events: entry.n_events,
          tFirstUs: entry.t_first,
          tLastUs: entry.t_last,
          onEvents: entry.on_events,
          sha256: entry.sha256_txyp,
          warnings: [],
        });
      }
    },
    120_000,
  );
});
