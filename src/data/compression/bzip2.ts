import { AppError } from '../../core/errors.ts';

/*
 * bzip2 as bzip2 1.0 writes it: "BZh1".."BZh9", blocks of at most 100 to 900 kB, each run-length coded, sorted (BWT), moved
 * to the front, run-length coded again and Huffman coded with up to six tables; every block and the stream have a CRC.
 * Streams may stand one after the other.
 */
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
/** Symbols of one Huffman table before the next is selected. */
const GROUP_SYMBOLS = 50;
/** The longest code; the format leaves room for 20. */
const LONGEST_CODE = 20;
const RUN_A = 0;
const RUN_B = 1;

/** CRC-32 of the polynomial of zip, but from the highest bit on. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** Bits from the highest of each byte on. */
class BitReader {
  readonly #bytes: Uint8Array;
  readonly #damaged: (what: string) => AppError;
  #at = 0;
  #held = 0;
  #heldBits = 0;

  constructor(bytes: Uint8Array, damaged: (what: string) => AppError) {
    this.#bytes = bytes;
    this.#damaged = damaged;
  }

  /** @param count At most 24. */
  bits(count: number): number {
    while (this.#heldBits < count) {
      if (this.#at >= this.#bytes.length) throw this.#damaged('it ends inside a block');
      this.#held = ((this.#held << 8) | this.#bytes[this.#at++]) >>> 0;
      this.#heldBits += 8;
    }
    this.#heldBits -= count;
    const value = (this.#held >>> this.#heldBits) & ((1 << count) - 1);
    this.#held &= (1 << this.#heldBits) - 1;
    return value;
  }

  bit(): number {
    return this.bits(1);
  }

  /** Passes over the rest of a byte. @returns True where there are bytes left. */
  nextByte(): boolean {
    this.bits(this.#heldBits & 7);
    return this.#heldBits > 0 || this.#at < this.#bytes.length;
  }
}

/** A Huffman table in its canonical order. */
interface CodeTable {
  /** Symbols by code. */
  symbols: Uint16Array;
  /** i32[LONGEST_CODE + 2]: first code, and its place among `symbols`, of every length. */
  firstCode: Int32Array;
  firstPlace: Int32Array;
  counts: Int32Array;
}

function codeTable(lengths: Uint8Array): CodeTable {
  const counts = new Int32Array(LONGEST_CODE + 2);
  for (const length of lengths) counts[length]++;
  const firstCode = new Int32Array(LONGEST_CODE + 2);
  const firstPlace = new Int32Array(LONGEST_CODE + 2);
  for (let length = 1, code = 0, place = 0; length <= LONGEST_CODE; length++) {
    firstCode[length] = code;
    firstPlace[length] = place;
    code = (code + counts[length]) << 1;
    place += counts[length];
  }
  const symbols = new Uint16Array(lengths.length);
  const next = firstPlace.slice();
  for (const [symbol, length] of lengths.entries()) symbols[next[length]++] = symbol;
  return { symbols, firstCode, firstPlace, counts };
}

function readSymbol(reader: BitReader, { symbols, firstCode, firstPlace, counts }: CodeTable): number {
  let code = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    code = (code << 1) | reader.bit();
    const place = code - firstCode[length];
    if (place < counts[length]) return symbols[firstPlace[length] + place];
  }
  return -1;
}

/** Bytes that occur in a block, ascending. */
function readUsedBytes(reader: BitReader): number[] {
  const groups = reader.bits(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group++) {
    if (((groups >> (15 - group)) & 1) === 0) continue;
    const bits = reader.bits(16);
    for (let i = 0; i < 16; i++) if ((bits >> (15 - i)) & 1) used.push(16 * group + i);
  }
  return used;
}

function readTables(
  reader: BitReader,
  alphabet: number,
  damaged: (what: string) => AppError,
): { tables: CodeTable[]; selectors: Uint8Array } {
  const tableCount = reader.bits(3);
  const selectorCount = reader.bits(15);
  if (tableCount < 2 || tableCount > 6 || selectorCount === 0)
    throw damaged('it has no valid Huffman tables');
  const order = Array.from({ length: tableCount }, (_, i) => i);
  const selectors = new Uint8Array(selectorCount);
  for (let i = 0; i < selectorCount; i++) {
    let place = 0;
    while (reader.bit()) if (++place >= tableCount) throw damaged('it selects a Huffman table that is none');
    const [table] = order.splice(place, 1);
    order.unshift(table);
    selectors[i] = table;
  }
  const tables = order.map(() => {
    const lengths = new Uint8Array(alphabet);
    let length = reader.bits(5);
    for (let symbol = 0; symbol < alphabet; symbol++) {
      while (reader.bit()) length += reader.bit() ? -1 : 1;
      if (length < 1 || length > LONGEST_CODE) throw damaged('a Huffman code has no valid length');
      lengths[symbol] = length;
    }
    return codeTable(lengths);
  });
  return { tables, selectors };
}

/** The block as it was sorted. @param sorted u32[capacity] to fill. @returns How many bytes it has. */
function readSorted(reader: BitReader, sorted: Uint32Array, damaged: (what: string) => AppError): number {
  const used = readUsedBytes(reader);
  if (used.length === 0) throw damaged('a block has no bytes');
  const { tables, selectors } = readTables(reader, used.length + 2, damaged);
  const end = used.length + 1;
  let count = 0;
  let run = 0;
  let runWeight = 1;
  const put = (byte: number, times: number) => {
    if (count + times > sorted.length) throw damaged('a block is longer than it may be');
    sorted.fill(byte, count, count + times);
    count += times;
  };
  for (let symbolsRead = 0; ; symbolsRead++) {
    const group = Math.floor(symbolsRead / GROUP_SYMBOLS);
    if (group >= selectors.length) throw damaged('a block has no end');
    const symbol = readSymbol(reader, tables[selectors[group]]);
    if (symbol < 0) throw damaged('a code stands in no table');
    if (symbol === RUN_A || symbol === RUN_B) {
      run += runWeight << symbol;
      runWeight *= 2;
      if (run > sorted.length) throw damaged('a run is longer than its block');
      continue;
    }
    if (run > 0) put(used[0], run);
    run = 0;
    runWeight = 1;
    if (symbol === end) return count;
    const [byte] = used.splice(symbol - 1, 1);
    used.unshift(byte);
    put(byte, 1);
  }
}

/** Output that grows up to a cap. */
interface Output {
  bytes: Uint8Array;
  length: number;
}

function write(output: Output, byte: number, times: number, maxBytes: number): void {
  const needed = output.length + times;
  if (needed > maxBytes) {
    throw new AppError(
      'too-large',
      `A bzip2 stream inflates to more than ${maxBytes} bytes, the limit.`,
      'The file is damaged or made to exhaust memory.',
    );
  }
  if (needed > output.bytes.length) {
    const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, output.bytes.length * 2)));
    larger.set(output.bytes.subarray(0, output.length));
    output.bytes = larger;
  }
  output.bytes.fill(byte, output.length, needed);
  output.length = needed;
}

/** Undoes the sorting and the first run-length code. @returns The CRC of what was written. */
function unsort(sorted: Uint32Array, count: number, first: number, output: Output, maxBytes: number): number {
  const starts = new Uint32Array(257);
  for (let i = 0; i < count; i++) starts[(sorted[i] & 255) + 1]++;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] += starts[byte];
  // The upper 24 bits of an entry say where the byte after it stands.
  for (let i = 0; i < count; i++) sorted[starts[sorted[i] & 255]++] |= i << 8;
  let crc = 0xffffffff;
  let at = sorted[first] >>> 8;
  let before = -1;
  let repeats = 0;
  for (let i = 0; i < count; i++) {
    const byte = sorted[at] & 255;
    at = sorted[at] >>> 8;
    let times = 1;
    if (repeats === 4) {
      times = byte;
      repeats = 0;
    } else {
      repeats = byte === before ? repeats + 1 : 1;
      before = byte;
    }
    const value = before;
    write(output, value, times, maxBytes);
    for (let n = 0; n < times; n++) crc = (crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ value) & 255];
    if (repeats === 0) before = -1;
  }
  return ~crc >>> 0;
}

/**
 * Decompresses bzip2 streams; checksums are compared.
 * @param offset Of the bytes in their file, for errors.
 * @throws AppError `damaged-file`, `too-large`.
 */
export function decodeBzip2(bytes: Uint8Array, offset: number, maxBytes: number): Uint8Array {
  const damaged = (what: string) =>
    new AppError(
      'damaged-file',
      `A bzip2 stream is damaged: ${what}.`,
      'Copy or download the file again.',
      offset,
    );
  const reader = new BitReader(bytes, damaged);
  const output: Output = { bytes: new Uint8Array(Math.min(maxBytes, 1 << 16)), length: 0 };
  do {
    const level = reader.bits(24) === 0x425a68 ? reader.bits(8) - 0x30 : 0;
    if (level < 1 || level > 9) throw damaged('it does not begin with BZh1 to BZh9');
    const sorted = new Uint32Array(level * 100_000);
    let streamCrc = 0;
    for (;;) {
      const magic = reader.bits(24) * 2 ** 24 + reader.bits(24);
      const crc = reader.bits(16) * 2 ** 16 + reader.bits(16);
      if (magic === END_MAGIC) {
        if (crc !== streamCrc) throw damaged('its checksum is wrong');
        break;
      }
      if (magic !== BLOCK_MAGIC) throw damaged('a block has no beginning');
      if (reader.bit()) throw damaged('it is of a version before 1.0');
      const first = reader.bits(24);
      const count = readSorted(reader, sorted, damaged);
      if (first >= count) throw damaged('a block begins outside itself');
      if (unsort(sorted, count, first, output, maxBytes) !== crc)
        throw damaged('the checksum of a block is wrong');
      streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
    }
  } while (reader.nextByte());
  return output.bytes.subarray(0, output.length);
}
