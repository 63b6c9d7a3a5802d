import { createTarDecoder } from 'modern-tar';
import { AppError } from '../../core/errors.ts';
import type { OpenScratch, ScratchFile } from '../../storage/scratchFile.ts';
import { type ByteSource, blobSource, pacedSource } from '../byteSource.ts';
import { IMPORT_LIMITS } from '../limits.ts';
import { gunzipPieces, streamSource } from './gzip.ts';

/** Bytes of a tar file that {@link isTar} wants to see. */
export const TAR_HEAD_BYTES = 512;

/** One file of a tar archive, unpacked. */
export interface TarMember {
  /** Path inside the archive, '/' separated. */
  path: string;
  bytes: number;
  open(): ByteSource;
}

/** Caps of {@link readTar}; the defaults are those of the importer. */
export interface TarLimits {
  files: number;
  memberBytes: number;
  /** All bytes of the archive, unpacked. */
  totalBytes: number;
}

export interface TarOptions {
  /** Where the files go; null: memory. */
  openScratch?: OpenScratch | null;
  /** Told how many files came out so far. */
  onProgress?: (fileCount: number) => void;
  /** Default: what memory or disk may hold. */
  limits?: TarLimits;
}

/** Archives up to this size that are not compressed are read into memory. */
const SMALL_BYTES = 4 * 2 ** 20;

function limitsFor(scratch: ScratchFile | null): TarLimits {
  const { files, memberBytes, spooledBytes, heldArchiveBytes, archiveBytes } = IMPORT_LIMITS;
  return scratch
    ? { files, memberBytes: spooledBytes, totalBytes: archiveBytes }
    : { files, memberBytes, totalBytes: heldArchiveBytes };
}

/** True for the first block of a tar archive: its checksum field fits, whatever flavour of tar wrote it. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < TAR_HEAD_BYTES || head[0] === 0) return false;
  const stored = Number.parseInt(String.fromCharCode(...head.subarray(148, 156)), 8);
  let sum = 0;
  for (let i = 0; i < TAR_HEAD_BYTES; i++) sum += i >= 148 && i < 156 ? 0x20 : head[i];
  return stored === sum;
}

function damaged(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  return new AppError(
    'archive-damaged',
    `${name} cannot be unpacked: ${reason}.`,
    'Copy or download the archive again, or unpack it and drop the folder.',
  );
}

function tooLarge(what: string, limit: string): AppError {
  return new AppError('archive-too-large', `${what} ${limit}.`, 'Unpack the archive and drop the folder.');
}

/** The archive's bytes, decompressed where needed, counted against the cap before anything looks at them. */
async function* tarPieces(
  source: ByteSource,
  isCompressed: boolean,
  maxBytes: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  const pieces = isCompressed ? gunzipPieces(source, signal) : plainPieces(source);
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    total += piece.length;
    if (total > maxBytes)
      throw tooLarge(source.name, `unpacks to more than ${maxBytes} bytes, the limit for one archive`);
    yield piece;
  }
}

async function* plainPieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  const reader = streamSource(source).getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

function toStream(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Where the files of an archive go: one scratch file for all, or memory. */
interface TarStore {
  /** @returns How to open what was put, once it is whole. */
  put(name: string, body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Omit<TarMember, 'path'>>;
}

function createTarStore(scratch: ScratchFile | null): TarStore {
  return {
    async put(name, body, maxBytes) {
      const parts: BlobPart[] = [];
      const start = scratch?.size ?? 0;
      let length = 0;
      const reader = body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        length += part.value.length;
        if (length > maxBytes)
          throw tooLarge(name, `has more than ${maxBytes} bytes, the limit for one file in an archive`);
        if (scratch) scratch.append(part.value);
        else parts.push(part.value.slice());
      }
      if (!scratch) {
        const blob = new Blob(parts);
        return { bytes: length, open: () => blobSource(name, blob) };
      }
      return { bytes: length, open: () => rangeSource(name, scratch, start, length) };
    },
  };
}

/** A part of a scratch file. */
function rangeSource(name: string, scratch: ScratchFile, start: number, size: number): ByteSource {
  return pacedSource(name, size, (offset, length) => {
    const stop = Math.min(offset + length, size);
    return stop <= offset ? new Uint8Array(0) : scratch.read(start + offset, stop - offset);
  });
}

/**
 * Unpacks a tar archive (`isCompressed`: a .tar.gz) in one pass; folders, links and devices are left out. A compressed
 * archive has no list of contents, so all files are held, on the disk where there is a way; their bytes are counted as
 * they come, never taken from a header.
 * @throws AppError `archive-damaged`, `archive-too-large`, `too-many-files`, `storage-full`; the signal's reason.
 */
export async function readTar(
  source: ByteSource,
  isCompressed: boolean,
  signal?: AbortSignal,
  { openScratch = null, onProgress, limits: asked }: TarOptions = {},
): Promise<TarMember[]> {
  const members: TarMember[] = [];
  // What is not compressed is no longer than it is.
  const wantsDisk = isCompressed || source.size > SMALL_BYTES;
  const scratch = wantsDisk && openScratch ? await openScratch() : null;
  const limits = asked ?? limitsFor(scratch);
  const store = createTarStore(scratch);
  const pieces = tarPieces(source, isCompressed, limits.totalBytes, signal);
  const entries = toStream(pieces)
    .pipeThrough(createTarDecoder({ strict: true }))
    .getReader();
  try {
    while (true) {
      const { done, value: entry } = await entries.read();
      if (done) return members;
      const path = entry.header.name;
      if (entry.header.type !== 'file') {
        await entry.body.cancel();
        continue;
      }
      if (members.length === limits.files) {
        throw new AppError(
          'too-many-files',
          `${source.name} has more than ${limits.files} files, the limit for one import.`,
          'Import a part of it.',
        );
      }
      onProgress?.(members.length);
      members.push({ path, ...(await store.put(`${source.name}/${path}`, entry.body, limits.memberBytes)) });
    }
  } catch (error) {
    await scratch?.dispose();
    signal?.throwIfAborted();
    throw damaged(source.name, error);
  } finally {
    await entries.cancel().catch(() => {});
  }
}
