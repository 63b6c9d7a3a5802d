import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import {
  type EventTuple,
  eventTuples,
  hasSharedData,
  NEEDS_SHARED_DATA,
  sharedSource,
} from '../../testSupport.ts';
import { eventStreamFile } from './eventStreamFile.ts';

function file(type: number, data: number[], version = 2): Uint8Array {
  return Uint8Array.from([
    ...new TextEncoder().encode('Event Stream'),
    version,
    0,
    0,
    type,
    0x40,
    1,
    0xf0,
    0,
    ...data,
  ]);
}

const place = (x: number, y: number) => [x & 255, x >> 8, y & 255, y >> 8];
const decode = (bytes: Uint8Array) => collectEvents(eventStreamFile, memorySource('a.es', bytes));

/** Writes DVS events with overflow bytes for long pauses. */
function encodeDvs(events: EventTuple[]): number[] {
  let now = 0;
  return events.flatMap(([t, x, y, p]) => {
    const bytes: number[] = [];
    for (; t - now >= 127; now += 127) bytes.push(0xff);
    bytes.push(((t - now) << 1) | p, ...place(x, y));
    now = t;
    return bytes;
  });
}

describe('event stream', () => {
  it('returns what was written (DVS)', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 319 }),
      fc.integer({ min: 0, max: 239 }),
      fc.integer({ min: 0, max: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (unordered) => {
        const events = (unordered as EventTuple[]).sort((a, b) => a[0] - b[0]);
        const { events: read, orientation } = await decode(file(1, encodeDvs(events)));
        expect(eventTuples(read)).toEqual(events);
        expect(read.sensor).toEqual({ width: 320, height: 240 });
        expect(orientation).toBe('flipY');
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('ignores padding and keeps only changes of ATIS files', async () => {
    const dvs = await decode(file(1, [0xfe, 0xfe, (5 << 1) | 1, ...place(1, 2)]));
    expect(eventTuples(dvs.events)).toEqual([[5, 1, 2, 1]]);
    const steps = [
      0xfc | 2,
      (4 << 2) | 2,
      ...place(3, 4),
      (1 << 2) | 1,
      ...place(9, 9),
      (2 << 2) | 0,
      ...place(5, 6),
    ];
    expect(eventTuples((await decode(file(2, steps))).events)).toEqual([
      [130, 3, 4, 1],
      [133, 5, 6, 0],
    ]);
  });

  it('reads across chunk borders', async () => {
    const events = Array.from({ length: 120_000 }, (_, i): EventTuple => [i * 3, i % 320, i % 240, i & 1]);
    const { events: read } = await decode(file(1, [0xfe, ...encodeDvs(events)]));
    expect(read.tUs.length).toBe(events.length);
    expect(eventTuples(read).every((tuple, i) => tuple.every((value, k) => value === events[i][k]))).toBe(
      true,
    );
  });

  it.each([1, 2, 3, 4])('refuses an event of %d bytes at the end', async (length) => {
    const whole = encodeDvs([
      [1, 1, 1, 1],
      [2, 2, 2, 0],
    ]);
    const bytes = file(1, whole.slice(0, 5 + length));
    await expect(decode(bytes)).rejects.toMatchObject({ code: 'truncated-file', offset: 25 });
  });

  it('refuses other types and versions, and cut headers', async () => {
    for (const bytes of [file(0, []), file(4, []), file(3, []), file(1, [], 1)])
      await expect(decode(bytes)).rejects.toMatchObject({ code: 'unsupported-variant' });
    for (const length of [12, 15, 17, 19])
      await expect(decode(file(1, []).slice(0, length))).rejects.toMatchObject({ code: 'truncated-file' });
  });

  it.skipIf(!hasSharedData)(
    `refuses the generic reference file by its type${NEEDS_SHARED_DATA}`,
    async () => {
      const source = sharedSource('es/faery_generic.es');
      await expect(collectEvents(eventStreamFile, source)).rejects.toMatchObject({
        code: 'unsupported-variant',
        message: expect.stringContaining('generic'),
      });
    },
  );
});
