import { AppError } from '../../../core/errors.ts';
import type { SensorSize } from '../../../core/eventStream.ts';
import type { ByteSource } from '../../byteSource.ts';
import { decodeLz4Frame } from '../../compression/lz4.ts';
import { decodeZstdFrame } from '../../compression/zstd.ts';
import { readExactly } from '../chunks.ts';
import type { DecodeOptions, EventSink, FormatDecoder } from '../decoder.ts';
import { createEventWriter, type EventWriter } from '../eventBuffer.ts';
import { latin1 } from '../latin1.ts';
import { inferSensor } from '../sensors.ts';
import { fieldAt, guarded, int64At, rootTable, vectorAt } from './flatBuffer.ts';

/*
 * AEDAT 4 (DV): "#!AER-DAT4.0\r\n", a size-prefixed FlatBuffer with the header (compression, position of the table at
 * the end, XML that describes the streams), then packets: i32 stream, i32 size, and that many bytes, compressed as the
 * header says, of a size-prefixed FlatBuffer. Event packets (EVTS) hold a vector of 16-byte structures
 *
 *   i64 time (microseconds since 1970), i16 x, i16 y, u8 on, 3 bytes of padding
 *
 * Other streams (frames, IMU, triggers) are skipped.
 */
const SIGNATURE = '#!AER-DAT4.';
const SIGNATURE_BYTES = 14;
const EVENT_BYTES = 16;
const PACKET_HEADER_BYTES = 8;
/** Header fields by index. */
const COMPRESSION = 0;
const TABLE_POSITION = 1;
const INFO = 2;
/** Caps: the XML of a real file has kilobytes, an event packet some hundred. */
const MAX_HEADER_BYTES = 1 << 24;
const MAX_PACKET_BYTES = 1 << 28;

interface StreamInfo {
  id: number;
  sensor: SensorSize | undefined;
}

interface Header {
  compression: number;
  /** Where packets end; the end of the file when the recording was not closed. */
  packetStop: number;
  wasClosed: boolean;
  eventStreams: StreamInfo[];
  packetStart: number;
}

/** Streams of type EVTS in the XML: nodes outInfo / <id> / attributes, with the size in a node info below. */
export function parseEventStreams(xml: string): StreamInfo[] {
  const attributes = new Map<string, Map<string, string>>();
  const path: string[] = [];
  const tag = /<node\s+name="([^"]*)"[^>]*?(\/?)>|<(\/)node>|<attr\s+key="([^"]*)"[^>]*>([^<]*)<\/attr>/g;
  for (const [, node, isEmpty, isEnd, key, value] of xml.matchAll(tag)) {
    if (isEnd) path.pop();
    else if (node !== undefined && !isEmpty) path.push(node);
    else if (key !== undefined) {
      const place = path.indexOf('outInfo');
      const id = place < 0 ? undefined : path[place + 1];
      if (id === undefined) continue;
      const known = attributes.get(id) ?? new Map<string, string>();
      attributes.set(id, known.set(key, value));
    }
  }
  return [...attributes].flatMap(([id, known]) => {
    if (known.get('typeIdentifier') !== 'EVTS') return [];
    const [width, height] = [Number(known.get('sizeX')), Number(known.get('sizeY'))];
    const isSize = (side: number) => Number.isInteger(side) && side > 0 && side <= 0x7fff;
    return [{ id: Number(id), sensor: isSize(width) && isSize(height) ? { width, height } : undefined }];
  });
}

async function readHeader(source: ByteSource): Promise<Header> {
  const prefix = await readExactly(source, SIGNATURE_BYTES, 4, 'the header size');
  const size = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true);
  const start = SIGNATURE_BYTES + 4;
  if (size > MAX_HEADER_BYTES) {
    throw new AppError(
      'damaged-file',
      `${source.name}: the header claims ${size} bytes, the limit is ${MAX_HEADER_BYTES}.`,
      'Copy or download the file again.',
      SIGNATURE_BYTES,
    );
  }
  const bytes = await readExactly(source, start, size, 'the header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return guarded(`The header of ${source.name}`, start, () => {
    const root = rootTable(view, 0);
    const compression = fieldAt(root, COMPRESSION);
    const position = fieldAt(root, TABLE_POSITION);
    const table = position === undefined ? -1 : int64At(view, position);
    const info = vectorAt(root, INFO);
    const xml = info ? new TextDecoder().decode(bytes.subarray(info.start, info.start + info.length)) : '';
    const wasClosed = table >= start + size;
    return {
      compression: compression === undefined ? 0 : view.getInt32(compression, true),
      packetStop: wasClosed ? table : source.size,
      wasClosed,
      eventStreams: parseEventStreams(xml),
      packetStart: start + size,
    };
  });
}

function decompress(bytes: Uint8Array, compression: number, offset: number): Uint8Array {
  switch (compression) {
    case 0:
      return bytes;
    case 1:
    case 2:
      return decodeLz4Frame(bytes, offset, MAX_PACKET_BYTES);
    case 3:
    case 4:
      return decodeZstdFrame(bytes, offset, MAX_PACKET_BYTES);
    default:
      throw new AppError(
        'unsupported-variant',
        `The recording is compressed with method ${compression}; none, LZ4 and Zstandard can be read.`,
        'Record it with one of these.',
        offset,
      );
  }
}

/** Hands the events of one packet on. @returns The largest x and y. */
function readPacket(packet: Uint8Array, writer: EventWriter, name: string, offset: number): [number, number] {
  return guarded(`A packet of ${name}`, offset, () => {
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    const vector = vectorAt(rootTable(view, 4), 0);
    if (!vector) return [0, 0];
    // Compared with the bytes that are there before any event is handed on.
    if (vector.start + vector.length * EVENT_BYTES > packet.length) throw new RangeError('vector');
    let [maxX, maxY] = [0, 0];
    for (let i = 0; i < vector.length; i++) {
      const at = vector.start + i * EVENT_BYTES;
      const x = view.getUint16(at + 8, true);
      const y = view.getUint16(at + 10, true);
      if (x > maxX) maxX = x;
      if (y > maxY) maxY = y;
      writer.push(int64At(view, at), x, y, view.getUint8(at + 12) === 0 ? 0 : 1);
    }
    return [maxX, maxY];
  });
}

async function decodeAedat4(source: ByteSource, sink: EventSink, options: DecodeOptions): Promise<void> {
  const header = await readHeader(source);
  const { eventStreams, compression } = header;
  if (eventStreams.length === 0) {
    throw new AppError(
      'not-events',
      `${source.name} has no stream of events.`,
      'Record the event stream.',
      SIGNATURE_BYTES,
    );
  }
  const [{ id, sensor: statedSensor }] = eventStreams;
  if (eventStreams.length > 1)
    sink.warn(`The file has ${eventStreams.length} event streams; only stream ${id} is read.`);
  const sensor = statedSensor ?? options.sensor;
  if (sensor) sink.sensor(sensor, 'identity');
  const writer = createEventWriter(sink);
  let [maxX, maxY] = [0, 0];
  let offset = header.packetStart;
  try {
    while (offset < header.packetStop) {
      options.signal?.throwIfAborted();
      const available = source.size - offset - PACKET_HEADER_BYTES;
      const bytes = await source.read(offset, PACKET_HEADER_BYTES);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const size = available < 0 ? 0 : view.getInt32(4, true);
      if (size < 0 || size > MAX_PACKET_BYTES) {
        throw new AppError(
          'damaged-file',
          `${source.name}: the packet at offset ${offset} claims ${size} bytes.`,
          'Copy or download the file again.',
          offset,
        );
      }
      if (available < size) {
        const cut = `${source.name} ends inside the packet at offset ${offset}`;
        if (header.wasClosed)
          throw new AppError('truncated-file', `${cut}.`, 'Copy or download the file again.', source.size);
        sink.warn(`${cut}: the recording was not closed. What is whole is read.`, offset);
        break;
      }
      const dataStart = offset + PACKET_HEADER_BYTES;
      if (view.getInt32(0, true) === id) {
        const packet = decompress(
          await readExactly(source, dataStart, size, 'a packet'),
          compression,
          dataStart,
        );
        const [x, y] = readPacket(packet, writer, source.name, dataStart);
        maxX = Math.max(maxX, x);
        maxY = Math.max(maxY, y);
      }
      offset = dataStart + size;
      options.onProgress?.(offset);
    }
  } finally {
    writer.flush();
    if (!sensor) sink.sensor(inferSensor(maxX, maxY), 'identity');
  }
}

export const aedat4: FormatDecoder = {
  id: 'aedat4',
  label: 'AEDAT 4 (DV)',
  detect: (head) => latin1(head.subarray(0, SIGNATURE.length)) === SIGNATURE,
  decode: decodeAedat4,
};
