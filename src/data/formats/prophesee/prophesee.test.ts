import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import {
  type EventTuple,
  eventTuples,
  hasSharedData,
  NEEDS_SHARED_DATA,
  SHARED_DATA,
} from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';

const headerBytes = (text: string) => [...new TextEncoder().encode(text)];

function words(bits: 16 | 32, values: number[]): number[] {
  return values.flatMap((value) =>
    Array.from({ length: bits / 8 }, (_, i) => Math.floor(value / 256 ** i) % 256),
  );
}

async function decode(header: string, data: number[], name = 'a.raw') {
  const source = memorySource(name, Uint8Array.from([...headerBytes(header), ...data]));
  return collectEvents(await detectFormat(source), source);
}

const tuples = async (header: string, data: number[]) => eventTuples((await decode(header, data)).events);

const EVT2 = '% evt 2.0\n% system_ID 21\n';
const high2 = (high: number) => (8 * 2 ** 28 + high) >>> 0;
const cd2 = (low: number, x: number, y: number, p: number) => ((p << 28) | (low << 22) | (x << 11) | y) >>> 0;

describe('EVT2', () => {
  it('returns what was written', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 34 - 1 }),
      fc.integer({ min: 0, max: 0x7ff }),
      fc.integer({ min: 0, max: 0x7ff }),
      fc.integer({ min: 0, max: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 40 }), async (unordered) => {
        const events = (unordered as EventTuple[]).sort((a, b) => a[0] - b[0]);
        const data = events.flatMap(([t, x, y, p]) => [high2(Math.floor(t / 64)), cd2(t % 64, x, y, p)]);
        expect(await tuples(EVT2, words(32, data))).toEqual(events);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('drops events without a time, skips triggers, undoes the wrap of 34 bits', async () => {
    const data = [
      cd2(1, 1, 1, 1),
      high2(2 ** 28 - 1),
      cd2(63, 2, 2, 0),
      0xa0000001,
      high2(0),
      cd2(1, 3, 3, 1),
    ];
    const { events, warnings } = await decode(EVT2, words(32, data));
    expect(eventTuples(events)).toEqual([
      [2 ** 34 - 1, 2, 2, 0],
      [2 ** 34 + 1, 3, 3, 1],
    ]);
    expect(warnings[0].message).toContain('1 events before the first time');
  });

  it.each([1, 2, 3])('refuses %d stray bytes', async (stray) => {
    const data = words(32, [high2(0), cd2(1, 1, 1, 1)]).concat(Array(stray).fill(0));
    const offset = EVT2.length + 8;
    await expect(decode(EVT2, data)).rejects.toMatchObject({ code: 'truncated-file', offset });
  });
});

describe('EVT2.1', () => {
  it.skipIf(!hasSharedData)(`reproduces the vendor's vectors${NEEDS_SHARED_DATA}`, async () => {
    const path = resolve(SHARED_DATA, 'derived/prophesee_evt21/openeb_evt21_golden_vectors.json');
    const { cases } = JSON.parse(readFileSync(path, 'utf8'));
    expect(cases.length).toBeGreaterThan(0);
    for (const { name, events_xypt, bytes_le_hex } of cases) {
      const bytes = [...Buffer.from(bytes_le_hex, 'hex')];
      const found = await tuples('% evt 2.1\n% geometry 1280x720\n', bytes);
      expect(
        found.map(([t, x, y, p]) => [x, y, p, t]),
        name,
      ).toEqual(events_xypt);
    }
  });

  it('makes an event of every set bit, in either order of the halves', async () => {
    const halves = [
      [high2(3), 0],
      [cd2(5, 10, 20, 1), 0x80000005],
    ];
    const expected = [10, 12, 41].map((x): EventTuple => [3 * 64 + 5, x, 20, 1]);
    const little = words(
      32,
      halves.flatMap(([head, mask]) => [mask, head]),
    );
    expect(await tuples('% format EVT21;height=720;width=1280;endianness=little\n', little)).toEqual(
      expected,
    );
    const legacy = words(32, halves.flat());
    expect(await tuples('% format EVT21;height=720;width=1280;endianness=legacy\n', legacy)).toEqual(
      expected,
    );
  });
});

describe('EVT3', () => {
  const EVT3 = '% evt 3.0\n% format EVT3;height=720;width=1280\n% end\n';

  it('keeps row, time and base column between words', async () => {
    const data = [0x8001, 0x6002, 0x0007, 0x2805, 0x2006, 0x3810, 0x4005, 0x4000, 0x5081];
    expect(await tuples(EVT3, words(16, data))).toEqual([
      [4098, 5, 7, 1],
      [4098, 6, 7, 0],
      [4098, 16, 7, 1],
      [4098, 18, 7, 1],
      [4098, 40, 7, 1],
      [4098, 47, 7, 1],
    ]);
  });

  it('undoes the wrap of 24 bits, but takes a falling TIME_LOW for jitter', async () => {
    const data = [0x8fff, 0x6fff, 0x2001, 0x6ffe, 0x2002, 0x8000, 0x2003, 0x6001, 0x2004];
    expect((await tuples(EVT3, words(16, data))).map(([t]) => t)).toEqual([
      2 ** 24 - 1,
      2 ** 24 - 2,
      2 ** 24,
      2 ** 24 + 1,
    ]);
  });

  it('starts with vector words: no time, no event', async () => {
    const { events, warnings } = await decode(EVT3, words(16, [0x3801, 0x4fff, 0x8000, 0x6001, 0x2805]));
    expect(eventTuples(events)).toEqual([[1, 5, 0, 1]]);
    expect(warnings[0].message).toContain('12 events');
  });

  it('keeps vectors apart where the clock moves between them, over its wrap too', async () => {
    const data = [
      0x8fff, 0x6ffe, 0x0005, 0x3864, 0x4001, 0x6fff, 0x4001, 0x8000, 0x6001, 0x4001, 0x5001, 0x5080,
    ];
    expect(await tuples(EVT3, words(16, data))).toEqual([
      [2 ** 24 - 2, 100, 5, 1],
      [2 ** 24 - 1, 112, 5, 1],
      [2 ** 24 + 1, 124, 5, 1],
      [2 ** 24 + 1, 136, 5, 1],
      [2 ** 24 + 1, 151, 5, 1],
    ]);
  });

  it('passes over triggers, continued words and others', async () => {
    const data = [0x8000, 0x6005, 0x0007, 0xa101, 0x7123, 0xf456, 0xe014, 0x1001, 0x9001, 0x2803];
    expect(await tuples(EVT3, words(16, data))).toEqual([[5, 3, 7, 1]]);
  });

  it('takes all columns where the header names no geometry', async () => {
    const data = [0x8000, 0x6000, 0x3800 | 700, 0x4fff];
    const { events } = await decode('% evt 3.0\n', words(16, data));
    expect([...events.x]).toEqual(Array.from({ length: 12 }, (_, i) => 700 + i));
    expect(events.sensor).toEqual({ width: 1280, height: 720 });
  });

  it('clips vectors at the edge of the sensor', async () => {
    const data = [0x8000, 0x6000, 0x3800 | 1275, 0x4fff];
    expect((await tuples(EVT3, words(16, data))).map(([, x]) => x)).toEqual([1275, 1276, 1277, 1278, 1279]);
  });
});

describe('DAT', () => {
  const record = (t: number, x: number, y: number, p: number) =>
    words(32, [t, ((p << 28) | (y << 14) | x) >>> 0]);
  const header = '% Data file containing CD events.\n% Version 2\n% Width 640\n% Height 480\n';

  it('returns what was written and undoes the wrap of 32 bits', async () => {
    const data = [0x0c, 8, ...record(2 ** 32 - 1, 639, 479, 1), ...record(4, 0, 1, 0)];
    expect(await tuples(header, data)).toEqual([
      [2 ** 32 - 1, 639, 479, 1],
      [2 ** 32 + 4, 0, 1, 0],
    ]);
  });

  it('reads version 1 addresses and measures the sensor where the header lacks it', async () => {
    const word = (1 << 17) | (200 << 9) | 300;
    const { events } = await decode('% Version 1\n', [0, 8, ...words(32, [5, word])], 'a.dat');
    expect(eventTuples(events)).toEqual([[5, 300, 200, 1]]);
    expect(events.sensor).toEqual({ width: 301, height: 201 });
  });

  it('reads files without a header, told by their name and records', async () => {
    const data = [0, 5, 5, 900].flatMap((t, i) => record(t, 10 + i, 20, i % 2));
    const { events } = await decode('', data, 'old_td.dat');
    expect(eventTuples(events)).toEqual([
      [0, 10, 20, 0],
      [5, 11, 20, 1],
      [5, 12, 20, 0],
      [900, 13, 20, 1],
    ]);
    expect(events.sensor).toEqual({ width: 14, height: 21 });
    const unknown = { code: 'unknown-format' };
    await expect(decode('', data, 'old_td.bytes')).rejects.toMatchObject(unknown);
    await expect(decode('', [...data, 0], 'old_td.dat')).rejects.toMatchObject(unknown);
    await expect(decode('', [...data, ...record(3, 1, 1, 1)], 'a.dat')).rejects.toMatchObject(unknown);
    await expect(decode('', [...data, ...record(999, 1, 1, 2)], 'a.dat')).rejects.toMatchObject(unknown);
    await expect(decode('', data.slice(0, 24), 'a.dat')).rejects.toMatchObject(unknown);
  });

  it.each([0x00, 0x0c])('reads events of type %i, in versions 1 and 2', async (type) => {
    const version2 = await tuples(header, [type, 8, ...record(7, 639, 479, 1)]);
    expect(version2).toEqual([[7, 639, 479, 1]]);
    const version1 = [type, 8, ...words(32, [7, (1 << 17) | (239 << 9) | 303, 8, (5 << 9) | 4])];
    const { events } = await decode('% Version 1\n% Width 304\n% Height 240\n', version1, 'a.dat');
    expect(eventTuples(events)).toEqual([
      [7, 303, 239, 1],
      [8, 4, 5, 0],
    ]);
    expect(events.sensor).toEqual({ width: 304, height: 240 });
  });

  it('refuses triggers and a file that ends in its header', async () => {
    await expect(decode(header, [0x0e, 8])).rejects.toMatchObject({ code: 'unsupported-variant' });
    await expect(decode(header, [0x0c, 16])).rejects.toMatchObject({ code: 'unsupported-variant' });
    await expect(decode(header, [0x0c])).rejects.toMatchObject({ code: 'truncated-file' });
  });
});

describe('header', () => {
  const one = words(32, [high2(0), cd2(1, 100, 100, 1)]);
  it.each([
    ['% evt 2.0\n% geometry 800x600\n', 800, 600],
    ['% evt 2.0\n% Width 304\n% Height 240\n', 304, 240],
    ['% evt 2.0\n% plugin_name hal_plugin_gen41_evk3\n', 1280, 720],
    ['% evt 2.0\n% system_ID 49\n', 1280, 720],
    ['% evt 2.0\n% plugin_name genx320\n', 320, 320],
    ['% evt 2.0\n% sensor_generation 3.1\n', 640, 480],
    ['% evt 2.0\n% generation 4.2\n', 1280, 720],
    ['% evt 2.0\n% sensor_generation 320.0\n', 320, 320],
    ['% evt 2.0\n', 320, 320],
    [
      '% camera_integrator_name Prophesee\n% date 2023-03-29 16:37:46\n% evt 2.0\n% format EVT2;height=720;width=1280\n% generation 4.2\n% geometry 1280x720\n% integrator_name Prophesee\n% plugin_name hal_plugin_prophesee\n% sensor_generation 4.2\n% serial_number 00050423\n% system_ID 49\n% end\n',
      1280,
      720,
    ],
    [
      '% Date 2014-02-28 13:37:42\n% evt 2.0\n% firmware_version 0.0.0\n% integrator_name Prophesee\n% plugin_name hal_plugin_gen31_fx3\n% serial_number 00001621\n% subsystem_ID 2147483648\n% system_ID 21\n',
      640,
      480,
    ],
    ['% evt 2.0\r\n% geometry 800x600\r\n', 800, 600],
  ])('%j gives %dx%d', async (header, width, height) => {
    expect((await decode(header, one)).events.sensor).toEqual({ width, height });
  });

  it.each(['% format EVT4\n', '% format HISTO3D;width=3\n', '% evt 9\n', '% evt 2.0\n% endianness big\n'])(
    '%j is refused by name',
    async (header) => {
      await expect(decode(header, one)).rejects.toMatchObject({ code: 'unsupported-variant' });
    },
  );

  it('ends before data that begin with a percent sign', async () => {
    const data = words(32, [high2(0), 0x10000025]);
    expect(await tuples('% evt 2.0\n% end\n', [0x25, 0, 0, 0x80, ...data])).toEqual([
      [0x25 * 64 * 0, 0, 37, 1],
    ]);
  });
});
