import { decompress } from 'fzstd';
import { AppError } from '../../core/errors.ts';

const FRAME_MAGIC = 0xfd2fb528;
/** Bytes of the content-size field by its flag; flag 0 means one byte in single-segment frames. */
const SIZE_BYTES = [0, 2, 4, 8];
const DICTIONARY_BYTES = [0, 1, 2, 4];

function damaged(what: string, offset: number): AppError {
  return new AppError(
    'damaged-file',
    `A Zstandard frame is damaged: ${what}.`,
    'Copy or download the file again.',
    offset,
  );
}

/** The larger of content size and window size that a frame header claims, bytes. */
function claimedBytes(bytes: Uint8Array, offset: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== FRAME_MAGIC)
    throw damaged('its signature is wrong', offset);
  const descriptor = bytes[4];
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : SIZE_BYTES[sizeFlag];
  let at = 5;
  let windowBytes = 0;
  if (!isSingleSegment) {
    const base = 2 ** (10 + (bytes[at] >>> 3));
    windowBytes = base + (base / 8) * (bytes[at] & 7);
    at++;
  }
  at += DICTIONARY_BYTES[descriptor & 3];
  if (at + sizeBytes > bytes.length) throw damaged('it ends inside its header', offset + bytes.length);
  let content = sizeBytes === 2 ? 256 : 0;
  for (let i = 0; i < sizeBytes; i++) content += bytes[at + i] * 256 ** i;
  return Math.max(content, windowBytes);
}

/**
 * Decodes one Zstandard frame. The sizes its header claims are compared with the cap before the decoder allocates.
 * @param offset Offset of the frame in its file, for error messages. @param maxBytes Cap on the output.
 * @throws AppError `damaged-file`, `too-large`.
 */
export function decodeZstdFrame(bytes: Uint8Array, offset: number, maxBytes: number): Uint8Array {
  const claimed = claimedBytes(bytes, offset);
  if (claimed > maxBytes) {
    throw new AppError(
      'too-large',
      `A Zstandard frame claims ${claimed} bytes, the limit is ${maxBytes}.`,
      'The file is damaged or made to exhaust memory.',
      offset,
    );
  }
  try {
    return decompress(bytes);
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error), offset);
  }
}
