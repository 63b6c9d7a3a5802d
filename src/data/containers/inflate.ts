import { AppError } from '../../core/errors.ts';
import { IMPORT_LIMITS } from '../limits.ts';

/**
 * Inflates a zlib stream into memory and stops at the cap, whatever size the stream claims.
 * @param what Names the stream in messages; begins the sentence. @param offset Its offset in the file.
 * @throws AppError `too-large`, `damaged-file`; the signal's reason.
 */
export async function inflateStream(
  blob: Blob,
  what: string,
  offset = 0,
  signal?: AbortSignal,
  maxBytes: number = IMPORT_LIMITS.memberBytes,
): Promise<Uint8Array> {
  const reader = blob.stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      signal?.throwIfAborted();
      length += part.value.length;
      if (length > maxBytes) {
        throw new AppError(
          'too-large',
          `${what} inflates to more than ${maxBytes} bytes, the limit.`,
          'Unpack it with another program and drop what comes out.',
          offset,
        );
      }
      pieces.push(part.value);
    }
  } catch (error) {
    // The stream need not be read to its end; a cancel that fails changes nothing.
    await reader.cancel().catch(() => {});
    signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError(
      'damaged-file',
      `${what} cannot be inflated: it is cut or damaged.`,
      'Copy or download the file again.',
      offset,
    );
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
