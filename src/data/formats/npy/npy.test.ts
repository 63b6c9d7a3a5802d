import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { type EventTuple, eventTuples } from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';
import { numberReader } from './npyArray.ts';

function npyFile(
  descr: string,
  shape: number[],
  data: Uint8Array,
  options: { fortran?: boolean; version?: number } = {},
) {
  const { fortran = false, version = 1 } = options;
  const shapeText = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  let header = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shapeText}, }`;
  const lengthBytes = version === 1 ? 2 : 4;
  header = `${header.padEnd(Math.ceil((header.length + 9 + lengthBytes) / 64) * 64 - 9 - lengthBytes)}\n`;
  const length = Array.from({ length: lengthBytes }, (_, i) => Math.floor(header.length / 256 ** i) % 256);
  const start = [
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    version,
    0,
    ...length,
    ...new TextEncoder().encode(header),
  ];
  return Uint8Array.from([...start, ...data]);
}

function float64Rows(rows: number[][]): Uint8Array {
  return new Uint8Array(Float64Array.from(rows.flat()).buffer);
}

function int64(values: number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}

async function decode(bytes: Uint8Array, name = 'a.npy') {
  const source = memorySource(name, bytes);
  return collectEvents(await detectFormat(source), source);
}

const tuples = async (bytes: Uint8Array, name?: string) => eventTuples((await decode(bytes, name)).events);

const EVENTS: EventTuple[] = [
  [1000, 3, 30, 1],
  [1500, 120, 7, 0],
  [999_999, 5, 100, 1],
];

describe('npy', () => {
  it('reads packed, padded and big-endian records by field name', async () => {
    const packed = Uint8Array.from(EVENTS.flatMap(([t, x, y, p]) => [x, 0, y, 0, ...int64([t]), p]));
    expect(
      await tuples(npyFile("[('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '|b1')]", [3], packed)),
    ).toEqual(EVENTS);
    const padded = Uint8Array.from(EVENTS.flatMap(([t, x, y, p]) => [...int64([t]), x, 0, y, 0, p, 0, 0, 0]));
    const type = "[('t', '<i8'), ('x', '<i2'), ('y', '<i2'), ('p', '|u1'), ('', '|V3')]";
    expect(await tuples(npyFile(type, [3], padded, { version: 2 }))).toEqual(EVENTS);
    const big = Uint8Array.from(EVENTS.flatMap(([t, x, y, p]) => [...int64([t]).reverse(), 0, x, 0, y, p]));
    expect(
      await tuples(npyFile("[('ts', '>u8'), ('x', '>u2'), ('y', '>u2'), ('pol', '|i1')]", [3], big)),
    ).toEqual(EVENTS);
  });

  it('finds the columns of unnamed rows in each order in use, row by row and column by column', async () => {
    const orders = [
      [0, 1, 2, 3],
      [1, 2, 3, 0],
      [1, 2, 0, 3],
    ];
    for (const order of orders) {
      const rows = EVENTS.map((event) => order.map((i) => event[i]));
      expect(await tuples(npyFile("'<f8'", [3, 4], float64Rows(rows)))).toEqual(EVENTS);
      const columns = order.map((i) => EVENTS.map((event) => event[i]));
      expect(await tuples(npyFile("'<f8'", [3, 4], float64Rows(columns), { fortran: true }))).toEqual(EVENTS);
    }
  });

  it('reads four rows of numbers as well as four columns', async () => {
    const many = Array.from({ length: 9 }, (_, i): EventTuple => [i * 1000 + 1, i, 2 * i, i % 2]);
    const rows = [0, 1, 2, 3].map((i) => many.map((event) => event[i]));
    expect(await tuples(npyFile("'<f8'", [4, 9], float64Rows(rows)))).toEqual(many);
    const columns = many.map((event) => [...event]);
    expect(await tuples(npyFile("'<f8'", [4, 9], float64Rows(columns), { fortran: true }))).toEqual(many);
  });

  it.each([1, 2, 3])('reads headers of version %i, in either order of bytes', async (version) => {
    const little = new Uint8Array(Int32Array.from(EVENTS.flat()).buffer);
    expect(await tuples(npyFile("'<i4'", [3, 4], little, { version }))).toEqual(EVENTS);
    const big = Uint8Array.from(
      EVENTS.flat().flatMap((value) => [0, value >> 16, (value >> 8) & 255, value & 255]),
    );
    expect(await tuples(npyFile("'>i4'", [3, 4], big, { version }))).toEqual(EVENTS);
  });

  it('takes the fields of records by name in any order, past others', async () => {
    const data = Uint8Array.from(
      EVENTS.flatMap(([t, x, y, p]) => [
        p,
        9,
        9,
        ...new Uint8Array(Float32Array.of(x, y).buffer),
        ...int64([t]),
      ]),
    );
    const type = "[('polarity', '|b1'), ('sector', '<i2'), ('x', '<f4'), ('y', '<f4'), ('timestamp', '<i8')]";
    expect(await tuples(npyFile(type, [3], data))).toEqual(EVENTS);
  });

  it.each([
    ['seconds', 1e-6],
    ['milliseconds', 1e-3],
    ['microseconds', 1],
  ])('takes times in %s', async (_, unit) => {
    const rows = EVENTS.map(([t, ...rest]) => [t * unit + 0, ...rest]);
    // One time with a part that only microseconds resolve, or whole thousandths would pass for milliseconds.
    rows[1][0] = 1501 * unit;
    const expected = EVENTS.map((event): EventTuple => (event[0] === 1500 ? [1501, 120, 7, 0] : event));
    expect(await tuples(npyFile("'<f8'", [3, 4], float64Rows(rows)))).toEqual(expected);
  });

  it('takes polarities -1/+1 and 1/2', async () => {
    for (const [off, on] of [
      [-1, 1],
      [1, 2],
    ]) {
      const rows = EVENTS.map(([t, x, y, p]) => [t, x, y, p ? on : off]);
      expect(await tuples(npyFile("'<f8'", [3, 4], float64Rows(rows)))).toEqual(EVENTS);
    }
  });

  it('returns what was written', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 52 }),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 30 }), async (events) => {
        const data = Uint8Array.from(
          events.flatMap(([t, x, y, p]) => [...int64([t]), x & 255, x >> 8, y & 255, y >> 8, p]),
        );
        const type = "[('t', '<u8'), ('x', '<u2'), ('y', '<u2'), ('p', '?')]".replace("'?'", "'|b1'");
        expect(await tuples(npyFile(type, [events.length], data))).toEqual(events);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('reads half floats', () => {
    const reader = numberReader('<f2');
    const view = new DataView(
      Uint8Array.of(0x00, 0x3c, 0x01, 0x00, 0x00, 0xc5, 0x00, 0x7c, 0x01, 0x7e).buffer,
    );
    expect([0, 2, 4, 6, 8].map((at) => reader?.read(view, at))).toEqual([1, 2 ** -24, -5, Infinity, NaN]);
  });
});

describe('distrust', () => {
  const type = "[('t', '<i8'), ('x', '<i2'), ('y', '<i2'), ('p', '|u1')]";
  const data = Uint8Array.from(EVENTS.flatMap(([t, x, y, p]) => [...int64([t]), x, 0, y, 0, p]));

  it('a shape beyond the data is refused without allocating it, the rows that are there can be kept', async () => {
    for (const rows of [4, 2 ** 40]) {
      const bytes = npyFile(type, [rows], data);
      await expect(decode(bytes)).rejects.toMatchObject({ code: 'truncated-file', offset: bytes.length });
      const source = memorySource('a.npy', bytes);
      const kept = await collectEvents(await detectFormat(source), source, { keepDamaged: true });
      expect(eventTuples(kept.events)).toEqual(EVENTS);
    }
  });

  it.each([
    ["'|O'", 'unsupported-variant'],
    ["'<c16'", 'unsupported-variant'],
    ["'<M8[us]'", 'unsupported-variant'],
    ["'<U8'", 'unsupported-variant'],
    ["[('t', '<i8', (2,)), ('x', '<i2')]", 'unsupported-variant'],
  ])('type %s is refused', async (descr, code) => {
    await expect(decode(npyFile(descr, [1, 4], data))).rejects.toMatchObject({ code });
  });

  it.each([[[3]], [[3, 2]], [[4]], [[1, 2 ** 33]], [[3, 100_000]], [[2, 3, 34, 34]], [[]]])(
    'shape %j is refused',
    async (shape) => {
      await expect(decode(npyFile("'<f8'", shape, new Uint8Array(100_000)))).rejects.toMatchObject({
        code: 'not-events',
      });
    },
  );

  it('damaged headers, coordinates that are none, columns that cannot be told', async () => {
    const broken = npyFile(type, [3], data);
    broken[12] = 0x58;
    await expect(decode(broken)).rejects.toMatchObject({ code: 'damaged-file' });
    await expect(decode(broken.slice(0, 9))).rejects.toMatchObject({ code: 'truncated-file' });
    const fractions = EVENTS.map(([t, x, y, p]) => [t, x + 0.5, y, p]);
    await expect(decode(npyFile("'<f8'", [3, 4], float64Rows(fractions)))).rejects.toMatchObject({
      code: 'bad-column',
    });
    const negative = EVENTS.map(([t, x, y, p]) => [t, -x, y, p]);
    await expect(decode(npyFile("'<f8'", [3, 4], float64Rows(negative)))).rejects.toMatchObject({
      code: 'bad-column',
    });
    const noPolarity = EVENTS.map(([t, x, y], i) => [t, x, y, i]);
    await expect(decode(npyFile("'<f8'", [3, 4], float64Rows(noPolarity)))).rejects.toMatchObject({
      code: 'unknown-columns',
    });
  });
});

describe('npz', () => {
  async function npzOf(arrays: Record<string, Uint8Array>, level = 0): Promise<Uint8Array> {
    const writer = new ZipWriter(new BlobWriter(), { level, useWebWorkers: false });
    for (const [name, bytes] of Object.entries(arrays))
      await writer.add(`${name}.npy`, new BlobReader(new Blob([bytes as Uint8Array<ArrayBuffer>])));
    return new Uint8Array(await (await writer.close()).arrayBuffer());
  }
  const column = (i: number) => npyFile("'<i8'", [3], int64(EVENTS.map((event) => event[i])));

  it('joins t, x, y, p, stored and deflated, and ignores other arrays', async () => {
    const arrays = {
      t: column(0),
      x: column(1),
      y: column(2),
      p: column(3),
      label: npyFile("'<i8'", [1], int64([4])),
    };
    for (const level of [0, 6]) expect(await tuples(await npzOf(arrays, level), 'a.npz')).toEqual(EVENTS);
  });

  it('reads one array that is a table of events, and passes over labels beside it', async () => {
    const rows = npyFile("'<f8'", [3, 4], float64Rows(EVENTS.map((event) => [...event])));
    expect(
      await tuples(await npzOf({ events: rows, label: npyFile("'<i8'", [1], int64([4])) }), 'a.npz'),
    ).toEqual(EVENTS);
    const data = Uint8Array.from(EVENTS.flatMap(([t, x, y, p]) => [x, 0, y, 0, ...int64([t]), p]));
    const records = npyFile("[('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '|b1')]", [3], data);
    expect(await tuples(await npzOf({ event_data: records }, 6), 'a.npz')).toEqual(EVENTS);
    await expect(decode(await npzOf({ a: rows, b: rows }), 'a.npz')).rejects.toMatchObject({
      code: 'not-events',
    });
  });

  it('rounds nanoseconds of 64 bits down, exactly', async () => {
    const times = npyFile(
      "'<u8'",
      [2],
      new Uint8Array(BigUint64Array.of(1645793388095964999n, 1645793388095965000n).buffer),
    );
    const pixel = npyFile("'|u1'", [2], Uint8Array.of(1, 0));
    const archive = await npzOf({ t: times, x: pixel, y: pixel, p: pixel });
    expect((await tuples(archive, 'a.npz')).map(([t]) => t)).toEqual([1645793388095964, 1645793388095965]);
    const data = Uint8Array.from(
      [1645793388095964999n, 1645793388095965000n].flatMap((t) => [
        ...new Uint8Array(BigUint64Array.of(t).buffer),
        1,
        1,
        1,
      ]),
    );
    const records = npyFile("[('t', '<u8'), ('x', '|u1'), ('y', '|u1'), ('p', '|u1')]", [2], data);
    expect((await tuples(records)).map(([t]) => t)).toEqual([1645793388095964, 1645793388095965]);
  });

  it('merges pos and neg by step, in stable order', async () => {
    const rows = (values: number[][]) => npyFile("'<i8'", [values.length, 3], int64(values.flat()));
    const pos = rows([
      [1, 2, 1],
      [3, 4, 3],
    ]);
    const neg = rows([
      [5, 6, 1],
      [7, 8, 2],
    ]);
    const { events, warnings } = await decode(await npzOf({ pos, neg }), 'a.npz');
    expect(eventTuples(events)).toEqual([
      [1, 1, 2, 1],
      [1, 5, 6, 0],
      [2, 7, 8, 0],
      [3, 3, 4, 1],
    ]);
    expect(warnings[0].message).toContain('step numbers');
  });

  it('refuses frames, missing columns and columns of different lengths', async () => {
    const frames = await npzOf({ frames: npyFile("'<f8'", [2, 4, 3, 3], new Uint8Array(576)) });
    await expect(decode(frames, 'a.npz')).rejects.toMatchObject({
      code: 'not-events',
      hint: expect.stringContaining('T x C x H x W'),
    });
    await expect(decode(await npzOf({ t: column(0), x: column(1) }))).rejects.toMatchObject({
      code: 'not-events',
    });
    const short = npyFile("'<i8'", [2], int64([1, 2]));
    const uneven = await npzOf({ t: column(0), x: column(1), y: short, p: column(3) });
    await expect(decode(uneven)).rejects.toMatchObject({ code: 'damaged-file' });
  });
});
