/** Event files of every format that is read, written by formulas of the formats and not by the decoders' own code. */
import { ascii, be, f64, le, sized, u16, u32 } from './littleEndian.ts';
import { lz4Frame, rosBag } from './rosBagWriter.ts';

export type WrittenEvent = [tUs: number, x: number, y: number, polarity: number];

/** What a format can hold: times and coordinates below these. */
export interface WriterLimits {
  timeUs: number;
  x: number;
  y: number;
}

export interface EventFileWriter {
  /** Id of the format, as the decoder has it. */
  format: string;
  /** What is particular about the file: a compression, a version. */
  variant: string;
  /** A name that the file would have. */
  name: string;
  limits: WriterLimits;
  /** @param events With times that never fall, at least one. */
  write(events: readonly WrittenEvent[]): Uint8Array;
}

const bytes = (...parts: (number | number[])[]) => Uint8Array.from(parts.flat());
const column = (events: readonly WrittenEvent[], index: number) => events.map((event) => event[index]);

const U16: WriterLimits = { timeUs: 2 ** 50, x: 0x10000, y: 0x10000 };

/** One record of AEDAT 1 and 2 of a DVS128: inverted polarity in bit 0. */
const dvs128 = ([t, x, y, p]: WrittenEvent, addressBytes: number) => [
  ...be((y << 8) | (x << 1) | (1 - p), addressBytes),
  ...be(t % 2 ** 32, 4),
];

function aedat3(events: readonly WrittenEvent[]): number[] {
  const packets = new Map<number, WrittenEvent[]>();
  for (const event of events) {
    const overflow = Math.floor(event[0] / 2 ** 31);
    packets.set(overflow, [...(packets.get(overflow) ?? []), event]);
  }
  return [...packets].flatMap(([overflow, some]) => [
    ...u16(1, 1),
    ...u32(8, 4, overflow, some.length, some.length, some.length),
    ...some.flatMap(([t, x, y, p]) => [...u32(x * 2 ** 17 + y * 4 + p * 2 + 1), ...u32(t % 2 ** 31)]),
  ]);
}

const AEDAT4_XML =
  '<dv version="2.0"><node name="outInfo"><node name="0"><attr key="typeIdentifier" type="string">EVTS</attr>' +
  '<node name="info"><attr key="sizeX" type="int">640</attr><attr key="sizeY" type="int">480</attr></node></node></node></dv>';

/** Frames of stored, not compressed, blocks. */
const FRAMES: Record<string, { method: number; frame(data: number[]): number[] }> = {
  none: { method: 0, frame: (data) => data },
  LZ4: { method: 1, frame: lz4Frame },
  Zstandard: {
    method: 3,
    frame: (data) => [...u32(0xfd2fb528), 0x00, 0x58, ...le(1 + data.length * 8, 3), ...data],
  },
};

function aedat4(events: readonly WrittenEvent[], compression: string): number[] {
  const { method, frame } = FRAMES[compression];
  const text = ascii(AEDAT4_XML);
  const tables = [...u16(10, 20, 4, 8, 16), 0, 0];
  const root = [...u32(20), ...ascii('IOHE'), ...tables];
  const header = (tableAt: number) =>
    sized([...root, ...u32(12, method), ...le(tableAt, 8), ...u32(4), ...sized(text), 0]);
  const structs = events.flatMap(([t, x, y, p]) => [...le(t, 8), ...u16(x, y), p, 0, 0, 0]);
  const packet = [...u32(16), ...ascii('EVTS'), ...u16(6, 8, 4, 0), ...u32(8, 4, events.length), ...structs];
  const data = [...u32(0), ...sized(frame(sized(packet)))];
  const magic = ascii('#!AER-DAT4.0\r\n');
  return [...magic, ...header(magic.length + header(0).length + data.length), ...data];
}

const evt2Word = (type: number, t: number, x: number, y: number) =>
  type * 2 ** 28 + (t % 64) * 2 ** 22 + x * 2 ** 11 + y;
const evt2High = (t: number) => 8 * 2 ** 28 + Math.floor(t / 64);

function evt3(events: readonly WrittenEvent[]): number[] {
  // TIME_HIGH is written for every round of its 12 bits, or a long pause would look like a short one.
  let high = -1;
  return events.flatMap(([t, x, y, p]) => {
    const words: number[] = [];
    const target = Math.floor(t / 4096);
    if (high < 0) high = Math.max(0, target - 1);
    while (high < target) words.push(0x8000 | (++high & 0xfff));
    words.push(0x8000 | (target & 0xfff), 0x6000 | (t % 4096), y, 0x2000 | (p << 11) | x);
    return words.flatMap((word) => u16(word));
  });
}

function eventStream(events: readonly WrittenEvent[], isAtis: boolean): number[] {
  const [most, pause] = isAtis ? [63, 0xfd] : [127, 0xff];
  let now = 0;
  return events.flatMap(([t, x, y, p]) => {
    const waits: number[] = [];
    for (; t - now >= most; now += most) waits.push(pause);
    const first = isAtis ? ((t - now) << 2) | (p ? 2 : 0) : ((t - now) << 1) | p;
    now = t;
    return [...waits, first, ...u16(x, y)];
  });
}

const eventStreamHeader = (type: number) => [...ascii('Event Stream'), 2, 0, 0, type, ...u16(640, 480)];

export function npyBytes(descr: string, shape: number[], data: number[]): number[] {
  const shapeText = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shapeText}), }\n`;
  return [0x93, ...ascii('NUMPY'), 1, 0, ...u16(header.length), ...ascii(header), ...data];
}

const NPY_RECORD = "[('t', '<u8'), ('x', '<u2'), ('y', '<u2'), ('p', '|b1')]";
const npyRecords = (events: readonly WrittenEvent[]) =>
  npyBytes(
    NPY_RECORD,
    [events.length],
    events.flatMap(([t, x, y, p]) => [...le(t, 8), ...u16(x, y), p]),
  );

/** CRC-32 of zip members. */
function crc32(data: number[]): number {
  let crc = 0xffffffff;
  for (const value of data) {
    crc ^= value;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A zip archive of stored members. */
function zip(members: Record<string, number[]>): number[] {
  const local: number[] = [];
  const central: number[] = [];
  for (const [name, data] of Object.entries(members)) {
    const common = [
      ...u16(20, 0, 0, 0, 0),
      ...u32(crc32(data), data.length, data.length),
      ...u16(name.length, 0),
    ];
    central.push(
      ...u32(0x02014b50),
      ...u16(20),
      ...common,
      ...u16(0, 0, 0),
      ...u32(0, local.length),
      ...ascii(name),
    );
    local.push(...u32(0x04034b50), ...common, ...ascii(name), ...data);
  }
  const count = Object.keys(members).length;
  const end = [...u16(0, 0, count, count), ...u32(central.length, local.length), ...u16(0)];
  return [...local, ...central, ...u32(0x06054b50), ...end];
}

/** An element of a Matlab file with its tag, padded to eight bytes. */
function matElement(type: number, data: number[]): number[] {
  if (data.length <= 4 && type !== 14)
    return [...u32(data.length * 2 ** 16 + type), ...data, ...Array(4 - data.length).fill(0)];
  return [...u32(type, data.length), ...data, ...Array((8 - (data.length % 8)) % 8).fill(0)];
}

const matVector = (name: string, values: number[]) =>
  matElement(14, [
    ...matElement(6, u32(6, 0)),
    ...matElement(5, u32(values.length, 1)),
    ...matElement(1, ascii(name)),
    ...matElement(9, f64(values)),
  ]);

const RAW = (encoding: string) => ascii(`% evt ${encoding}\n% geometry 2048x2048\n% end\n`);
const SENSOR: WriterLimits = { timeUs: 2 ** 50, x: 640, y: 480 };

/** A writer of every readable format but HDF5, whose files only its own library writes. */
export const EVENT_FILE_WRITERS: readonly EventFileWriter[] = [
  ...(['none', 'lz4', 'bz2'] as const).map((compression) => ({
    format: 'ros-bag',
    variant: `event arrays, ${compression}`,
    name: 'a.bag',
    limits: { ...SENSOR, timeUs: 2 ** 31 * 1e6 },
    write: (events: readonly WrittenEvent[]) => Uint8Array.from(rosBag(events, compression)),
  })),
  ...Object.keys(FRAMES).map((compression) => ({
    format: 'aedat4',
    variant: compression,
    name: 'a.aedat4',
    limits: SENSOR,
    write: (events: readonly WrittenEvent[]) => bytes(aedat4(events, compression)),
  })),
  {
    format: 'aedat3',
    variant: '3.1',
    name: 'a.aedat',
    limits: { timeUs: 2 ** 40, x: 0x8000, y: 0x8000 },
    write: (events) => bytes(ascii('#!AER-DAT3.1\r\n#Format: RAW\r\n#!END-HEADER\r\n'), aedat3(events)),
  },
  ...[1, 2].map((version) => ({
    format: 'aedat2',
    variant: `${version}.0, DVS128`,
    name: 'a.aedat',
    limits: { timeUs: 2 ** 32, x: 128, y: 128 },
    write: (events: readonly WrittenEvent[]) =>
      bytes(
        ascii(`#!AER-DAT${version}.0\r\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n`),
        events.flatMap((event) => dvs128(event, 2 * version)),
      ),
  })),
  {
    format: 'prophesee-dat',
    variant: 'version 2',
    name: 'a.dat',
    limits: { timeUs: 2 ** 32, x: 0x4000, y: 0x4000 },
    write: (events) =>
      bytes(
        ascii('% Version 2\n% Width 16384\n% Height 16384\n'),
        [0x0c, 8],
        events.flatMap(([t, x, y, p]) => u32(t, p * 2 ** 28 + y * 2 ** 14 + x)),
      ),
  },
  {
    format: 'prophesee-evt2',
    variant: '',
    name: 'a.raw',
    limits: { timeUs: 2 ** 34, x: 0x800, y: 0x800 },
    write: (events) =>
      bytes(
        RAW('2.0'),
        events.flatMap(([t, x, y, p]) => u32(evt2High(t), evt2Word(p, t, x, y))),
      ),
  },
  {
    format: 'prophesee-evt21',
    variant: 'one event per word',
    name: 'a.raw',
    limits: { timeUs: 2 ** 34, x: 0x800, y: 0x800 },
    write: (events) =>
      bytes(
        RAW('2.1'),
        events.flatMap(([t, x, y, p]) => u32(0, evt2High(t), 2 ** (x % 32), evt2Word(p, t, x - (x % 32), y))),
      ),
  },
  {
    format: 'prophesee-evt3',
    variant: 'single events',
    name: 'a.raw',
    limits: { timeUs: 2 ** 24, x: 0x800, y: 0x800 },
    write: (events) => bytes(RAW('3.0'), evt3(events)),
  },
  ...[false, true].map((isAtis) => ({
    format: 'event-stream',
    variant: isAtis ? 'ATIS' : 'DVS',
    name: 'a.es',
    limits: { timeUs: 2 ** 16, x: 640, y: 480 },
    write: (events: readonly WrittenEvent[]) =>
      bytes(eventStreamHeader(isAtis ? 2 : 1), eventStream(events, isAtis)),
  })),
  {
    format: 'npy',
    variant: 'records',
    name: 'a.npy',
    limits: U16,
    write: (events) => bytes(npyRecords(events)),
  },
  {
    format: 'npz',
    variant: 't, x, y, p',
    name: 'a.npz',
    limits: U16,
    write: (events) =>
      bytes(
        zip({
          't.npy': npyBytes(
            "'<u8'",
            [events.length],
            column(events, 0).flatMap((t) => le(t, 8)),
          ),
          'x.npy': npyBytes("'<u2'", [events.length], u16(...column(events, 1))),
          'y.npy': npyBytes("'<u2'", [events.length], u16(...column(events, 2))),
          'p.npy': npyBytes("'|u1'", [events.length], column(events, 3)),
        }),
      ),
  },
  {
    format: 'mat5',
    variant: 'vectors',
    name: 'a.mat',
    limits: U16,
    write: (events) =>
      bytes(
        ascii('MATLAB 5.0 MAT-file'.padEnd(124)),
        [0, 1, 0x49, 0x4d],
        ['ts', 'x', 'y', 'pol'].flatMap((name, i) => matVector(name, column(events, i))),
      ),
  },
  {
    format: 'text',
    variant: 'named columns',
    name: 'a.csv',
    limits: U16,
    write: (events) => bytes(ascii(`t,x,y,p\n${events.map((event) => `${event.join(',')}\n`).join('')}`)),
  },
  {
    format: 'atis-bin',
    variant: '',
    name: 'a.bin',
    limits: { timeUs: 2 ** 23, x: 256, y: 240 },
    write: (events) => bytes(events.flatMap(([t, x, y, p]) => [x, y, ...be(p * 2 ** 23 + t, 3)])),
  },
];
