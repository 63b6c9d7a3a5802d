import { AppError } from '../../core/errors.ts';
import { xxHash32 } from '../../core/xxHash32.ts';

const FRAME_MAGIC = 0x184d2204;
const UNCOMPRESSED_BIT = 0x80000000;
/** Bytes that the block-maximum field of a frame stands for, fields 4 to 7. */
const BLOCK_BYTES = [1 << 16, 1 << 18, 1 << 20, 1 << 22];
/** Every match has at least four bytes; the format stores the rest. */
const MIN_MATCH = 4;

function damaged(what: string, offset: number): AppError {
  return new AppError(
    'damaged-file',
    `An LZ4 frame is damaged: ${what}.`,
    'Copy or download the file again.',
    offset,
  );
}

/** Output that grows by doubling up to a cap. */
interface Output {
  bytes: Uint8Array;
  length: number;
}

function reserve(output: Output, extra: number, maxBytes: number): void {
  const needed = output.length + extra;
  if (needed <= output.bytes.length) return;
  if (needed > maxBytes) {
    throw new AppError(
      'too-large',
      `An LZ4 frame inflates to more than ${maxBytes} bytes, the limit.`,
      'The file is damaged or made to exhaust memory.',
    );
  }
  const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, output.bytes.length * 2, 1 << 16)));
  larger.set(output.bytes.subarray(0, output.length));
  output.bytes = larger;
}

/** Decodes one block; matches may reach back into the output of earlier blocks down to `floor`. */
function decodeBlock(
  block: Uint8Array,
  output: Output,
  floor: number,
  maxBytes: number,
  offset: number,
): void {
  let at = 0;
  const readLength = (start: number) => {
    let length = start;
    if (start === 15) {
      let byte: number;
      do {
        if (at >= block.length) throw damaged('a length runs beyond its block', offset + at);
        byte = block[at++];
        length += byte;
      } while (byte === 255);
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = readLength(token >>> 4);
    if (at + literals > block.length) throw damaged('literals run beyond their block', offset + at);
    reserve(output, literals, maxBytes);
    output.bytes.set(block.subarray(at, at + literals), output.length);
    output.length += literals;
    at += literals;
    // The last sequence of a block has literals only.
    if (at === block.length) return;
    if (at + 2 > block.length) throw damaged('a match has no distance', offset + at);
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    const length = readLength(token & 15) + MIN_MATCH;
    const from = output.length - distance;
    if (distance === 0 || from < floor)
      throw damaged(`a match reaches ${distance} bytes back`, offset + at - 2);
    reserve(output, length, maxBytes);
    // Byte by byte: a match may overlap what it writes.
    for (let i = 0; i < length; i++) output.bytes[output.length + i] = output.bytes[from + i];
    output.length += length;
  }
}

/**
 * Decodes one LZ4 frame, with linked or independent blocks; checks every checksum the frame has.
 * @param offset Offset of the frame in its file, for error messages. @param maxBytes Cap on the output.
 * @throws AppError `damaged-file`, `too-large`, `unsupported-variant` (dictionaries).
 */
export function decodeLz4Frame(bytes: Uint8Array, offset: number, maxBytes: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const need = (count: number, what: string) => {
    if (at + count > bytes.length) throw damaged(`it ends inside ${what}`, offset + bytes.length);
  };
  const word = (what: string) => {
    need(4, what);
    at += 4;
    return view.getUint32(at - 4, true);
  };
  if (word('its signature') !== FRAME_MAGIC) throw damaged('its signature is wrong', offset);
  need(3, 'its header');
  const flags = bytes[at];
  const blockField = (bytes[at + 1] >>> 4) & 7;
  if (flags >>> 6 !== 1 || blockField < 4) throw damaged('its header is of no known version', offset + at);
  if (flags & 1) {
    throw new AppError(
      'unsupported-variant',
      'An LZ4 frame needs a dictionary.',
      'Record without one.',
      offset,
    );
  }
  const areIndependent = (flags & 0x20) !== 0;
  const headerBytes = 2 + (flags & 8 ? 8 : 0);
  need(headerBytes + 1, 'its header');
  const headerSum = (xxHash32(bytes.subarray(at, at + headerBytes)) >>> 8) & 255;
  if (headerSum !== bytes[at + headerBytes])
    throw damaged('the checksum of its header is wrong', offset + at);
  at += headerBytes + 1;

  const output: Output = { bytes: new Uint8Array(0), length: 0 };
  for (let size = word('a block size'); size !== 0; size = word('a block size')) {
    const isStored = size >= UNCOMPRESSED_BIT;
    const blockBytes = isStored ? size - UNCOMPRESSED_BIT : size;
    if (blockBytes > BLOCK_BYTES[blockField - 4])
      throw damaged(`a block claims ${blockBytes} bytes`, offset + at - 4);
    need(blockBytes, 'a block');
    const block = bytes.subarray(at, at + blockBytes);
    const blockOffset = offset + at;
    at += blockBytes;
    if (flags & 0x10 && word('a block checksum') !== xxHash32(block))
      throw damaged('the checksum of a block is wrong', blockOffset);
    if (isStored) {
      reserve(output, blockBytes, maxBytes);
      output.bytes.set(block, output.length);
      output.length += blockBytes;
    } else decodeBlock(block, output, areIndependent ? output.length : 0, maxBytes, blockOffset);
  }
  const content = output.bytes.subarray(0, output.length);
  if (flags & 4 && word('its checksum') !== xxHash32(content))
    throw damaged('its checksum is wrong', offset + at - 4);
  return content;
}
