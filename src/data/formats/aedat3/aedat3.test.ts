import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { type EventTuple, eventTuples } from '../../testSupport.ts';
import { aedat3 } from './aedat3.ts';

const HEADER = '#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n';

interface PacketOptions {
  type?: number;
  source?: number;
  overflow?: number;
  valid?: number;
  /** Validity bit of each event; default all 1. */
  validBits?: number[];
  /** Written in place of the true number of events. */
  claimed?: number;
  capacity?: number;
  eventBytes?: number;
}

function packet(events: EventTuple[], options: PacketOptions = {}): number[] {
  const { type = 1, source = 1, overflow = 0, validBits, claimed = events.length } = options;
  const view = new DataView(new ArrayBuffer(28 + events.length * 8));
  view.setInt16(0, type, true);
  view.setInt16(2, source, true);
  view.setInt32(4, options.eventBytes ?? 8, true);
  view.setInt32(12, overflow, true);
  view.setInt32(16, options.capacity ?? claimed, true);
  view.setInt32(20, claimed, true);
  view.setInt32(24, options.valid ?? claimed, true);
  for (const [i, [t, x, y, p]] of events.entries()) {
    view.setUint32(28 + i * 8, ((x << 17) | (y << 2) | (p << 1) | (validBits?.[i] ?? 1)) >>> 0, true);
    view.setInt32(32 + i * 8, t, true);
  }
  return [...new Uint8Array(view.buffer)];
}

const file = (packets: number[][], header = HEADER) =>
  Uint8Array.from([...new TextEncoder().encode(header), ...packets.flat()]);
const decode = (bytes: Uint8Array) => collectEvents(aedat3, memorySource('a.aedat', bytes));

describe('aedat3', () => {
  it('returns what was written, over packet borders and clock overflows', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      fc.integer({ min: 0, max: 0x7fff }),
      fc.integer({ min: 0, max: 0x7fff }),
      fc.integer({ min: 0, max: 1 }),
    );
    const events = fc.array(event, { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(events, events, fc.integer({ min: 0, max: 3 }), async (first, second, overflow) => {
        const written = [...first, ...second.map(([t, ...rest]) => [t + overflow * 2 ** 31, ...rest])];
        const bytes = file([packet(first as EventTuple[]), packet(second as EventTuple[], { overflow })]);
        expect(eventTuples((await decode(bytes)).events)).toEqual(written);
      }),
      { seed: 1, numRuns: 80 },
    );
  });

  const two: EventTuple[] = [
    [1, 2, 3, 1],
    [4, 5, 6, 0],
  ];

  it('skips other packet types and empty packets', async () => {
    const bytes = file([packet(two, { type: 0 }), packet([]), packet(two), packet(two, { type: 3 })]);
    expect(eventTuples((await decode(bytes)).events)).toEqual(two);
  });

  it('skips frames, IMU samples and packets of any other type by their size', async () => {
    // Special, frame, IMU 6, IMU 9, and one of a user's own: eventSize times number bytes of anything.
    const others = [
      [0, 8],
      [2, 136],
      [3, 36],
      [4, 48],
      [100, 13],
    ].map(([type, eventBytes]) => [
      ...packet([], { type, eventBytes, claimed: 3 }),
      ...Array(eventBytes * 3).fill(0xff),
    ]);
    const bytes = file([others[0], others[1], packet(two), ...others.slice(2), packet(two, { overflow: 1 })]);
    const later = two.map(([t, ...rest]) => [t + 2 ** 31, ...rest]);
    expect(eventTuples((await decode(bytes)).events)).toEqual([...two, ...later]);
  });

  it('finds the next packet with and without room for the capacity', async () => {
    const close = file([packet(two, { capacity: 6 }), packet(two)]);
    expect(eventTuples((await decode(close)).events)).toEqual([...two, ...two]);
    const room = Array(4 * 8).fill(0xee);
    const padded = file([[...packet(two, { capacity: 6 }), ...room], packet(two)]);
    expect(eventTuples((await decode(padded)).events)).toEqual([...two, ...two]);
    const last = file([packet(two), [...packet(two, { capacity: 6 }), ...room]]);
    expect(eventTuples((await decode(last)).events)).toEqual([...two, ...two]);
  });

  it('heeds the validity bit only when a packet says that events are invalid', async () => {
    const sloppy = await decode(file([packet(two, { validBits: [0, 0] })]));
    expect(sloppy.events.tUs).toHaveLength(2);
    const marked = await decode(file([packet(two, { validBits: [1, 0], valid: 1 })]));
    expect(eventTuples(marked.events)).toEqual([two[0]]);
    expect(marked.warnings[0].message).toContain('1 events');
  });

  it('reads one camera of several and says so', async () => {
    const { events, warnings } = await decode(file([packet(two), packet([[9, 9, 9, 1]], { source: 2 })]));
    expect(eventTuples(events)).toEqual(two);
    expect(warnings[0].message).toContain('2 cameras');
  });

  it('knows the origin of version 3.0', async () => {
    const old = file([packet(two)], HEADER.replace('3.1', '3.0').replace('#!END-HEADER\r\n', ''));
    expect((await decode(old)).orientation).toBe('flipY');
    expect((await decode(file([packet(two)]))).orientation).toBe('identity');
  });

  it.each([1, 27, 28, 29, 35, 36, 43])(
    'a last packet of %d bytes is refused, what is whole can be kept',
    async (left) => {
      const bytes = file([packet(two), packet(two).slice(0, left)]);
      await expect(decode(bytes)).rejects.toMatchObject({ code: 'truncated-file', offset: bytes.length });
      const kept = await collectEvents(aedat3, memorySource('a', bytes), { keepDamaged: true });
      expect(kept.events.tUs).toHaveLength(2 + Math.max(0, Math.floor((left - 28) / 8)));
    },
  );

  it('does not believe counts: huge, negative, or with events of no size', async () => {
    const start = HEADER.length;
    await expect(decode(file([packet(two, { claimed: 0x7fffffff })]))).rejects.toMatchObject({
      code: 'truncated-file',
    });
    const negative = file([packet(two, { claimed: -1 })]);
    await expect(decode(negative)).rejects.toMatchObject({ code: 'damaged-file', offset: start });
    const sizeless = file([packet(two)]);
    sizeless[start + 4] = 0;
    await expect(decode(sizeless)).rejects.toMatchObject({ code: 'damaged-file', offset: start });
  });

  it('refuses compressed formats by name', async () => {
    const packed = file([], HEADER.replace('RAW', 'Serial-TS'));
    await expect(decode(packed)).rejects.toMatchObject({ code: 'unsupported-variant' });
  });
});
