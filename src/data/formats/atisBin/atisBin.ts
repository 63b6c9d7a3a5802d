import { AppError } from '../../../core/errors.ts';
import type { SensorSize } from '../../../core/eventStream.ts';
import type { ByteSource } from '../../byteSource.ts';
import { checkWholeRecords, forEachChunk } from '../chunks.ts';
import type { FormatDecoder } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';

/*
 * ATIS 40-bit records, the format of N-MNIST and N-Caltech101. No header. Five bytes, big-endian:
 *
 *   byte 0  x      byte 1  y      byte 2 bit 7  polarity (1 = ON)      the other 23 bits  time, microseconds
 *
 * y = 240 is no event: it marks an overflow of the clock and adds 2^13 us to every later record. The 23 bits are
 * taken as they are otherwise; a recording longer than 8.39 s without markers shows as time running backwards.
 */
const RECORD_BYTES = 5;
const OVERFLOW_ROW = 240;
const OVERFLOW_US = 2 ** 13;

/** Records that are enough to trust their times when the name does not say .bin. */
const MIN_RECORDS_WITHOUT_NAME = 32;

function timeAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 2] & 0x7f) << 16) | (bytes[at + 3] << 8) | bytes[at + 4];
}

/** True when the records of the head are on the sensor and their times never fall: other data fails this quickly. */
export function looksLikeAtisBin(head: Uint8Array): boolean {
  const stop = head.length - (head.length % RECORD_BYTES);
  for (let at = 0; at < stop; at += RECORD_BYTES) {
    if (head[at + 1] > OVERFLOW_ROW) return false;
    if (at > 0 && timeAt(head, at) < timeAt(head, at - RECORD_BYTES)) return false;
  }
  return stop > 0;
}

/**
 * The file does not name its sensor. The smallest of the three that holds every event: 34x34 (N-MNIST), 240x180
 * (N-Caltech101), 304x240 (the ATIS itself). One recording need not reach the border, so its largest x and y are no
 * measure: within a data set the importer takes the largest sensor of its recordings.
 */
export function atisSensor(maxX: number, maxY: number): SensorSize {
  if (maxX < 34 && maxY < 34) return { width: 34, height: 34 };
  if (maxX < 240 && maxY < 180) return { width: 240, height: 180 };
  return { width: 304, height: 240 };
}

export const atisBin: FormatDecoder = {
  id: 'atis-bin',
  label: 'ATIS 40-bit (N-MNIST, N-Caltech101)',

  detect(head: Uint8Array, source: ByteSource): boolean {
    if (/\.(bin|bs2)$/i.test(source.name)) return head.length > 0;
    const records = Math.floor(head.length / RECORD_BYTES);
    return source.size % RECORD_BYTES === 0 && records >= MIN_RECORDS_WITHOUT_NAME && looksLikeAtisBin(head);
  },

  async decode(source, sink, options) {
    const writer = createEventWriter(sink);
    let maxX = 0;
    let maxY = 0;
    let overflowUs = 0;
    if (options.sensor) sink.sensor(options.sensor, 'identity');
    await forEachChunk(
      source,
      { start: 0, stop: source.size, recordBytes: RECORD_BYTES },
      options,
      (bytes, offset) => {
        for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
          const x = bytes[at];
          const y = bytes[at + 1];
          if (y >= OVERFLOW_ROW) {
            if (y > OVERFLOW_ROW) {
              writer.flush();
              throw rowOutside(source, y, offset + at);
            }
            overflowUs += OVERFLOW_US;
            continue;
          }
          if (x > maxX) maxX = x;
          if (y > maxY) maxY = y;
          writer.push(timeAt(bytes, at) + overflowUs, x, y, bytes[at + 2] >>> 7);
        }
      },
    );
    writer.flush();
    if (!options.sensor) sink.sensor(atisSensor(maxX, maxY), 'identity');
    checkWholeRecords(source, 0, source.size, RECORD_BYTES);
  },
};

function rowOutside(source: ByteSource, y: number, offset: number): AppError {
  return new AppError(
    'not-this-format',
    `${source.name}: the record at offset ${offset} has y = ${y}, but an ATIS sensor has 240 rows.`,
    'This is not an ATIS 40-bit recording, or it is damaged: copy it again, or check where the file comes from.',
    offset,
  );
}
