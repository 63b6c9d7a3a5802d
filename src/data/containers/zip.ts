import {
  configure,
  ERR_ENCRYPTED,
  ERR_UNSUPPORTED_COMPRESSION,
  type FileEntry,
  Reader,
  ZipReader,
} from '@zip.js/zip.js';
import { AppError } from '../../core/errors.ts';
import type { ByteSource } from '../byteSource.ts';
import { IMPORT_LIMITS } from '../limits.ts';

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
   * Inflates the member.
   * @throws AppError `archive-encrypted`, `archive-unsupported`, `archive-too-large`, `archive-damaged`.
   */
  read(signal?: AbortSignal): Promise<Uint8Array>;
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
  budget: { inflatedBytes: number },
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const name = `${archiveName}/${entry.filename}`;
  if (entry.encrypted) throw damaged(name, new Error(ERR_ENCRYPTED));
  const pieces: Uint8Array[] = [];
  let length = 0;
  const sink = new WritableStream<Uint8Array>({
    write(piece) {
      length += piece.length;
      budget.inflatedBytes += piece.length;
      if (length > IMPORT_LIMITS.memberBytes || budget.inflatedBytes > IMPORT_LIMITS.archiveBytes) {
        const isMember = length > IMPORT_LIMITS.memberBytes;
        throw new AppError(
          'archive-too-large',
          isMember
            ? `${name} inflates to more than ${IMPORT_LIMITS.memberBytes} bytes, the limit for one file in an archive.`
            : `${archiveName} inflates to more than ${IMPORT_LIMITS.archiveBytes} bytes, the limit for one archive.`,
          'Unpack the archive and drop the folder.',
        );
      }
      pieces.push(piece);
    },
  });
  try {
    await entry.getData(sink, { signal, checkCrc32: true });
  } catch (error) {
    signal?.throwIfAborted();
    throw damaged(name, error);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * Lists the files of a zip archive (Zip64 too) without inflating any; folders are left out. Members are then read one
 * by one, in any order.
 * @throws AppError `archive-damaged`, `too-many-files`; the signal's reason.
 */
export async function listZip(source: ByteSource, signal?: AbortSignal): Promise<ArchiveMember[]> {
  const { name } = source;
  const members: ArchiveMember[] = [];
  const budget = { inflatedBytes: 0 };
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
        read: (readSignal) => inflate(name, entry, budget, readSignal),
      });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw damaged(name, error);
  }
  return members;
}
