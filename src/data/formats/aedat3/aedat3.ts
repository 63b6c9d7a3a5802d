import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { forEachChunk, readExactly } from '../chunks.ts';
import type { DecodeOptions, EventSink, FormatDecoder } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';
import { latin1 } from '../latin1.ts';
import { DAVIS240, DAVIS346, DAVIS640, DVS128, inferSensor, sensorOfCamera } from '../sensors.ts';
import { readTextHeader, type TextHeader } from '../textHeader.ts';

/*
 * AEDAT 3 (cAER; the format of DvsGesture). Text header, then little-endian packets: a 28-byte header
 *
 *   i16 type, i16 source, i32 eventSize, i32 timeOffset, i32 timeOverflow, i32 capacity, i32 number, i32 valid
 *
 * and number * eventSize bytes; some writers leave room for capacity events, which shows by where the next packet is. Polarity events (type 1) are u32 data, i32 time: x bits 17-31, y bits 2-16, polarity
 * bit 1, valid bit 0; time = timeOverflow * 2^31 + i32, microseconds. Other types are skipped by their size.
 */
const PACKET_HEADER_BYTES = 28;
const POLARITY = 1;
const POLARITY_BYTES = 8;
/** Types in use are below 20, those of users' own from 100 on. */
const LAST_TYPE = 1000;
const SENSORS = [DVS128, DAVIS240, DAVIS346, DAVIS640];

interface Packet {
  type: number;
  source: number;
  overflow: number;
  number: number;
  valid: number;
  dataStart: number;
  dataStop: number;
}

/** True where a packet header that makes sense stands, or the file ends. */
async function mayBePacket(source: ByteSource, offset: number): Promise<boolean> {
  if (offset >= source.size) return offset === source.size;
  const bytes = await source.read(offset, PACKET_HEADER_BYTES);
  if (bytes.length < PACKET_HEADER_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [type, eventBytes] = [view.getInt16(0, true), view.getInt32(4, true)];
  const [capacity, number, valid] = [16, 20, 24].map((at) => view.getInt32(at, true));
  return (
    type >= 0 && type <= LAST_TYPE && eventBytes > 0 && valid >= 0 && valid <= number && number <= capacity
  );
}

/** Walks the packet headers; sizes are checked against the file before anything is read with them. */
async function* packets(source: ByteSource, start: number, options: DecodeOptions): AsyncGenerator<Packet> {
  let offset = start;
  while (offset < source.size) {
    options.signal?.throwIfAborted();
    const bytes = await readExactly(source, offset, PACKET_HEADER_BYTES, 'a packet header');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const eventBytes = view.getInt32(4, true);
    const capacity = view.getInt32(16, true);
    const number = view.getInt32(20, true);
    const type = view.getInt16(0, true);
    if (
      type < 0 ||
      eventBytes < 1 ||
      number < 0 ||
      capacity < 0 ||
      (type === POLARITY && eventBytes !== POLARITY_BYTES)
    ) {
      throw new AppError(
        'damaged-file',
        `${source.name}: the packet at offset ${offset} claims type ${type} with ${number} events of ${eventBytes} bytes.`,
        'Copy or download the file again.',
        offset,
      );
    }
    const dataStart = offset + PACKET_HEADER_BYTES;
    const dataStop = dataStart + number * eventBytes;
    const next = dataStart + capacity * eventBytes;
    const isPadded =
      capacity > number && (await mayBePacket(source, next)) && !(await mayBePacket(source, dataStop));
    yield {
      type,
      source: view.getInt16(2, true),
      overflow: view.getInt32(12, true),
      number,
      valid: view.getInt32(24, true),
      dataStart,
      dataStop,
    };
    offset = isPadded ? next : dataStop;
  }
}

/**
 * Some writers leave the validity bit 0 everywhere although every event is valid; it counts only when a packet says
 * that not all of its events are. @returns The source of the first polarity packet, and whether the bit counts.
 */
async function scanPackets(
  source: ByteSource,
  start: number,
  options: DecodeOptions,
): Promise<{ camera: number | undefined; others: number; hasInvalid: boolean }> {
  let camera: number | undefined;
  const cameras = new Set<number>();
  let hasInvalid = false;
  try {
    for await (const packet of packets(source, start, options)) {
      if (packet.type !== POLARITY) continue;
      camera ??= packet.source;
      cameras.add(packet.source);
      hasInvalid ||= packet.valid !== packet.number;
    }
  } catch (error) {
    // Damage is reported by the second walk, after what stands before it has been decoded.
    if (!(error instanceof AppError) || error.code === 'cancelled') throw error;
  }
  return { camera, others: cameras.size - 1, hasInvalid };
}

function checkHeader(source: ByteSource, { lines }: TextHeader): void {
  const format = lines
    .map((line) => /^#\s*Format:\s*(.*?)\s*$/i.exec(line)?.[1])
    .find((value) => value !== undefined);
  if (format !== undefined && format.toUpperCase() !== 'RAW') {
    throw new AppError(
      'unsupported-variant',
      `${source.name} has the AEDAT 3 format "${format}"; only RAW can be read.`,
      'Record or export it uncompressed (Format: RAW).',
    );
  }
}

async function decodeAedat3(source: ByteSource, sink: EventSink, options: DecodeOptions): Promise<void> {
  const header = await readTextHeader(source, '#', (line) => line.startsWith('#!END-HEADER'));
  checkHeader(source, header);
  const orientation = /^#!AER-DAT3\.0/.test(header.lines[0]) ? 'flipY' : 'identity';
  const { camera, others, hasInvalid } = await scanPackets(source, header.end, options);
  if (others > 0)
    sink.warn(
      `The file has polarity events of ${others + 1} cameras; only those of source ${camera} are read.`,
    );
  const named = header.lines
    .filter((line) => new RegExp(`^#\\s*Source ${camera}\\b`, 'i').test(line))
    .map(sensorOfCamera)
    .find((size) => size !== undefined);
  const sensor = options.sensor ?? named;
  if (sensor) sink.sensor(sensor, orientation);

  const writer = createEventWriter(sink);
  let maxX = 0;
  let maxY = 0;
  let invalid = 0;
  function readEvents(bytes: Uint8Array, overflow: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += POLARITY_BYTES) {
      const data = view.getUint32(at, true);
      if (hasInvalid && (data & 1) === 0) {
        invalid++;
        continue;
      }
      const x = data >>> 17;
      const y = (data >>> 2) & 0x7fff;
      if (x > maxX) maxX = x;
      if (y > maxY) maxY = y;
      writer.push(overflow * 2 ** 31 + view.getInt32(at + 4, true), x, y, (data >>> 1) & 1);
    }
  }
  const finish = () => {
    writer.flush();
    if (!sensor) sink.sensor(inferSensor(maxX, maxY, SENSORS), orientation);
    if (invalid > 0) sink.warn(`${invalid} events that the file marks as invalid are left out.`);
  };
  try {
    for await (const packet of packets(source, header.end, options)) {
      if (packet.type === POLARITY && packet.source === camera) {
        const range = {
          start: packet.dataStart,
          stop: Math.min(packet.dataStop, source.size),
          recordBytes: POLARITY_BYTES,
        };
        await forEachChunk(source, range, options, (bytes) => readEvents(bytes, packet.overflow));
      }
      if (packet.dataStop > source.size) {
        throw new AppError(
          'truncated-file',
          `${source.name} ends inside a packet: ${packet.dataStop - packet.dataStart} bytes at offset ${packet.dataStart}, ` +
            `but the file has ${source.size - packet.dataStart}.`,
          'Copy or download the file again.',
          source.size,
        );
      }
    }
  } finally {
    finish();
  }
}

export const aedat3: FormatDecoder = {
  id: 'aedat3',
  label: 'AEDAT 3 (DvsGesture)',
  detect: (head) => latin1(head.subarray(0, 12)).startsWith('#!AER-DAT3'),
  decode: decodeAedat3,
};
