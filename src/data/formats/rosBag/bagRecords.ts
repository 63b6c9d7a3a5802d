import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { decodeBzip2 } from '../../compression/bzip2.ts';
import { decodeLz4Frame } from '../../compression/lz4.ts';
import { readExactly } from '../chunks.ts';
import { latin1 } from '../latin1.ts';

/** First bytes of a ROS 1 bag. */
export const BAG_SIGNATURE = '#ROSBAG V2.0\n';

/** Caps: a record header has some hundred bytes, a chunk by default 768 kB. */
const MAX_HEADER_BYTES = 1 << 20;
const MAX_CHUNK_BYTES = 1 << 28;

const CONNECTION = 7;
const MESSAGE = 2;
const CHUNK = 5;

/** A message of a connection, with the connection's type. */
export interface BagMessage {
  connection: number;
  /** ROS type, e.g. dvs_msgs/EventArray. */
  type: string;
  data: Uint8Array;
  /** Offset of the chunk the message stands in. */
  offset: number;
}

function damaged(name: string, what: string, offset: number): AppError {
  return new AppError(
    'damaged-file',
    `${name}: ${what}.`,
    'Copy the bag again, or repair it with "rosbag reindex".',
    offset,
  );
}

/** Fields `name=value`, each with a u32 length before it. */
function parseFields(bytes: Uint8Array, name: string, offset: number): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<string, Uint8Array>();
  let at = 0;
  while (at < bytes.length) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length) throw damaged(name, 'a field runs beyond its record header', offset);
    const field = bytes.subarray(at + 4, at + 4 + length);
    const equals = field.indexOf(0x3d);
    if (equals > 0) fields.set(latin1(field.subarray(0, equals)), field.subarray(equals + 1));
    at += 4 + length;
  }
  return fields;
}

function u32(bytes: Uint8Array | undefined): number {
  if (!bytes || bytes.length < 4) return -1;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
}

function inflateChunk(
  fields: Map<string, Uint8Array>,
  data: Uint8Array,
  name: string,
  offset: number,
): Uint8Array {
  const compression = latin1(fields.get('compression') ?? new Uint8Array(0));
  if (compression === 'none' || compression === '') return data;
  if (compression === 'lz4') return decodeLz4Frame(data, offset, MAX_CHUNK_BYTES);
  if (compression === 'bz2') return decodeBzip2(data, offset, MAX_CHUNK_BYTES);
  throw new AppError(
    'unsupported-variant',
    `${name} is compressed with ${compression}; bags without compression, with lz4 or bz2 can be read.`,
    'Run "rosbag decompress" on it.',
    offset,
  );
}

/** Walks the messages of a bag in file order, one chunk in memory at a time. */
export async function* bagMessages(source: ByteSource, signal?: AbortSignal): AsyncGenerator<BagMessage> {
  const types = new Map<number, string>();

  function learn(fields: Map<string, Uint8Array>, data: Uint8Array, offset: number): void {
    const type = parseFields(data, source.name, offset).get('type');
    if (type) types.set(u32(fields.get('conn')), latin1(type));
  }

  function* messagesOf(chunk: Uint8Array, offset: number): Generator<BagMessage> {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lengthAt = (at: number) =>
      at + 4 <= chunk.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    let at = 0;
    while (at < chunk.length) {
      const headerStop = at + 4 + lengthAt(at);
      const dataStop = headerStop + 4 + lengthAt(headerStop);
      if (!(dataStop <= chunk.length)) throw damaged(source.name, 'a record runs beyond its chunk', offset);
      const fields = parseFields(chunk.subarray(at + 4, headerStop), source.name, offset);
      const data = chunk.subarray(headerStop + 4, dataStop);
      const op = fields.get('op')?.[0];
      if (op === CONNECTION) learn(fields, data, offset);
      if (op === MESSAGE) {
        const connection = u32(fields.get('conn'));
        yield { connection, type: types.get(connection) ?? '', data, offset };
      }
      at = dataStop;
    }
  }

  let offset = BAG_SIGNATURE.length;
  while (offset < source.size) {
    signal?.throwIfAborted();
    const headerBytes = u32(await readExactly(source, offset, 4, 'a record'));
    if (headerBytes > MAX_HEADER_BYTES)
      throw damaged(source.name, `a record header claims ${headerBytes} bytes`, offset);
    const header = await readExactly(source, offset + 4, headerBytes, 'a record header');
    const fields = parseFields(header, source.name, offset);
    const dataBytes = u32(await readExactly(source, offset + 4 + headerBytes, 4, 'a record'));
    const dataStart = offset + 8 + headerBytes;
    const op = fields.get('op')?.[0];
    if (op === CHUNK || op === CONNECTION) {
      if (dataBytes > MAX_CHUNK_BYTES)
        throw damaged(source.name, `a record claims ${dataBytes} bytes`, offset);
      const data = await readExactly(source, dataStart, dataBytes, 'a record');
      if (op === CONNECTION) learn(fields, data, offset);
      else yield* messagesOf(inflateChunk(fields, data, source.name, dataStart), dataStart);
    } else if (dataStart + dataBytes > source.size) {
      await readExactly(source, dataStart, dataBytes, 'a record');
    }
    offset = dataStart + dataBytes;
  }
}
