import { AppError } from '../../../core/errors.ts';
import { halfToNumber } from '../../../core/halfFloat.ts';
import type { ByteSource } from '../../byteSource.ts';
import { CHUNK_BYTES, readExactly } from '../chunks.ts';
import { latin1 } from '../latin1.ts';
import { wholeMicroseconds } from '../table/roles.ts';

/** Reads number i of a field from a view. */
type ReadNumber = (view: DataView, offset: number) => number;
type ReadExactly = (view: DataView, offset: number) => number | bigint;

/** One field of a record; plain arrays have one without a name. */
export interface NpyField {
  name: string | undefined;
  /** Offset inside the record. */
  offset: number;
  bytes: number;
  read: ReadNumber;
  /** As `read`, but whole numbers of 64 bits as they are. */
  readExactly: ReadExactly;
}

/** Header of a .npy file. */
export interface NpyArray {
  source: ByteSource;
  fields: NpyField[];
  recordBytes: number;
  shape: number[];
  isFortranOrder: boolean;
  dataStart: number;
}

/** Longest header that is read; a real one has a few hundred bytes. */
const MAX_HEADER_BYTES = 1 << 16;
/** Columns of a table; an array with more is none, and their names would fill the memory. */
const MAX_COLUMNS = 64;

function unsupported(source: ByteSource, what: string): AppError {
  return new AppError(
    'unsupported-variant',
    `${source.name}: ${what} cannot be read as events.`,
    'Save the events as arrays of numbers: columns or fields t, x, y, p.',
  );
}

/** Reader for a type string such as '<i8'; 64-bit integers lose precision beyond 2^53. */
export function numberReader(
  type: string,
): { read: ReadNumber; readExactly: ReadExactly; bytes: number } | undefined {
  const match = /^([<>|=])([biuf])(\d+)$/.exec(type);
  if (!match) return undefined;
  const isLittle = match[1] !== '>';
  const readers: Record<string, ReadNumber | undefined> = {
    b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
    i1: (view, at) => view.getInt8(at),
    u1: (view, at) => view.getUint8(at),
    i2: (view, at) => view.getInt16(at, isLittle),
    u2: (view, at) => view.getUint16(at, isLittle),
    i4: (view, at) => view.getInt32(at, isLittle),
    u4: (view, at) => view.getUint32(at, isLittle),
    f2: (view, at) => halfToNumber(view.getUint16(at, isLittle)),
    f4: (view, at) => view.getFloat32(at, isLittle),
    f8: (view, at) => view.getFloat64(at, isLittle),
  };
  const wholeReaders: Record<string, ReadExactly | undefined> = {
    i8: (view, at) => view.getBigInt64(at, isLittle),
    u8: (view, at) => view.getBigUint64(at, isLittle),
  };
  const kind = `${match[2]}${match[3]}`;
  const readExactly = wholeReaders[kind] ?? readers[kind];
  if (!readExactly) return undefined;
  const read = readers[kind] ?? ((view, at) => Number(readExactly(view, at)));
  return { read, readExactly, bytes: Number(match[3]) };
}

/** Fields of a descr: one type string, or a list of (name, type), padding as ('', '|V3'). */
function parseFields(source: ByteSource, descr: string): { fields: NpyField[]; recordBytes: number } {
  const plain = /^'([^']*)'$/.exec(descr);
  const pairs = plain
    ? [['', '', plain[1]]]
    : [...descr.matchAll(/\(\s*'([^']*)'\s*,\s*'([^']*)'\s*(?:,[^)]*\))?\s*\)?/g)].map(
        ([all, name, type]) => [all, name, type],
      );
  const fields: NpyField[] = [];
  let offset = 0;
  for (const [all, name, type] of pairs) {
    const padding = /^\|V(\d+)$/.exec(type);
    const reader = numberReader(type);
    if (padding && name === '') {
      offset += Number(padding[1]);
      continue;
    }
    if (!reader || /,\s*\(/.test(all.replace(/^\(/, '')))
      throw unsupported(source, `an array of type ${type || descr}`);
    fields.push({ name: plain ? undefined : name, offset, ...reader });
    offset += reader.bytes;
  }
  if (fields.length === 0) throw unsupported(source, `an array of type ${descr.slice(0, 80)}`);
  return { fields, recordBytes: offset };
}

/** @throws AppError `truncated-file`, `damaged-file`, `unsupported-variant` (objects, nested types). */
export async function readNpyHeader(source: ByteSource): Promise<NpyArray> {
  const start = await readExactly(source, 0, 10, 'the array header');
  const isLong = start[6] >= 2;
  const lengthBytes = isLong ? await readExactly(source, 8, 4, 'the array header') : start.subarray(8, 10);
  const length = lengthBytes.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
  const textStart = 8 + lengthBytes.length;
  if (length > MAX_HEADER_BYTES) throw damaged(source, `its header claims ${length} bytes`);
  const text = latin1(await readExactly(source, textStart, length, 'the array header'));
  const descr = /'descr'\s*:\s*('[^']*'|\[.*?\])\s*,\s*'(?:fortran_order|shape)'/s.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shapeText === undefined)
    throw damaged(source, `its header is "${text.trim().slice(0, 80)}"`);
  const shape = (shapeText.match(/\d+/g) ?? []).map(Number);
  return {
    source,
    ...parseFields(source, descr),
    shape,
    isFortranOrder: order === 'True',
    dataStart: textStart + length,
  };
}

function damaged(source: ByteSource, found: string): AppError {
  return new AppError(
    'damaged-file',
    `${source.name} is not a readable .npy file: ${found}.`,
    'Save it again.',
    0,
  );
}

/** Columns that an array has as a table: fields of records, or the second axis; undefined for other shapes. */
export function tableShape(
  array: NpyArray,
): { rowCount: number; columnNames: (string | undefined)[] } | undefined {
  const { shape, fields } = array;
  if (fields.length > MAX_COLUMNS || (shape[1] ?? 1) > MAX_COLUMNS) return undefined;
  if (fields[0].name !== undefined && shape.length === 1)
    return { rowCount: shape[0], columnNames: fields.map(({ name }) => name) };
  if (fields[0].name === undefined && shape.length <= 2 && shape.length > 0)
    return { rowCount: shape[0], columnNames: Array(shape[1] ?? 1).fill(undefined) };
  return undefined;
}

/** Four rows of N numbers are N rows of four, stored the other way round. */
export function asRowsOfFour(array: NpyArray): NpyArray {
  const { shape, fields, isFortranOrder } = array;
  if (fields[0].name !== undefined || shape.length !== 2 || shape[0] !== 4 || shape[1] === 4) return array;
  return { ...array, shape: [shape[1], 4], isFortranOrder: !isFortranOrder };
}

function reader({ read, readExactly }: NpyField, isNanoseconds: boolean): ReadNumber {
  return isNanoseconds ? (view, at) => wholeMicroseconds(readExactly(view, at)) : read;
}

/**
 * Walks the rows of a table-shaped array in blocks.
 * @param nanoseconds See {@link EventTable}.scan.
 * @throws AppError `truncated-file` after the whole rows, when the data end before the shape says.
 */
export async function scanNpy(
  array: NpyArray,
  visit: (columns: readonly Float64Array[], count: number) => void,
  onProgress?: (bytesRead: number) => void,
  nanoseconds = -1,
): Promise<void> {
  const { source, fields, recordBytes, isFortranOrder, dataStart } = array;
  const table = tableShape(array);
  if (!table) throw unsupported(source, `an array of shape (${array.shape.join(', ')})`);
  const { rowCount, columnNames } = table;
  const isRecord = fields[0].name !== undefined;
  // Records hold one number per field; plain rows hold one number per column, one after the other or column by column.
  const rowBytes = isRecord ? recordBytes : recordBytes * columnNames.length;
  const available = Math.max(0, source.size - dataStart);
  const byColumn = isFortranOrder && !isRecord && columnNames.length > 1;
  const wholeRows = byColumn
    ? available >= rowCount * rowBytes
      ? rowCount
      : 0
    : Math.min(rowCount, Math.floor(available / rowBytes));
  const blockRows = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  const columns = columnNames.map(() => new Float64Array(Math.min(blockRows, wholeRows)));
  for (let row = 0; row < wholeRows; row += blockRows) {
    const count = Math.min(blockRows, wholeRows - row);
    if (byColumn) {
      for (const [column, values] of columns.entries()) {
        const at = dataStart + (column * rowCount + row) * recordBytes;
        const bytes = await readExactly(source, at, count * recordBytes, 'the array');
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const read = reader(fields[0], column === nanoseconds);
        for (let i = 0; i < count; i++) values[i] = read(view, i * recordBytes);
      }
    } else {
      const bytes = await readExactly(source, dataStart + row * rowBytes, count * rowBytes, 'the array');
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (const [column, values] of columns.entries()) {
        const field = isRecord ? fields[column] : fields[0];
        const offset = isRecord ? field.offset : column * recordBytes;
        const read = reader(field, column === nanoseconds);
        for (let i = 0; i < count; i++) values[i] = read(view, i * rowBytes + offset);
      }
    }
    visit(columns, count);
    onProgress?.(dataStart + (row + count) * rowBytes);
  }
  if (wholeRows < rowCount) {
    throw new AppError(
      'truncated-file',
      `${source.name} announces ${rowCount} rows of ${rowBytes} bytes, but only ${available} bytes are there.`,
      'Copy or download the file again.',
      dataStart + wholeRows * rowBytes,
    );
  }
}
