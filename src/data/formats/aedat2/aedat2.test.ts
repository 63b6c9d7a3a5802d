import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { type EventTuple, eventTuples } from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';
import { aedat2 } from './aedat2.ts';

const HEADER_DVS = '#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n';
const HEADER_DAVIS = '#!AER-DAT2.0\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\n';

function file(header: string, records: number[][], addressBytes: 2 | 4 = 4): Uint8Array {
  const bytes = new Uint8Array(header.length + records.length * (addressBytes + 4));
  bytes.set(new TextEncoder().encode(header));
  const view = new DataView(bytes.buffer, header.length);
  for (const [i, [address, time]] of records.entries()) {
    const at = i * (addressBytes + 4);
    if (addressBytes === 2) view.setUint16(at, address);
    else view.setUint32(at, address);
    view.setUint32(at + addressBytes, time);
  }
  return bytes;
}

const decode = (bytes: Uint8Array, name = 'a.aedat') => collectEvents(aedat2, memorySource(name, bytes));
const dvs = ([t, x, y, p]: EventTuple) => [(y << 8) | (x << 1) | (1 - p), t];
const davis = ([t, x, y, p]: EventTuple) => [((y << 22) | (x << 12) | (p << 11)) >>> 0, t];

function eventsWithin(width: number, height: number) {
  const event = fc.tuple(
    fc.integer({ min: 0, max: 2 ** 31 }),
    fc.integer({ min: 0, max: width - 1 }),
    fc.integer({ min: 0, max: height - 1 }),
    fc.integer({ min: 0, max: 1 }),
  );
  return fc
    .array(event, { minLength: 1, maxLength: 50 })
    .map((events) => (events as EventTuple[]).sort((a, b) => a[0] - b[0]));
}

describe('aedat2', () => {
  it('returns what was written: DVS128 in both versions, DAVIS', async () => {
    await fc.assert(
      fc.asyncProperty(eventsWithin(128, 128), eventsWithin(240, 180), async (small, large) => {
        expect(eventTuples((await decode(file(HEADER_DVS, small.map(dvs)))).events)).toEqual(small);
        const version1 = file('#!AER-DAT1.0\r\n', small.map(dvs), 2);
        expect(eventTuples((await decode(version1)).events)).toEqual(small);
        expect(eventTuples((await decode(file(HEADER_DAVIS, large.map(davis)))).events)).toEqual(large);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('undoes wraps of the unsigned clock, and keeps small steps back', async () => {
    const times = [0xfffffff0, 5, 3, 0xffffffff, 1];
    const { events, warnings } = await decode(
      file(
        HEADER_DVS,
        times.map((time) => [1, time]),
      ),
    );
    expect([...events.tUs]).toEqual([0xfffffff0, 2 ** 32 + 5, 2 ** 32 + 3, 2 ** 33 - 1, 2 ** 33 + 1]);
    expect(warnings).toHaveLength(1);
  });

  it('skips special events, APS samples and IMU records', async () => {
    expect((await decode(file(HEADER_DVS, [[0x8003, 1]]))).events.tUs).toHaveLength(0);
    const davisRecords = [[0x80000000, 1], [0x00000400, 2], davis([3, 7, 9, 1])];
    expect(eventTuples((await decode(file(HEADER_DAVIS, davisRecords))).events)).toEqual([[3, 7, 9, 1]]);
  });

  it('tells DVS128 from DAVIS by the addresses when the header names no camera', async () => {
    const anonymous = '#!AER-DAT2.0\n';
    const small = await decode(file(anonymous, [dvs([5, 3, 4, 1])]));
    expect(small.events.sensor).toEqual({ width: 128, height: 128 });
    const large = await decode(file(anonymous, [davis([5, 300, 200, 0])]));
    expect(large.events.sensor).toEqual({ width: 346, height: 260 });
  });

  it('takes a first data byte 0x23 as data', async () => {
    const record = [0x23000100, 77];
    const { events } = await decode(file(HEADER_DAVIS, [record, [0x00400000, 78]]));
    expect(events.tUs[0]).toBe(77);
    expect(events.tUs).toHaveLength(2);
  });

  it('takes a first record for data that looks like a line of the header, unless it is one', async () => {
    // Bytes 23 41 c1 e8 de ad be ef 41 41 0a: a '#' and, later, a line feed, no control character between.
    const long = file(HEADER_DAVIS, [
      [0x2341c1e8, 0xdeadbeef],
      [0x41410a41, 0xdeadbeff],
    ]);
    expect((await decode(long)).events.tUs[0]).toBe(0xdeadbeef);
    // A line of the header, cut so that the file has whole records with it and without it none.
    const header = `${HEADER_DAVIS}# a line of 26 characters.\n`;
    const cut = file(header, [davis([5, 1, 1, 1]), davis([6, 1, 1, 1])]);
    await expect(decode(cut.subarray(0, cut.length - 3))).rejects.toMatchObject({ code: 'truncated-file' });
  });

  it.each([
    ['eu.seebetter.ini.chips.davis.DAVIS240C', 240, 180],
    ['eu.seebetter.ini.chips.davis.Davis346blue', 346, 260],
    ['eu.seebetter.ini.chips.davis.DAVIS346B', 346, 260],
    ['eu.seebetter.ini.chips.davis.Davis208PixelParade', 208, 192],
    ['eu.seebetter.ini.chips.davis.DavisBSI128', 128, 128],
    ['eu.seebetter.ini.chips.davis.DAViSHet640', 640, 480],
    ['eu.seebetter.ini.chips.sbret10.SBret10', 240, 180],
    ['ch.unizh.ini.jaer.chip.retina.DVS128', 128, 128],
  ])('%s has %d x %d pixels, with line ends of either kind', async (chip, width, height) => {
    const records = [chip.endsWith('DVS128') ? dvs([5, 3, 4, 1]) : davis([5, 3, 4, 1])];
    for (const end of ['\r\n', '\n']) {
      const header = ['#!AER-DAT2.0', '# This is a raw AE data file', `# AEChip: ${chip}`, ''].join(end);
      const { events } = await decode(file(header, records));
      expect(events.sensor).toEqual({ width, height });
      expect(eventTuples(events)).toEqual([[5, 3, 4, 1]]);
    }
  });

  it('reads past the preferences of jAER, in the older and the newer header', async () => {
    const entries = Array.from(
      { length: 3000 },
      (_, i) => `#      <entry key="Chip.setting${i}" value="${i}"/>\r\n`,
    );
    const preferences = `#Start of Preferences for this AEChip\r\n${entries.join('')}#End of Preferences for this AEChip\r\n`;
    for (const last of ['', '#End Of ASCII Header\r\n', '# End of header\r\n']) {
      const { events } = await decode(file(`${HEADER_DVS}${preferences}${last}`, [dvs([7, 1, 2, 0])]));
      expect(eventTuples(events)).toEqual([[7, 1, 2, 0]]);
    }
  });

  it('begins at the data after the line that ends the header, whatever their first byte is', async () => {
    const header = `${HEADER_DAVIS}#End Of ASCII Header\r\n`;
    expect((await decode(file(header, [[0x23414141, 0x4141410a]]))).events.tUs[0]).toBe(0x4141410a);
  });

  it('reads version 1.0 without its first line', async () => {
    const bytes = file('# written by a tool\n', [dvs([3, 1, 2, 1])], 2);
    expect(eventTuples((await decode(bytes)).events)).toEqual([[3, 1, 2, 1]]);
    await expect(detectFormat(memorySource('a.aedat', bytes.subarray(20)))).rejects.toMatchObject({
      code: 'not-events',
      message: expect.stringContaining('no AEDAT header'),
    });
  });

  it('turns recordings of cameras that lay on their side, known by name', async () => {
    const bytes = file(HEADER_DVS, [dvs([5, 3, 4, 1])]);
    expect((await decode(bytes, 'cifar10_cat_1.aedat')).orientation).toBe('swapFlip');
    expect((await decode(bytes)).orientation).toBe('flipXY');
  });

  it.each([1, 4, 7])('refuses %d bytes after the last record', async (stray) => {
    const whole = file(HEADER_DVS, [
      [1, 1],
      [2, 2],
    ]);
    const cut = whole.subarray(0, whole.length - 8 + stray);
    await expect(decode(cut)).rejects.toMatchObject({ code: 'truncated-file', offset: whole.length - 8 });
  });

  it('refuses a cut header and audio sensors', async () => {
    const cut = new TextEncoder().encode('#!AER-DAT2.0\r\n# half a li');
    await expect(decode(cut)).rejects.toMatchObject({ code: 'truncated-file' });
    const cochlea = file('#!AER-DAT2.0\n# AEChip: ch.unizh.ini.jaer.chip.cochlea.CochleaAMS1c\n', []);
    await expect(decode(cochlea)).rejects.toMatchObject({ code: 'no-pixels' });
  });
});
