import { AppError } from './errors.ts';

/** Element types that are read and written; the names are the format's. */
export type TensorType = 'F32' | 'I32' | 'U8';

type TensorValues = Float32Array | Int32Array | Uint8Array;

/** One tensor: row-major values, slowest axis first. */
export interface Tensor {
  dtype: TensorType;
  shape: number[];
  values: TensorValues;
}

/** A whole file: tensors by name, and text by key. */
export interface TensorFile {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

const ELEMENT_BYTES: Record<TensorType, number> = { F32: 4, I32: 4, U8: 1 };
const HEADER_START = 8;
const METADATA_KEY = '__metadata__';

export const SAFETENSORS_LIMITS = {
  /** The format's own limit of the header. */
  headerBytes: 100_000_000,
  rank: 8,
} as const;

function refuse(message: string, offset = HEADER_START): never {
  throw new AppError(
    'safetensors-invalid',
    message,
    'The file is damaged or was not written as safetensors: write or copy it again.',
    offset,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < HEADER_START) refuse(`The file has ${bytes.length} bytes, at least 8 are needed.`, 0);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const room = Math.min(bytes.length - HEADER_START, SAFETENSORS_LIMITS.headerBytes);
  if (length > BigInt(room))
    refuse(`The header is said to have ${length} bytes, but there is room for ${room}.`, 0);
  const dataStart = HEADER_START + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(HEADER_START, dataStart)),
    );
  } catch {
    refuse('The header is not JSON text in UTF-8.');
  }
  if (!isRecord(header)) refuse('The header is not a JSON object.');
  return { header, dataStart };
}

interface Entry {
  name: string;
  dtype: TensorType;
  shape: number[];
  begin: number;
  end: number;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readEntry(name: string, value: unknown, dataBytes: number): Entry {
  if (!isRecord(value)) refuse(`The entry of tensor ${name} is not a JSON object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    refuse(`Tensor ${name} has the element type ${JSON.stringify(dtype)}; F32, I32 and U8 are read.`);
  }
  if (!Array.isArray(shape) || shape.length > SAFETENSORS_LIMITS.rank || !shape.every(isSize)) {
    refuse(
      `The shape of tensor ${name} is ${JSON.stringify(shape)}; allowed is a list of at most ` +
        `${SAFETENSORS_LIMITS.rank} whole numbers.`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    refuse(
      `The data_offsets of tensor ${name} are ${JSON.stringify(offsets)}; allowed are two whole numbers.`,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes) {
    refuse(`Tensor ${name} lies at bytes ${begin} to ${end}, but there are ${dataBytes} bytes of data.`);
  }
  const type = dtype as TensorType;
  const needed = shape.reduce<number>((product, side) => product * side, ELEMENT_BYTES[type]);
  if (needed !== end - begin) {
    refuse(`Tensor ${name} of shape [${shape}] needs ${needed} bytes, but its range has ${end - begin}.`);
  }
  return { name, dtype: type, shape, begin, end };
}

/** No byte may belong to two tensors or to none: a gap or an overlap means that an offset is wrong. */
function checkCoverage(entries: Entry[], dataStart: number, dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const fault = begin < covered ? 'overlaps the tensor before it' : 'leaves a gap before it';
      refuse(
        `Tensor ${name} begins at byte ${begin} of the data, which ${fault} (expected ${covered}).`,
        dataStart,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    refuse(`The data end at byte ${covered}, but the file has ${dataBytes} bytes of them.`, dataStart);
  }
}

function readMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value)) refuse('The metadata are not a JSON object.');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') refuse(`The metadata entry ${key} is not text.`);
  }
  return value as Record<string, string>;
}

/** A copy of the bytes as numbers; copying frees the result from alignment and from the file's buffer. */
function toValues(dtype: TensorType, bytes: Uint8Array): TensorValues {
  const copy = bytes.slice();
  if (dtype === 'U8') return copy;
  return dtype === 'F32' ? new Float32Array(copy.buffer) : new Int32Array(copy.buffer);
}

/**
 * Reads a safetensors file: u64 header length, JSON header, raw little-endian data. Everything that the header says
 * is compared with the bytes that are there before anything is allocated.
 * @throws AppError `safetensors-invalid` naming the tensor, the value and the limit.
 */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const { header, dataStart } = readHeader(bytes);
  const dataBytes = bytes.length - dataStart;
  const metadata = readMetadata(header[METADATA_KEY] ?? {});
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, value]) => readEntry(name, value, dataBytes));
  checkCoverage(entries, dataStart, dataBytes);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const values = toValues(dtype, bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(name, { dtype, shape, values });
  }
  return { tensors, metadata };
}

function checkTensor(name: string, { dtype, shape, values }: Tensor): void {
  const count = shape.reduce((product, side) => product * side, 1);
  const type = values instanceof Float32Array ? 'F32' : values instanceof Int32Array ? 'I32' : 'U8';
  if (name === METADATA_KEY || count !== values.length || type !== dtype) {
    throw new AppError(
      'safetensors-unwritable',
      `Tensor ${name} of type ${dtype} and shape [${shape}] was given ${values.length} values of type ${type}.`,
      'Give as many values of that type as the shape says.',
    );
  }
}

/** What a header says of a tensor. */
export type TensorHead = Pick<Tensor, 'dtype' | 'shape'>;

/**
 * The beginning of a file whose tensors follow in this order, without gaps: for files that are written piece by piece.
 * Padded to a multiple of 8 bytes.
 */
export function safetensorsHead(
  tensors: readonly (readonly [name: string, head: TensorHead])[],
  metadata: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata]] : [];
  let position = 0;
  for (const [name, { dtype, shape }] of tensors) {
    const end = position + shape.reduce((product, side) => product * side, ELEMENT_BYTES[dtype]);
    header.push([name, { dtype, shape, data_offsets: [position, end] }]);
    position = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(HEADER_START + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(text, HEADER_START);
  return head;
}

/**
 * Writes a safetensors file. Tensors of 4-byte elements come first, in the map's order, and the header is padded to a
 * multiple of 8 bytes, so that every tensor is aligned to its element size. Equal input, equal bytes.
 * @throws AppError `safetensors-unwritable` where values do not fit their shape or type.
 */
export function writeSafetensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([, a], [, b]) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype]);
  for (const [name, tensor] of ordered) checkTensor(name, tensor);
  const head = safetensorsHead(ordered, metadata);
  const dataBytes = ordered.reduce((sum, [, { values }]) => sum + values.byteLength, 0);
  const bytes = new Uint8Array(head.length + dataBytes);
  bytes.set(head);
  let at = head.length;
  for (const [, { values }] of ordered) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}
