import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { type EventTuple, eventTuples } from '../../testSupport.ts';
import { mat } from './mat.ts';

const words = (...values: number[]) =>
  values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
const ascii = (text: string) => [...new TextEncoder().encode(text)];

/** An element with its tag, padded to eight bytes; four bytes and less go into the small form. */
function element(type: number, bytes: number[]): number[] {
  if (bytes.length <= 4 && type !== 14)
    return [...words((bytes.length << 16) | type), ...bytes, ...Array(4 - bytes.length).fill(0)];
  return [...words(type, bytes.length), ...bytes, ...Array((8 - (bytes.length % 8)) % 8).fill(0)];
}

const DOUBLE = 6;
const UINT16 = 11;

function matrix(name: string, arrayClass: number, dims: number[], content: number[], flags = 0): number[] {
  return element(14, [
    ...element(6, words(arrayClass | (flags << 8), 0)),
    ...element(5, words(...dims)),
    ...element(1, ascii(name)),
    ...content,
  ]);
}

function doubles(name: string, values: number[], flags = 0): number[] {
  const bytes = [...new Uint8Array(Float64Array.from(values).buffer)];
  return matrix(name, DOUBLE, [values.length, 1], element(9, bytes), flags);
}

function shorts(name: string, values: number[]): number[] {
  return matrix(
    name,
    UINT16,
    [1, values.length],
    element(4, [...new Uint8Array(Uint16Array.from(values).buffer)]),
  );
}

function struct(name: string, fields: Record<string, number[]>, dims = [1, 1]): number[] {
  const names = Object.keys(fields).flatMap((field) => [
    ...ascii(field),
    ...Array(16 - field.length).fill(0),
  ]);
  return matrix(name, 2, dims, [
    ...element(5, words(16)),
    ...element(1, names),
    ...Object.values(fields).flat(),
  ]);
}

function file(...variables: number[][]): Uint8Array {
  const header = ascii('MATLAB 5.0 MAT-file, written by a test').concat(Array(128).fill(0x20)).slice(0, 124);
  return Uint8Array.from([...header, 0, 1, 0x49, 0x4d, ...variables.flat()]);
}

const compressed = (variable: number[]) => {
  const bytes = [...deflateSync(Uint8Array.from(variable))];
  return [...words(15, bytes.length), ...bytes];
};

const decode = (bytes: Uint8Array) => collectEvents(mat, memorySource('a.mat', bytes));
const tuples = async (bytes: Uint8Array) => eventTuples((await decode(bytes)).events);

const EVENTS: EventTuple[] = [
  [10, 1, 30, 1],
  [20, 120, 7, 0],
  [30, 5, 100, 1],
];
const column = (i: number, add = 0) => EVENTS.map((event) => event[i] + add);

describe('mat', () => {
  it('reads variables, plain and compressed, in any order and storage type', async () => {
    const variables = [
      doubles('pol', column(3)),
      shorts('x', column(1)),
      doubles('ts', column(0)),
      shorts('y', column(2)),
    ];
    expect(await tuples(file(...variables))).toEqual(EVENTS);
    expect(await tuples(file(...variables.map(compressed)))).toEqual(EVENTS);
  });

  it('reads a struct TD, whose pixels count from 1, and leaves EM alone', async () => {
    const fields = (add: number) => ({
      x: doubles('', column(1, add)),
      y: doubles('', column(2, add)),
      ts: doubles('', column(0)),
      p: doubles('', column(3)),
    });
    expect(await tuples(file(struct('EM', fields(9)), struct('TD', fields(1))))).toEqual(EVENTS);
  });

  it('reads structs in structs', async () => {
    const polarity = struct('', {
      x: doubles('', column(1)),
      y: doubles('', column(2)),
      timeStamp: doubles('', column(0)),
      polarity: doubles('', column(3)),
    });
    const aedat = struct('aedat', { info: doubles('', [1]), data: struct('', { polarity }) });
    expect(await tuples(file(aedat))).toEqual(EVENTS);
  });

  it('passes over cells, text, complex arrays and arrays of structs', async () => {
    const others = [matrix('c', 1, [1, 1], doubles('', [1])), matrix('s', 4, [1, 2], element(16, [65, 66]))];
    const list = struct('list', { x: doubles('', [1]) }, [1, 2]);
    const events = [
      doubles('t', column(0)),
      doubles('x', column(1)),
      doubles('y', column(2)),
      doubles('p', column(3)),
    ];
    expect(await tuples(file(...others, list, doubles('z', [1, 2], 8), ...events))).toEqual(EVENTS);
  });
});

describe('distrust', () => {
  const events = [
    doubles('t', column(0)),
    doubles('x', column(1)),
    doubles('y', column(2)),
    doubles('p', column(3)),
  ];

  it('refuses files without events, and vectors of different lengths', async () => {
    await expect(decode(file(doubles('spiketrain', [1, 2])))).rejects.toMatchObject({ code: 'not-events' });
    const uneven = file(...events.slice(0, 3), doubles('p', [1]));
    await expect(decode(uneven)).rejects.toMatchObject({ code: 'damaged-file' });
  });

  it('ends every cut in an error with a code', async () => {
    const whole = file(compressed(events[0]), ...events.slice(1));
    for (let length = 0; length < whole.length; length += 7) {
      const codes = await decode(whole.slice(0, length)).then(
        () => 'read',
        (error) => error.code,
      );
      expect(codes, `${length} bytes`).toMatch(/^(truncated-file|damaged-file|not-events)$/);
    }
  });

  it('says how large a variable may be and what to do, without reading it', async () => {
    const head = file(words(14, 2 ** 30 + 8));
    const large = {
      name: 'long.mat',
      size: 2 ** 31,
      read: async (at: number, length: number) => head.slice(at, at + length),
    };
    await expect(collectEvents(mat, large)).rejects.toMatchObject({
      code: 'too-large',
      message:
        'long.mat has a variable of 1073741832 bytes; variables of Matlab files are held in memory, up to 1073741824 bytes.',
      hint: expect.stringContaining('-v7.3'),
      offset: 128,
    });
  });

  it('does not believe sizes, types and nesting', async () => {
    const huge = file(...events);
    huge.set(words(0xfffffff0), 132);
    await expect(decode(huge)).rejects.toMatchObject({ code: 'damaged-file', offset: 128 });
    let nested = doubles('', [1]);
    for (let depth = 0; depth < 20; depth++) nested = struct('', { a: nested });
    await expect(decode(file(nested))).rejects.toMatchObject({ code: 'damaged-file' });
    const garbage = file([...words(15, 4), 1, 2, 3, 4]);
    await expect(decode(garbage)).rejects.toMatchObject({ code: 'damaged-file' });
  });
});
