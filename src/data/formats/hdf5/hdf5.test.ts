import * as h5 from 'h5wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import {
  type EventTuple,
  eventTuples,
  hasSharedData,
  NEEDS_SHARED_DATA,
  sharedSource,
} from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';
import { hdf5 } from './hdf5.ts';
import { installFilters } from './hdf5Filters.ts';
import { withHdf5File } from './hdf5Library.ts';

const EVENTS: EventTuple[] = [
  [1000, 3, 30, 1],
  [1501, 120, 7, 0],
  [999_999, 5, 100, 1],
];
const column = (i: number) => EVENTS.map((event) => event[i]);
const column0 = () => column(0);

let fs: Awaited<typeof h5.ready>['FS'];
beforeAll(async () => {
  fs = (await h5.ready).FS;
});

/** Writes a file with the library and returns its bytes. */
function write(fill: (file: h5.File) => void): Uint8Array {
  const file = new h5.File('written.h5', 'w');
  fill(file);
  file.close();
  const bytes = fs.readFile('written.h5').slice();
  fs.unlink('written.h5');
  return bytes;
}

async function decode(bytes: Uint8Array) {
  const source = memorySource('a.h5', bytes);
  return collectEvents(await detectFormat(source), source);
}

/** DSEC's layout. */
function groupOfColumns(file: h5.File, name = 'events'): void {
  const group = file.create_group(name);
  group.create_dataset({ name: 't', data: new Uint32Array(column(0)) });
  group.create_dataset({ name: 'x', data: new Uint16Array(column(1)) });
  group.create_dataset({ name: 'y', data: new Uint16Array(column(2)) });
  group.create_dataset({ name: 'p', data: new Uint8Array(column(3)) });
}

describe('hdf5', () => {
  it('reads a group of columns, with and without an offset of time', async () => {
    expect(eventTuples((await decode(write(groupOfColumns))).events)).toEqual(EVENTS);
    const shifted = write((file) => {
      groupOfColumns(file);
      file.create_dataset({ name: 't_offset', data: new BigInt64Array([5_000_000_000n]), shape: [] });
    });
    expect((await decode(shifted)).events.tUs).toEqual(Float64Array.from(column(0), (t) => t + 5e9));
  });

  it('reads rows of four numbers in seconds, compressed in chunks', async () => {
    const bytes = write((file) => {
      const rows = EVENTS.flatMap(([t, x, y, p]) => [x, y, t / 1e6, p ? 1 : -1]);
      const data = new Float64Array(rows);
      const left = file.create_group('davis').create_group('left');
      left.create_dataset({
        name: 'events',
        data,
        shape: [3, 4],
        chunks: [2, 4],
        compression: 'gzip',
        compression_opts: [4],
      });
    });
    expect(eventTuples((await decode(bytes)).events)).toEqual(EVENTS);
  });

  it('reads vectors of two axes, as Matlab 7.3 writes them; pixels of a structure TD count from 1', async () => {
    const bytes = write((file) => {
      const group = file.create_group('TD');
      const column = (name: string, data: number[], shape: number[]) =>
        group.create_dataset({ name, data: new Float64Array(data), shape });
      column('ts', column0(), [1, 3]);
      column(
        'x',
        EVENTS.map(([, x]) => x + 1),
        [1, 3],
      );
      column(
        'y',
        EVENTS.map(([, , y]) => y + 1),
        [3, 1],
      );
      column(
        'p',
        EVENTS.map(([, , , p]) => (p ? 1 : -1)),
        [1, 3],
      );
    });
    expect(eventTuples((await decode(bytes)).events)).toEqual(EVENTS);
  });

  it('rounds nanoseconds of 64 bits down, exactly', async () => {
    const bytes = write((file) => {
      const group = file.create_group('events');
      const times = [1645793388095964999n, 1645793388095965000n];
      group.create_dataset({ name: 't', data: new BigUint64Array(times) });
      for (const name of ['x', 'y', 'p']) group.create_dataset({ name, data: new Uint16Array([1, 0]) });
    });
    const { tUs } = (await decode(bytes)).events;
    expect([...tUs]).toEqual([1645793388095964, 1645793388095965]);
  });

  // The options of Blosc: four that it fills in itself, level, shuffle, compressor (5 = Zstandard, as DSEC has it).
  it.each([
    ['Blosc with Zstandard', 32001, [0, 0, 0, 0, 5, 1, 5]],
    ['Blosc with LZ4', 32001, [0, 0, 0, 0, 5, 1, 1]],
    ['Zstandard', 32015, [3]],
    ['LZ4', 32004, [0]],
    ['LZF', 32000, []],
    ['bzip2', 307, [9]],
    ['gzip', 1, [4]],
  ])('reads columns compressed in chunks with %s', async (_, id, options) => {
    await installFilters(await h5.ready, [{ id, name: '' }], 'the written file');
    const many = Array.from({ length: 5000 }, (_, i): EventTuple => [i * 7, i % 640, i % 480, i % 2]);
    const bytes = write((file) => {
      const group = file.create_group('events');
      const column = (name: string, data: Uint32Array | Uint16Array | Uint8Array) =>
        group.create_dataset({
          name,
          data,
          shape: [data.length],
          chunks: [1024],
          compression: id,
          compression_opts: options,
        });
      column(
        't',
        Uint32Array.from(many, (event) => event[0]),
      );
      column(
        'x',
        Uint16Array.from(many, (event) => event[1]),
      );
      column(
        'y',
        Uint16Array.from(many, (event) => event[2]),
      );
      column(
        'p',
        Uint8Array.from(many, (event) => event[3]),
      );
    });
    expect(eventTuples((await decode(bytes)).events)).toEqual(many);
  });

  it('names a compression that cannot be had', async () => {
    const filters = [{ id: 36559, name: 'unknown' }];
    await expect(installFilters(await h5.ready, filters, 'a.h5: /CD/events')).rejects.toMatchObject({
      code: 'unsupported-variant',
      message: expect.stringMatching(/a\.h5: \/CD\/events.*36559 \(Prophesee ECF\)/),
    });
  });

  it('says which events it reads when there are several', async () => {
    const bytes = write((file) => {
      groupOfColumns(file, 'left');
      groupOfColumns(file, 'right');
    });
    const { events, warnings } = await decode(bytes);
    expect(eventTuples(events)).toEqual(EVENTS);
    expect(warnings[0].message).toContain('/left, /right');
  });

  it('takes the geometry attribute', async () => {
    const bytes = write((file) => {
      groupOfColumns(file);
      file.create_attribute('geometry', '320x320');
    });
    expect((await decode(bytes)).events.sensor).toEqual({ width: 320, height: 320 });
  });

  it('takes the sensor from an attribute with two sides, or from data sets beside the events', async () => {
    const attribute = write((file) => {
      groupOfColumns(file);
      file.create_attribute('sensor_resolution', new Int32Array([180, 240]));
    });
    expect((await decode(attribute)).events.sensor).toEqual({ width: 240, height: 180 });
    const beside = write((file) => {
      groupOfColumns(file);
      const group = file.get('events') as h5.Group;
      group.create_dataset({ name: 'width', data: new Int32Array([304]), shape: [] });
      group.create_dataset({ name: 'height', data: new Int32Array([240]), shape: [] });
    });
    expect((await decode(beside)).events.sensor).toEqual({ width: 304, height: 240 });
    const hostile = write((file) => {
      groupOfColumns(file);
      file.create_attribute('sensor_resolution', new Int32Array([-1, 0]));
    });
    expect((await decode(hostile)).events.sensor).toEqual({ width: 128, height: 128 });
  });

  it('says what to do when the library stops', async () => {
    const trap = async () => {
      throw new WebAssembly.RuntimeError('memory access out of bounds');
    };
    const source = memorySource('a.h5', write(groupOfColumns));
    await expect(withHdf5File(source, undefined, trap)).rejects.toMatchObject({
      code: 'damaged-file',
      message: expect.stringContaining('the library stopped (memory access out of bounds)'),
      hint: expect.stringContaining('fresh library'),
    });
  });

  it('says how large a file in an archive may be and what to do, without reading it', async () => {
    const large = { name: 'set.zip/a.h5', size: 2 ** 29 + 1, read: async () => new Uint8Array(0) };
    await expect(collectEvents(hdf5, large)).rejects.toMatchObject({
      code: 'file-too-large',
      message:
        'set.zip/a.h5 has 536870913 bytes; HDF5 files in archives are held in memory, up to 536870912 bytes.',
      hint: expect.stringContaining('drop the .h5 file itself'),
    });
  });

  it('refuses files without events, damaged and cut ones', async () => {
    const other = write((file) => file.create_dataset({ name: 'weights', data: new Float32Array(4) }));
    await expect(decode(other)).rejects.toMatchObject({
      code: 'not-events',
      message: expect.stringContaining('weights'),
    });
    const whole = write(groupOfColumns);
    for (const length of [8, 100, Math.floor(whole.length / 2), whole.length - 1])
      await expect(decode(whole.slice(0, length))).rejects.toMatchObject({ code: 'damaged-file' });
  });

  it.skipIf(!hasSharedData)(`names spike trains for what they are${NEEDS_SHARED_DATA}`, async () => {
    await expect(collectEvents(hdf5, sharedSource('derived/hdf5/shd_like.h5'))).rejects.toMatchObject({
      code: 'not-events',
      message: expect.stringContaining('spike trains'),
    });
  });
});
