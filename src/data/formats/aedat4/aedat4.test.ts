import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import {
  type EventTuple,
  eventTuples,
  hasSharedData,
  NEEDS_SHARED_DATA,
  sharedBytes,
} from '../../testSupport.ts';
import { aedat4, parseEventStreams } from './aedat4.ts';

const words = (...values: number[]) =>
  values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
const halves = (...values: number[]) => values.flatMap((value) => [value & 255, value >> 8]);

const XML =
  '<dv version="2.0"><node name="outInfo" path="/a/outInfo/"><node name="3" path="/a/outInfo/3/">' +
  '<attr key="typeIdentifier" type="string">EVTS</attr><node name="info" path="/a/outInfo/3/info/">' +
  '<attr key="sizeX" type="int">320</attr><attr key="sizeY" type="int">240</attr></node></node>' +
  '<node name="4" path="/a/outInfo/4/"><attr key="typeIdentifier" type="string">FRME</attr></node></node></dv>';

/** The header: compression and table position as fields 0 and 1, XML as field 2. */
function header(tablePosition: number, xml = XML): number[] {
  const text = [...new TextEncoder().encode(xml)];
  const offsets = halves(10, 20, 4, 8, 16);
  // Root offset, identifier, table of offsets (with padding), table: back offset, compression, position, string.
  const table = [...words(20), ...new TextEncoder().encode('IOHE'), ...offsets, 0, 0];
  const body = [...words(12), ...words(0), ...words(tablePosition, tablePosition < 0 ? -1 : 0), ...words(4)];
  const buffer = [...table, ...body, ...words(text.length), ...text, 0];
  return [...new TextEncoder().encode('#!AER-DAT4.0\r\n'), ...words(buffer.length), ...buffer];
}

function eventPacket(stream: number, events: EventTuple[], claimed = events.length): number[] {
  const structs = events.flatMap(([t, x, y, p]) => [
    ...words(t % 2 ** 32, Math.floor(t / 2 ** 32)),
    ...halves(x, y),
    p,
    0,
    0,
    0,
  ]);
  const buffer = [
    ...words(16),
    ...new TextEncoder().encode('EVTS'),
    ...halves(6, 8, 4, 0),
    ...words(8, 4, claimed),
    ...structs,
  ];
  return [...words(stream, buffer.length + 4), ...words(buffer.length), ...buffer];
}

function file(packets: number[][], options: { isOpen?: boolean; xml?: string } = {}): Uint8Array {
  const length = header(0, options.xml).length + packets.flat().length;
  return Uint8Array.from([...header(options.isOpen ? -1 : length, options.xml), ...packets.flat()]);
}

const decode = (bytes: Uint8Array) => collectEvents(aedat4, memorySource('a.aedat4', bytes));

const FIRST: EventTuple[] = [
  [1633953690975950, 319, 0, 1],
  [1633953690975951, 0, 239, 0],
];
const SECOND: EventTuple[] = [[1633953690980000, 7, 8, 1]];

describe('aedat4', () => {
  it('reads the event stream that the XML names, and skips the others', async () => {
    const bytes = file([
      eventPacket(4, [[1, 1, 1, 1]]),
      eventPacket(3, FIRST),
      eventPacket(3, []),
      eventPacket(3, SECOND),
    ]);
    const { events, warnings } = await decode(bytes);
    expect(eventTuples(events)).toEqual([...FIRST, ...SECOND]);
    expect(events.sensor).toEqual({ width: 320, height: 240 });
    expect(warnings).toEqual([]);
  });

  it('reads the first of several event streams, past frames, IMU samples and triggers between them', async () => {
    const node = (id: number, type: string) =>
      `<node name="${id}" path="/a/outInfo/${id}/"><attr key="compression" type="string">LZ4</attr>` +
      `<attr key="typeIdentifier" type="string">${type}</attr></node>`;
    const others = ['FRME', 'IMUS', 'TRIG', 'EVTS'].map((type, i) => node(i + 4, type)).join('');
    const xml = XML.replace(/<node name="4".*<\/node>(?=<\/node><\/dv>)/, others);
    // Packets of other streams are not looked into.
    const other = (id: number) => [...words(id, 5), 1, 2, 3, 4, 5];
    const packets = [
      other(4),
      eventPacket(7, SECOND),
      eventPacket(3, FIRST),
      other(5),
      other(6),
      eventPacket(3, SECOND),
    ];
    const { events, warnings } = await decode(file(packets, { xml }));
    expect(eventTuples(events)).toEqual([...FIRST, ...SECOND]);
    expect(warnings[0].message).toContain('2 event streams; only stream 3');
  });

  it('finds streams in the XML', () => {
    expect(parseEventStreams(XML)).toEqual([{ id: 3, sensor: { width: 320, height: 240 } }]);
    expect(parseEventStreams(XML.replace('320', 'many'))).toEqual([{ id: 3, sensor: undefined }]);
    expect(parseEventStreams(XML.replace('FRME', 'EVTS')).map(({ id }) => id)).toEqual([3, 4]);
    expect(parseEventStreams('')).toEqual([]);
  });

  it('reads what is whole of a recording that was not closed, and says so', async () => {
    const whole = file([eventPacket(3, FIRST), eventPacket(3, SECOND)], { isOpen: true });
    expect((await decode(whole)).events.tUs).toHaveLength(3);
    const { events, warnings } = await decode(whole.slice(0, whole.length - 5));
    expect(eventTuples(events)).toEqual(FIRST);
    expect(warnings[0].message).toContain('not closed');
    const cutHeader = await decode(whole.slice(0, whole.length - eventPacket(3, SECOND).length + 5));
    expect(eventTuples(cutHeader.events)).toEqual(FIRST);
  });

  it('refuses a closed recording that is cut', async () => {
    const whole = file([eventPacket(3, FIRST), eventPacket(3, SECOND)]);
    const cut = whole.slice(0, whole.length - 5);
    await expect(decode(cut)).rejects.toMatchObject({ code: 'truncated-file', offset: cut.length });
    for (const length of [14, 17, 18, 40, 100])
      await expect(decode(whole.slice(0, length))).rejects.toMatchObject({ code: 'truncated-file' });
  });

  it('does not believe counts and offsets', async () => {
    await expect(decode(file([eventPacket(3, FIRST, 0x7fffffff)]))).rejects.toMatchObject({
      code: 'damaged-file',
    });
    const far = file([eventPacket(3, FIRST)]);
    far.set(words(0x7fffffff), header(0).length + 12);
    await expect(decode(far)).rejects.toMatchObject({ code: 'damaged-file' });
    const huge = file([eventPacket(3, FIRST)]);
    huge.set(words(0x7fffffff), header(0).length + 4);
    await expect(decode(huge)).rejects.toMatchObject({ code: 'damaged-file', offset: header(0).length });
    const root = file([eventPacket(3, FIRST)]);
    root.set(words(0x7fffffff), 18);
    await expect(decode(root)).rejects.toMatchObject({ code: 'damaged-file' });
  });

  it('refuses a recording without events', async () => {
    const frames = file([], { xml: XML.replace('EVTS', 'IMUS') });
    await expect(decode(frames)).rejects.toMatchObject({ code: 'not-events' });
  });

  it.skipIf(!hasSharedData)(
    `finds a bit flipped inside a compressed packet${NEEDS_SHARED_DATA}`,
    async () => {
      const bytes = sharedBytes('aedat4/aestream_davis.aedat4');
      const truth = eventTuples((await decode(bytes)).events);
      let refused = 0;
      for (let i = 0; i < 20; i++) {
        const flipped = bytes.slice();
        flipped[200_000 + i * 40_009] ^= 1 << (i % 8);
        const found = await decode(flipped).then(
          ({ events }) => eventTuples(events),
          (error) => error.code,
        );
        if (found === 'damaged-file') refused++;
        // The flip may lie in a packet of another stream; then nothing changes.
        else expect(found.length).toBe(truth.length);
      }
      expect(refused).toBeGreaterThan(0);
    },
  );
});
