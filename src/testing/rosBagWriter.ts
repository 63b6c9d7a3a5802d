import { bzip2 } from './bzip2Writer.ts';
import type { WrittenEvent } from './eventFileWriters.ts';
import { ascii, sized, u16, u32 } from './littleEndian.ts';

/** A frame of one stored block; the byte 0x82 is the checksum of the two before it. */
export const lz4Frame = (data: number[]) => [
  ...u32(0x184d2204),
  0x60,
  0x40,
  0x82,
  ...u32(data.length + 2 ** 31),
  ...data,
  ...u32(0),
];

const CHUNKS = { none: (data: number[]) => data, lz4: lz4Frame, bz2: bzip2 };

function rosRecord(fields: Record<string, number[]>, data: number[]): number[] {
  const header = Object.entries(fields).flatMap(([name, value]) => sized([...ascii(`${name}=`), ...value]));
  return [...sized(header), ...sized(data)];
}

/** A ROS 1 bag of one message of events, in one chunk. */
export function rosBag(events: readonly WrittenEvent[], compression: keyof typeof CHUNKS): number[] {
  const body = events.flatMap(([t, x, y, p]) => [
    ...u16(x, y),
    ...u32(Math.floor(t / 1e6), (t % 1e6) * 1000),
    p,
  ]);
  const message = [...u32(1, 2, 3), ...sized(ascii('cam')), ...u32(480, 640, events.length), ...body];
  const connection = rosRecord(
    { op: [7], conn: u32(0), topic: ascii('/events') },
    sized(ascii('type=dvs_msgs/EventArray')),
  );
  const records = [...connection, ...rosRecord({ op: [2], conn: u32(0), time: Array(8).fill(0) }, message)];
  const chunk = { op: [5], compression: ascii(compression), size: u32(records.length) };
  const packed = CHUNKS[compression](records);
  return [
    ...ascii('#ROSBAG V2.0\n'),
    ...rosRecord({ op: [3] }, Array(20).fill(0x20)),
    ...rosRecord(chunk, packed),
  ];
}
