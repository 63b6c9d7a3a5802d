import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { checkWholeRecords, forEachChunk, readExactly } from '../chunks.ts';
import type { FormatDecoder } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';
import { propheseeKind, readPropheseeHeader } from './header.ts';

/*
 * Prophesee DAT: text header, one byte event type, one byte event size (8), then little-endian u32 time
 * (microseconds, wraps at 2^32) and u32 data:
 *
 *   version 2   x bits 0-13, y bits 14-27, polarity bits 28-31      version 1   x bits 0-8, y bits 9-16, polarity bit 17
 */
const RECORD_BYTES = 8;
/** Event2d and CD events; 0x0E would be external triggers. */
const EVENT_TYPES = [0x00, 0x0c];
const WRAP_US = 2 ** 32;
/** No camera that writes this format has more columns or rows. */
const LARGEST_SIDE = 2048;

/** Records that are enough to trust a file without a header. */
const MIN_BARE_RECORDS = 4;

/** Named .dat, whole records from the first byte on, whose times never fall and whose polarities are 0 or 1. */
function looksLikeBareDat(head: Uint8Array, { name, size }: ByteSource): boolean {
  if (!/\.dat$/i.test(name) || size % RECORD_BYTES !== 0 || size < MIN_BARE_RECORDS * RECORD_BYTES)
    return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength - (head.byteLength % RECORD_BYTES));
  let previous = 0;
  for (let at = 0; at < view.byteLength; at += RECORD_BYTES) {
    const time = view.getUint32(at, true);
    const data = view.getUint32(at + 4, true);
    const [x, y] = [data & 0x3fff, (data >>> 14) & 0x3fff];
    if (time < previous || data >>> 28 > 1 || x >= LARGEST_SIDE || y >= LARGEST_SIDE) return false;
    previous = time;
  }
  return true;
}

export const propheseeDat: FormatDecoder = {
  id: 'prophesee-dat',
  label: 'Prophesee DAT',
  detect: (head, source) => propheseeKind(head) === 'dat' || looksLikeBareDat(head, source),

  async decode(source, sink, options) {
    const header = await readPropheseeHeader(source);
    // Without a header there are no type bytes either, as in the vendor's own reader.
    const isBare = header.dataStart === 0;
    const [type, recordBytes] = isBare
      ? [EVENT_TYPES[0], RECORD_BYTES]
      : await readExactly(source, header.dataStart, 2, 'the event type');
    if (!EVENT_TYPES.includes(type) || recordBytes !== RECORD_BYTES) {
      throw new AppError(
        'unsupported-variant',
        `${source.name} holds events of type ${type} and ${recordBytes} bytes; only pixel events (0 or 12) of 8 bytes can be read.`,
        'Export the CD events of the recording.',
        header.dataStart,
      );
    }
    const isVersion1 = header.fields.get('version') === '1';
    const sensor = header.sensor ?? options.sensor;
    if (sensor) sink.sensor(sensor, 'identity');
    const writer = createEventWriter(sink);
    const start = isBare ? 0 : header.dataStart + 2;
    let wraps = 0;
    let previous = 0;
    let maxX = 0;
    let maxY = 0;
    await forEachChunk(source, { start, stop: source.size, recordBytes }, options, (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
        const time = view.getUint32(at, true);
        const data = view.getUint32(at + 4, true);
        if (previous - time > WRAP_US / 2) wraps++;
        previous = time;
        const x = isVersion1 ? data & 0x1ff : data & 0x3fff;
        const y = isVersion1 ? (data >>> 9) & 0xff : (data >>> 14) & 0x3fff;
        const polarity = (isVersion1 ? (data >>> 17) & 1 : data >>> 28) === 0 ? 0 : 1;
        if (x > maxX) maxX = x;
        if (y > maxY) maxY = y;
        writer.push(time + wraps * WRAP_US, x, y, polarity);
      }
    });
    writer.flush();
    // N-CARS recordings are crops of any size, so there is no list to choose from.
    if (!sensor) sink.sensor({ width: maxX + 1, height: maxY + 1 }, 'identity');
    checkWholeRecords(source, start, source.size, RECORD_BYTES);
  },
};
