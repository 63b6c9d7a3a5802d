import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { inflateStream } from '../../containers/inflate.ts';
import { IMPORT_LIMITS } from '../../limits.ts';
import { readExactly } from '../chunks.ts';
import { latin1 } from '../latin1.ts';

/** A column of numbers inside a MAT file; `read(i)` is bounds-checked by its view. */
export interface MatNumbers {
  kind: 'numbers';
  length: number;
  read(i: number): number;
}

export interface MatStruct {
  kind: 'struct';
  fields: Map<string, MatValue>;
}

/** Numeric arrays and scalar structs; everything else (cells, text, objects) is `other`. */
export type MatValue = MatNumbers | MatStruct | { kind: 'other' };

const HEADER_BYTES = 128;
const MATRIX = 14;
const COMPRESSED = 15;
const STRUCT_CLASS = 2;
const COMPLEX_FLAG = 0x08;
/** Structs inside structs: real exports have four levels. */
const MAX_DEPTH = 16;
const MAX_FIELDS = 4096;

type ReadElement = (view: DataView, at: number, isLittle: boolean) => number;

/** Storage types by number: bytes per element and reader. */
const NUMBER_TYPES: Record<number, { bytes: number; read: ReadElement } | undefined> = {
  1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  4: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  5: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  6: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  7: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  9: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
  12: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  13: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
};

interface Element {
  type: number;
  bytes: Uint8Array;
  /** Position of the next element. */
  next: number;
}

function damaged(name: string, what: string, offset: number): AppError {
  return new AppError('damaged-file', `${name}: ${what}.`, 'Save or copy the file again.', offset);
}

/** Walks elements in memory. `base` is the offset of the bytes in the file, for messages. */
class ElementReader {
  readonly #name: string;
  readonly #isLittle: boolean;

  constructor(name: string, isLittle: boolean) {
    this.#name = name;
    this.#isLittle = isLittle;
  }

  element(bytes: Uint8Array, at: number, base: number): Element {
    if (at + 8 > bytes.length) throw damaged(this.#name, 'it ends inside an element', base + at);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const first = view.getUint32(at, this.#isLittle);
    // Small elements hold size and type in one word and up to four bytes of data beside it.
    if (first >>> 16 !== 0) {
      const size = first >>> 16;
      if (size > 4) throw damaged(this.#name, `a small element claims ${size} bytes`, base + at);
      return { type: first & 0xffff, bytes: bytes.subarray(at + 4, at + 4 + size), next: at + 8 };
    }
    const size = view.getUint32(at + 4, this.#isLittle);
    const start = at + 8;
    if (start + size > bytes.length)
      throw damaged(
        this.#name,
        `an element claims ${size} bytes, ${bytes.length - start} are there`,
        base + at,
      );
    return { type: first, bytes: bytes.subarray(start, start + size), next: start + Math.ceil(size / 8) * 8 };
  }

  numbers(element: Element, base: number): MatNumbers {
    const type = NUMBER_TYPES[element.type];
    if (!type) throw damaged(this.#name, `an array is stored as unknown type ${element.type}`, base);
    const { bytes } = element;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLittle = this.#isLittle;
    return {
      kind: 'numbers',
      length: Math.floor(bytes.length / type.bytes),
      read: (i) => type.read(view, i * type.bytes, isLittle),
    };
  }

  /** Content of a matrix element: name and value. */
  matrix(bytes: Uint8Array, base: number, depth: number): { name: string; value: MatValue } {
    if (depth > MAX_DEPTH) throw damaged(this.#name, `structures are nested deeper than ${MAX_DEPTH}`, base);
    const flags = this.element(bytes, 0, base);
    const dimensions = this.element(bytes, flags.next, base);
    const name = this.element(bytes, dimensions.next, base);
    const label = latin1(name.bytes);
    if (flags.bytes.length < 8) throw damaged(this.#name, 'the flags of an array are cut', base);
    const flagWord = this.numbers({ ...flags, type: 6 }, base).read(0);
    const arrayClass = flagWord & 0xff;
    const isComplex = ((flagWord >>> 8) & COMPLEX_FLAG) !== 0;
    if (arrayClass === STRUCT_CLASS) {
      const size = this.numbers(dimensions, base);
      const isScalar = Array.from({ length: size.length }, (_, i) => size.read(i)).every(
        (side) => side === 1,
      );
      if (!isScalar) return { name: label, value: { kind: 'other' } };
      return { name: label, value: this.struct(bytes, name.next, base, depth) };
    }
    // Classes 6 to 15 are the numeric ones.
    if (arrayClass < 6 || arrayClass > 15 || isComplex) return { name: label, value: { kind: 'other' } };
    return { name: label, value: this.numbers(this.element(bytes, name.next, base), base) };
  }

  struct(bytes: Uint8Array, at: number, base: number, depth: number): MatStruct {
    const nameLength = this.element(bytes, at, base);
    const names = this.element(bytes, nameLength.next, base);
    const width = this.numbers(nameLength, base).length > 0 ? this.numbers(nameLength, base).read(0) : 0;
    if (width < 1) throw damaged(this.#name, 'the field names of a structure have no length', base + at);
    const count = Math.floor(names.bytes.length / width);
    if (count > MAX_FIELDS) throw damaged(this.#name, `a structure claims ${count} fields`, base + at);
    const fields = new Map<string, MatValue>();
    let next = names.next;
    for (let i = 0; i < count; i++) {
      const label = latin1(names.bytes.subarray(i * width, (i + 1) * width)).replace(/\0.*$/s, '');
      const field = this.element(bytes, next, base);
      if (field.type === MATRIX && field.bytes.length > 0)
        fields.set(label, this.matrix(field.bytes, base + next, depth + 1).value);
      next = field.next;
    }
    return { kind: 'struct', fields };
  }
}

/**
 * Reads the variables of a MAT file of version 5, one after the other.
 * @throws AppError `truncated-file`, `damaged-file`, `too-large`.
 */
export async function* matVariables(source: ByteSource): AsyncGenerator<{ name: string; value: MatValue }> {
  const header = await readExactly(source, 0, HEADER_BYTES, 'the header');
  const isLittle = header[126] === 0x49;
  const reader = new ElementReader(source.name, isLittle);
  let offset = HEADER_BYTES;
  while (offset < source.size) {
    const tag = await readExactly(source, offset, 8, 'an element');
    const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
    const type = view.getUint32(0, isLittle);
    const size = view.getUint32(4, isLittle);
    const start = offset + 8;
    if (size > IMPORT_LIMITS.memberBytes) {
      if (start + size > source.size) throw damaged(source.name, `a variable claims ${size} bytes`, offset);
      throw new AppError(
        'too-large',
        `${source.name} has a variable of ${size} bytes; variables of Matlab files are held in memory, up to ${IMPORT_LIMITS.memberBytes} bytes.`,
        'Save it in parts, or as version 7.3 (save(name, "-v7.3")), which is read in place.',
        offset,
      );
    }
    if (type === MATRIX) {
      const bytes = await readExactly(source, start, size, 'a variable');
      if (bytes.length > 0) yield reader.matrix(bytes, start, 0);
    } else if (type === COMPRESSED) {
      const bytes = await inflateStream(
        new Blob([(await readExactly(source, start, size, 'a variable')) as Uint8Array<ArrayBuffer>]),
        `A variable of ${source.name}`,
        start,
      );
      const element = reader.element(bytes, 0, start);
      if (element.type === MATRIX && element.bytes.length > 0) yield reader.matrix(element.bytes, start, 0);
    }
    // Compressed elements are not padded to eight bytes, the others are.
    offset = start + (type === COMPRESSED ? size : Math.ceil(size / 8) * 8);
  }
}
