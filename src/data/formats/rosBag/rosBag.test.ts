import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { type EventTuple, eventTuples } from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';

const u16 = (value: number) => [value & 255, value >> 8];
const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
const ascii = (text: string) => [...new TextEncoder().encode(text)];
const sized = (bytes: number[]) => [...u32(bytes.length), ...bytes];

function record(fields: Record<string, number[]>, data: number[]): number[] {
  const header = Object.entries(fields).flatMap(([name, value]) => sized([...ascii(`${name}=`), ...value]));
  return [...sized(header), ...sized(data)];
}

const connection = (id: number, type: string) =>
  record({ op: [7], conn: u32(id), topic: ascii('/events') }, sized(ascii(`type=${type}`)));
const message = (id: number, data: number[]) =>
  record({ op: [2], conn: u32(id), time: Array(8).fill(0) }, data);
const chunk = (records: number[][], compression = 'none') =>
  record({ op: [5], compression: ascii(compression), size: u32(records.flat().length) }, records.flat());

function bag(...records: number[][]): Uint8Array {
  const head = record({ op: [3] }, Array(20).fill(0x20));
  return Uint8Array.from([...ascii('#ROSBAG V2.0\n'), ...head, ...records.flat()]);
}

const STAMP = [...u32(1), ...u32(2), ...u32(3), ...sized(ascii('cam'))];

function eventArray(events: EventTuple[], claimed = events.length): number[] {
  const body = events.flatMap(([t, x, y, p]) => [
    ...u16(x),
    ...u16(y),
    ...u32(Math.floor(t / 1e6)),
    ...u32((t % 1e6) * 1000 + 999),
    p,
  ]);
  return [...STAMP, ...u32(180), ...u32(240), ...u32(claimed), ...body];
}

function eventPacket(encoding: string, words: number[], isBigEndian = 0): number[] {
  return [
    ...STAMP,
    ...u32(480),
    ...u32(640),
    ...Array(16).fill(0),
    ...sized(ascii(encoding)),
    isBigEndian,
    ...sized(words.flatMap(u16)),
  ];
}

async function decode(bytes: Uint8Array) {
  const source = memorySource('a.bag', bytes);
  return collectEvents(await detectFormat(source), source);
}

const BZ2_RECORDS =
  '425a68393141592653594f5bb2f70000357fc8ffe2804401a0802223000000aea3dd200080040040002000741a994d13daa7a4f3540340d189b53daa0d2134d3403100000347052ce80e304bd513025060c827128a031ea044b3020d3020c69c8805273a6672798c0b5a9f5835a8bf4654191d71c52dad26ebff4586d4b230d6930c144c4841e3992d1ecbbe2808ab7b493086cfe2ee48a70a1209eb765ee0';
const DVS = 'dvs_msgs/EventArray';
const PACKET = 'event_camera_msgs/EventPacket';
const EVENTS: EventTuple[] = [
  [1_500_000_000_000_001, 1, 2, 1],
  [1_500_000_000_999_999, 239, 179, 0],
];

describe('ROS bag', () => {
  it('returns what was written as event arrays', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 50 }),
      fc.integer({ min: 0, max: 239 }),
      fc.integer({ min: 0, max: 179 }),
      fc.integer({ min: 0, max: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(event, { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        async (messages) => {
          const records = messages.map((events) => message(0, eventArray(events as EventTuple[])));
          const { events } = await decode(bag(chunk([connection(0, DVS), ...records])));
          expect(eventTuples(events)).toEqual(messages.flat());
          expect(events.sensor).toEqual({ width: 240, height: 180 });
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('reads chunks that are compressed with bz2, as rosbag compresses them', async () => {
    // libbz2's output for the records of a connection and a message of two events.
    const packed = Array.from(BZ2_RECORDS.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const { events } = await decode(bag(record({ op: [5], compression: ascii('bz2') }, packed)));
    expect(eventTuples(events)).toEqual([
      [1000, 5, 6, 1],
      [2500, 7, 8, 0],
    ]);
  });

  it('keeps the state of EVT3 from message to message, over chunks', async () => {
    const first = chunk([connection(0, PACKET), message(0, eventPacket('evt3', [0x8001, 0x6005, 0x0007]))]);
    const second = chunk([
      message(0, eventPacket('evt3', [0x2803])),
      message(0, eventPacket('evt3', [0x2004])),
    ]);
    expect(eventTuples((await decode(bag(first, second))).events)).toEqual([
      [4101, 3, 7, 1],
      [4101, 4, 7, 0],
    ]);
  });

  it('reads the first camera and passes over other messages', async () => {
    const records = [connection(0, 'sensor_msgs/Imu'), connection(1, DVS), connection(2, DVS)];
    const { events, warnings } = await decode(
      bag(
        chunk([
          ...records,
          message(0, [1, 2, 3]),
          message(1, eventArray(EVENTS)),
          message(2, eventArray(EVENTS)),
        ]),
      ),
    );
    expect(eventTuples(events)).toEqual(EVENTS);
    expect(warnings[0].message).toContain('2 cameras');
  });
});

describe('distrust', () => {
  it('refuses bags without events, unknown encodings, big-endian packets and unknown compression', async () => {
    const imu = bag(chunk([connection(0, 'sensor_msgs/Imu'), message(0, [])]));
    await expect(decode(imu)).rejects.toMatchObject({
      code: 'not-events',
      message: expect.stringContaining('Imu'),
    });
    const unsupported = [
      bag(chunk([connection(0, PACKET), message(0, eventPacket('libcaer', [1]))])),
      bag(chunk([connection(0, PACKET), message(0, eventPacket('evt3', [1], 1))])),
      bag(chunk([], 'zstd')),
    ];
    for (const bytes of unsupported)
      await expect(decode(bytes)).rejects.toMatchObject({ code: 'unsupported-variant' });
  });

  it('does not believe counts, and ends every cut in an error with a code', async () => {
    const lying = bag(chunk([connection(0, DVS), message(0, eventArray(EVENTS, 0x7fffffff))]));
    await expect(decode(lying)).rejects.toMatchObject({ code: 'damaged-file' });
    const whole = bag(chunk([connection(0, DVS), message(0, eventArray(EVENTS))]));
    for (let length = 14; length < whole.length; length += 3) {
      const code = await decode(whole.slice(0, length)).then(
        () => 'read',
        (error) => error.code,
      );
      expect(code, `${length} bytes`).toMatch(/^(truncated-file|damaged-file|not-events)$/);
    }
  });
});
