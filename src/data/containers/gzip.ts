import { Gunzip } from 'fflate';
import { AppError } from '../../core/errors.ts';
import type { OpenScratch } from '../../storage/scratchFile.ts';
import type { ByteSource } from '../byteSource.ts';
import { createSpool } from './spool.ts';

/** Compressed bytes read at a time. */
const READ_BYTES = 1 << 18;

/** Compressed bytes inflated at a time for the head: at a factor of 1000, the most there can be, they give 16 MiB. */
const HEAD_PIECE_BYTES = 1 << 14;
/** Compressed bytes that the head may cost: a block that is stored and not compressed comes whole, 64 KiB. */
const HEAD_READ_BYTES = 1 << 17;

/** True for the first bytes of a gzip file. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** The bytes of a source from first to last; pieces are read when they are asked for. */
export function streamSource(source: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = await source.read(offset, READ_BYTES);
        offset += piece.length;
        // The consumer may take the buffer over, and a source in memory hands out views of its own.
        if (piece.length > 0) controller.enqueue(piece.slice());
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function damaged(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError(
    'archive-damaged',
    `${name} cannot be decompressed: ${reason}.`,
    'Copy or download the file again, or decompress it and drop what comes out.',
  );
}

/**
 * Decompresses a gzip file piece by piece; its checksum is verified at the end. Leaving the loop early stops the work.
 * @throws AppError `archive-damaged`; the signal's reason.
 */
export async function* gunzipPieces(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = streamSource(source).pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    while (true) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw damaged(source.name, error);
  } finally {
    // A stream that has failed rejects here once more.
    await reader.cancel().catch(() => {});
  }
}

/**
 * The first bytes that a gzip file decompresses to: at most `length`, fewer where there are no more or where the file is
 * damaged. Reads only the beginning of the file.
 */
export async function gunzipHead(source: ByteSource, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let filled = 0;
  const inflater = new Gunzip((piece) => {
    head.set(piece.subarray(0, length - filled), filled);
    filled += Math.min(piece.length, length - filled);
  });
  try {
    // Not a DecompressionStream: some read on to the end of the file whatever is asked of them.
    for (let offset = 0; offset < HEAD_READ_BYTES && filled < length; offset += HEAD_PIECE_BYTES)
      inflater.push(await source.read(offset, HEAD_PIECE_BYTES));
  } catch {
    // Whoever reads the whole file reports the damage, with its place in the import.
  }
  return head.subarray(0, filled);
}

/**
 * Decompresses a gzip file and stops as soon as it passes the cap, whatever size it claims.
 * @param name Of what comes out. @param openScratch Where long files go; null: memory. @param maxBytes As for createSpool.
 * @throws AppError `archive-damaged`, `archive-too-large`, `storage-full`; the signal's reason.
 */
export async function gunzip(
  name: string,
  source: ByteSource,
  openScratch: OpenScratch | null = null,
  signal?: AbortSignal,
  maxBytes?: number,
): Promise<ByteSource> {
  const spool = createSpool(name, openScratch, maxBytes);
  try {
    for await (const piece of gunzipPieces(source, signal)) await spool.append(piece);
  } catch (error) {
    await spool.dispose();
    throw error;
  }
  return spool.finish();
}
