import { AppError } from '../../core/errors.ts';
import type { ByteSource } from '../byteSource.ts';
import type { DecodeOptions } from './decoder.ts';

/** Bytes a decoder reads at a time: large enough that slicing a file costs little, small enough to stay flat. */
export const CHUNK_BYTES = 1 << 18;

/**
 * Reads exactly `length` bytes.
 * @throws AppError `truncated-file` when the file ends before; `what` names what should be there.
 */
export async function readExactly(
  source: ByteSource,
  offset: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.length !== length) {
    throw new AppError(
      'truncated-file',
      `${source.name}: ${what} needs ${length} bytes at offset ${offset}, but the file ends ${bytes.length} bytes later.`,
      'Copy or download the file again.',
      offset + bytes.length,
    );
  }
  return bytes;
}

/**
 * Walks the bytes [start, stop) of a file in chunks of whole records and hands each chunk on with its offset. What is
 * left at the end and is shorter than a record is not handed on: see {@link checkWholeRecords}.
 * @throws The signal's reason at the next chunk; `truncated-file` when the file is shorter than it said.
 */
export async function forEachChunk(
  source: ByteSource,
  range: { start: number; stop: number; recordBytes: number },
  options: DecodeOptions,
  visit: (bytes: Uint8Array, offset: number) => void,
): Promise<void> {
  const { start, recordBytes } = range;
  const stop = range.stop - ((range.stop - start) % recordBytes);
  const chunkBytes = Math.max(recordBytes, CHUNK_BYTES - (CHUNK_BYTES % recordBytes));
  for (let offset = start; offset < stop; offset += chunkBytes) {
    options.signal?.throwIfAborted();
    const length = Math.min(chunkBytes, stop - offset);
    visit(await readExactly(source, offset, length, 'the event data'), offset);
    options.onProgress?.(offset + length);
  }
}

/** @throws AppError `truncated-file` when [start, stop) does not hold a whole number of records. */
export function checkWholeRecords(
  source: ByteSource,
  start: number,
  stop: number,
  recordBytes: number,
): void {
  const rest = (stop - start) % recordBytes;
  if (rest !== 0) {
    throw new AppError(
      'truncated-file',
      `${source.name} ends inside a record: its ${stop - start} bytes of events are not a multiple of ${recordBytes}, ` +
        `${rest} are left over.`,
      'Copy or download the file again.',
      stop - rest,
    );
  }
}
