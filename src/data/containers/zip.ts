import {
  configure,
  ERR_ENCRYPTED,
  ERR_UNSUPPORTED_COMPRESSION,
  type FileEntry,
  Reader,
  ZipReader,
} from '@zip.js/zip.js';
import { AppError } from '../../core/errors.ts';
import type { OpenScratch } from '../../storage/scratchFile.ts';
import type { ByteSource } from '../byteSource.ts';
import { IMPORT_LIMITS } from '../limits.ts';
import { createSpool } from './spool.ts';

// The importer runs in a worker of its own already; workers below it would only copy bytes.
configure({ useWebWorkers: false });

/** Lets the archive reader read slices of a source. */
class SourceReader extends Reader<ByteSource> {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super(source);
    this.#source = source;
    this.size = source.size;
  }

  override readUint8Array(index: number, length: number): Promise<Uint8Array> {
    return this.#source.read(index, length);
  }
}

/** One file of an archive. */
export interface ArchiveMember {
  /** Path inside the archive, '/' separated. */
  path: string;
  /** Size the archive claims; only for progress. */
  claimedBytes: number;
  /**
   * Inflates the member, into memory or, where it is long, to the disk: `close` of the source frees it.
   * @throws AppError `archive-encrypted`, `archive-unsupported`, `archive-too-large`, `archive-damaged`, `storage-full`.
   */
  open(signal?: AbortSignal): Promise<ByteSource>;
}

/** True for the first bytes of a zip archive with at least one member. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04;
}

function damaged(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (reason === ERR_ENCRYPTED) {
    return new AppError(
      'archive-encrypted',
      `${name} is encrypted.`,
      'Unpack it with its password and drop the files.',
    );
  }
  if (reason === ERR_UNSUPPORTED_COMPRESSION) {
    return new AppError(
      'archive-unsupported',
      `${name} is compressed with a method other than store and deflate.`,
      'Unpack it and drop the folder, or pack it again as an ordinary zip.',
    );
  }
  return new AppError(
    'archive-damaged',
    `${name} cannot be unpacked: ${reason}.`,
    'Copy or download the archive again, or unpack it and drop the folder.',
  );
}

/** Inflates one member and stops as soon as it passes a cap, whatever size its header claims. */
async function inflate(
  archiveName: string,
  entry: FileEntry,
  budget: ArchiveBudget,
  openScratch: OpenScratch | null,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const name = `${archiveName}/${entry.filename}`;
  if (entry.encrypted) throw damaged(name, new Error(ERR_ENCRYPTED));
  const spool = createSpool(name, openScratch);
  let length = 0;
  const sink = new WritableStream<Uint8Array>({
    async write(piece) {
      length += piece.length;
      if (budget.others(entry.filename) + length > IMPORT_LIMITS.archiveBytes) {
        throw new AppError(
          'archive-too-large',
          `${archiveName} inflates to more than ${IMPORT_LIMITS.archiveBytes} bytes, the limit for one archive.`,
          'Unpack the archive and drop the folder.',
        );
      }
      await spool.append(piece);
    },
  });
  try {
    await entry.getData(sink, { signal, checkCrc32: true });
  } catch (error) {
    await spool.dispose();
    signal?.throwIfAborted();
    throw damaged(name, error);
  }
  budget.count(entry.filename, length);
  return spool.finish();
}

/** Bytes that the members of an archive were found to have; reading one again adds nothing. */
interface ArchiveBudget {
  others(path: string): number;
  count(path: string, bytes: number): void;
}

function createArchiveBudget(): ArchiveBudget {
  const found = new Map<string, number>();
  let total = 0;
  return {
    others: (path) => total - (found.get(path) ?? 0),
    count(path, bytes) {
      total += bytes - (found.get(path) ?? 0);
      found.set(path, bytes);
    },
  };
}

/**
 * Lists the files of a zip archive (Zip64 too) without inflating any; folders are left out. Members are then read one
 * by one, in any order.
 * @param openScratch Where long members go; null: memory.
 * @throws AppError `archive-damaged`, `too-many-files`; the signal's reason.
 */
export async function listZip(
  source: ByteSource,
  signal?: AbortSignal,
  openScratch: OpenScratch | null = null,
): Promise<ArchiveMember[]> {
  const { name } = source;
  const members: ArchiveMember[] = [];
  const budget = createArchiveBudget();
  try {
    for await (const entry of new ZipReader(new SourceReader(source)).getEntriesGenerator()) {
      signal?.throwIfAborted();
      if (entry.directory) continue;
      if (members.length === IMPORT_LIMITS.files) {
        throw new AppError(
          'too-many-files',
          `${name} has more than ${IMPORT_LIMITS.files} files, the limit for one import.`,
          'Import a part of it.',
        );
      }
      members.push({
        path: entry.filename,
        claimedBytes: entry.uncompressedSize,
        open: (readSignal) => inflate(name, entry, budget, openScratch, readSignal),
      });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw damaged(name, error);
  }
  return members;
}
