import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { type EventTuple, eventTuples } from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';

async function decode(content: string, keepDamaged = false) {
  const source = memorySource('a.txt', new TextEncoder().encode(content));
  return collectEvents(await detectFormat(source), source, { keepDamaged });
}

const tuples = async (content: string) => eventTuples((await decode(content)).events);

const EVENTS: EventTuple[] = [
  [1000, 3, 30, 1],
  [1501, 120, 7, 0],
  [999_999, 5, 100, 1],
];
const lines = (order: number[], separator: string, end = '\n') =>
  EVENTS.map((event) => order.map((i) => event[i]).join(separator) + end).join('');

describe('text', () => {
  it.each([' ', '   ', ',', ', ', ';', '\t'])('separator %j', async (separator) => {
    expect(await tuples(lines([0, 1, 2, 3], separator))).toEqual(EVENTS);
    expect(await tuples(lines([1, 2, 3, 0], separator, '\r\n'))).toEqual(EVENTS);
    expect(await tuples(lines([1, 2, 0, 3], separator).trimEnd())).toEqual(EVENTS);
  });

  it('goes by column names where there are some', async () => {
    expect(await tuples(`# from somewhere\n\np,y,"x",timestamp\n${lines([3, 2, 1, 0], ',')}`)).toEqual(
      EVENTS,
    );
    expect(
      await tuples(
        `x,y,t [us],polarity,extra\n${EVENTS.map(([t, x, y, p]) => `${x},${y},${t},${p},9`).join('\n')}`,
      ),
    ).toEqual(EVENTS);
  });

  it('takes the size of the sensor in either order', async () => {
    for (const size of ['180 240', '240 180']) {
      const { events } = await decode(`${size}\n${lines([0, 1, 2, 3], ' ')}`);
      expect(events.sensor).toEqual({ width: 240, height: 180 });
      expect(eventTuples(events)).toEqual(EVENTS);
    }
    const tall = await decode(`180 240\n5 3 200 1\n6 3 3 0\n`);
    expect(tall.events.sensor).toEqual({ width: 180, height: 240 });
  });

  it('takes seconds, words for polarities, and nanoseconds since 1970', async () => {
    expect(await tuples('0.001000 3 30 True\n0.001501 120 7 False\n0.999999 5 100 true\n')).toEqual(EVENTS);
    const epoch = await tuples('1645793388095964000 3 4 1\n1645793388095973000 5 6 0\n');
    expect(epoch.map(([t]) => t)).toEqual([1645793388095964, 1645793388095973]);
  });

  it('takes commas for decimal points where semicolons separate', async () => {
    const rows = '0,001000;3;30;1\n0,001501;120;7;0\n0,999999;5;100;1\n';
    expect(await tuples(rows)).toEqual(EVENTS);
    expect(await tuples(lines([0, 1, 2, 3], ',', ';\n'))).toEqual(EVENTS);
    expect(await tuples(`Zeit;x;y;p\n${rows}`.replace('Zeit', 'time [s]'))).toEqual(EVENTS);
  });

  it('takes booleans, -1 and +1, and numbers with an exponent', async () => {
    expect(await tuples('p;t;x;y\n-1;1e3;3;30\n+1;1.501e3;120;7\n')).toEqual([
      [1000, 3, 30, 0],
      [1501, 120, 7, 1],
    ]);
    expect(await tuples('t\tx\ty\tp\n1000\t3\t30\ttrue\n1501\t120\t7\tfalse\n')).toEqual(EVENTS.slice(0, 2));
  });

  it('rounds nanoseconds down, exactly', async () => {
    const epoch = await tuples(
      '1645793388095964999 3 4 1\n1645793388095965000 5 6 0\n1645793388095970000 5 6 0\n',
    );
    expect(epoch.map(([t]) => t)).toEqual([1645793388095964, 1645793388095965, 1645793388095970]);
  });

  it('reads what spreadsheets, pandas and the camera vendor put in front', async () => {
    const commas = lines([0, 1, 2, 3], ',');
    expect(await tuples(`\ufefft,x,y,p\n${commas}`)).toEqual(EVENTS);
    expect(await tuples(`t [µs];x;y;polarity\n${lines([0, 1, 2, 3], ';')}`)).toEqual(EVENTS);
    const indexed = EVENTS.map((event, i) => `${i},${event.join(',')}\n`).join('');
    expect(await tuples(`,t,x,y,p\n${indexed}`)).toEqual(EVENTS);
    const vendor = await decode(`%geometry:1280,720\n${lines([1, 2, 3, 0], ',')}`);
    expect(eventTuples(vendor.events)).toEqual(EVENTS);
    expect(vendor.events.sensor).toEqual({ width: 1280, height: 720 });
    expect(await tuples(`// made by hand\n% here\n${lines([0, 1, 2, 3], '\t')}`)).toEqual(EVENTS);
    expect(await tuples('1000,3,30,ON\n1501,120,7,OFF\n999999,5,100,on\n')).toEqual(EVENTS);
  });

  it('is no text where bytes are no UTF-8', async () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode('1 2 3 1\n'), 0xff, 0x0a]);
    await expect(detectFormat(memorySource('a.txt', bytes))).rejects.toMatchObject({
      code: 'unknown-format',
    });
  });

  it('returns what was written, over chunk borders', async () => {
    const events = Array.from({ length: 60_000 }, (_, i): EventTuple => [i * 7, i % 640, i % 480, i & 1]);
    const read = await tuples(events.map((event) => event.join(' ')).join('\n'));
    expect(read.length).toBe(events.length);
    expect(read.every((tuple, i) => tuple.every((value, k) => value === events[i][k]))).toBe(true);
  });

  it('returns what was written, named columns in any order', async () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 50 }),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: 1 }),
    );
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), order, async (events, places) => {
        const names = places.map((i) => 'txyp'[i]).join(',');
        const rows = events.map((values) => places.map((i) => values[i]).join(','));
        expect(await tuples([names, ...rows].join('\n'))).toEqual(events);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});

describe('distrust', () => {
  it('names the line that is wrong', async () => {
    const bad = '1 2 3 1\n2 3 x 1\n3 4 5 0\n';
    await expect(decode(bad)).rejects.toMatchObject({
      code: 'damaged-file',
      offset: 8,
      message: expect.stringContaining('line 2'),
    });
  });

  it('tells a cut last line, and keeps the rest when asked to', async () => {
    const cut = '1 2 3 1\n2 3 4 0\n3 4';
    await expect(decode(cut)).rejects.toMatchObject({ code: 'truncated-file', offset: 16 });
    expect((await decode(cut, true)).events.tUs).toEqual(Float64Array.of(1, 2));
  });

  it.each([
    'one two three\n',
    '1 2\n3 4\n',
    '{"a": 1}\n',
    '1 2 3 4 5 6 7 8 9\n',
    'hello, this, is, prose\nand, more, of, it\n',
  ])('%j is no list of events', async (content) => {
    await expect(decode(content)).rejects.toMatchObject({ code: 'unknown-format' });
  });

  it('coordinates outside 16 bits, and endless lines', async () => {
    await expect(decode('1 70000 3 1\n99999999 2 3 0\n')).rejects.toMatchObject({ code: 'bad-column' });
    const endless = `1 2 3 1\n${'7'.repeat(5000)}`;
    await expect(decode(endless)).rejects.toMatchObject({ code: 'damaged-file' });
  });
});
