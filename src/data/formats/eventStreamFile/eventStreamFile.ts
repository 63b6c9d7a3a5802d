import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { CHUNK_BYTES, readExactly } from '../chunks.ts';
import type { DecodeOptions, EventSink, FormatDecoder } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';
import { latin1 } from '../latin1.ts';

/*
 * Event Stream (.es) version 2: "Event Stream", three version bytes, one type byte, u16 width, u16 height, then
 * records of one time byte and, for an event, u16 x and u16 y, little-endian. Time accumulates from 0 in microseconds.
 *
 *   DVS    0xFF adds 127 us, 0xFE is padding; else time += byte >> 1, polarity = byte & 1
 *   ATIS   11111100b | n adds 63 n us; else time += byte >> 2, code = byte & 3: 0 OFF, 2 ON, 1 and 3 exposure
 */
const SIGNATURE = 'Event Stream';
const HEADER_BYTES = 20;
const TYPE_NAMES = ['generic', 'DVS', 'ATIS', 'asynchronous & modular display', 'colour'];
const DVS = 1;
const ATIS = 2;
const EVENT_BYTES = 5;

type Step = { advanceUs: number; polarity: number };

/** polarity 0 or 1: an event follows; 2: pixel data follow that are no event; -1: nothing follows. */
function readTimeByte(type: number, byte: number): Step {
  if (type === DVS) {
    if (byte === 0xff) return { advanceUs: 127, polarity: -1 };
    if (byte === 0xfe) return { advanceUs: 0, polarity: -1 };
    return { advanceUs: byte >>> 1, polarity: byte & 1 };
  }
  if ((byte & 0xfc) === 0xfc) return { advanceUs: 63 * (byte & 3), polarity: -1 };
  const code = byte & 3;
  return { advanceUs: byte >>> 2, polarity: code === 0 ? 0 : code === 2 ? 1 : 2 };
}

async function decodeEventStream(source: ByteSource, sink: EventSink, options: DecodeOptions): Promise<void> {
  const header = await readExactly(source, 0, SIGNATURE.length + 4, 'the header');
  const version = header[12];
  const type = header[15];
  if (version !== 2 || (type !== DVS && type !== ATIS)) {
    throw new AppError(
      'unsupported-variant',
      `${source.name} is an Event Stream file of version ${version}, type ${TYPE_NAMES[type] ?? type}; only version 2 with DVS or ATIS events has pixels that can be read.`,
      'Export the recording as DVS events.',
      12,
    );
  }
  const size = await readExactly(source, 16, 4, 'the sensor size');
  sink.sensor({ width: size[0] | (size[1] << 8), height: size[2] | (size[3] << 8) }, 'flipY');

  const writer = createEventWriter(sink);
  let tUs = 0;
  let offset = HEADER_BYTES;
  while (offset < source.size) {
    options.signal?.throwIfAborted();
    const bytes = await readExactly(
      source,
      offset,
      Math.min(CHUNK_BYTES, source.size - offset),
      'the event data',
    );
    let at = 0;
    while (at < bytes.length) {
      const { advanceUs, polarity } = readTimeByte(type, bytes[at]);
      if (polarity < 0) {
        tUs += advanceUs;
        at++;
        continue;
      }
      if (at + EVENT_BYTES > bytes.length) break;
      tUs += advanceUs;
      const x = bytes[at + 1] | (bytes[at + 2] << 8);
      const y = bytes[at + 3] | (bytes[at + 4] << 8);
      if (polarity < 2) writer.push(tUs, x, y, polarity);
      at += EVENT_BYTES;
    }
    offset += at;
    options.onProgress?.(offset);
    // Nothing could be read although the file ends here: what is left is a part of an event.
    if (at < bytes.length && offset + bytes.length - at >= source.size) {
      writer.flush();
      throw new AppError(
        'truncated-file',
        `${source.name} ends inside an event: ${source.size - offset} of ${EVENT_BYTES} bytes are there.`,
        'Copy or download the file again.',
        offset,
      );
    }
  }
  writer.flush();
}

export const eventStreamFile: FormatDecoder = {
  id: 'event-stream',
  label: 'Event Stream (.es)',
  detect: (head) => latin1(head.subarray(0, SIGNATURE.length)) === SIGNATURE,
  decode: decodeEventStream,
};
