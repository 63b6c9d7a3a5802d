import { AppError } from '../../core/errors.ts';
import type { OpenScratch, ScratchFile } from '../../storage/scratchFile.ts';
import { type ByteSource, memorySource, pacedSource } from '../byteSource.ts';
import { IMPORT_LIMITS } from '../limits.ts';

/** Unpacked bytes of one file that stay in memory; what is longer goes to the disk, where there is a way. */
const SPOOL_BYTES = 16 * 2 ** 20;

/** Takes what a file unpacks to, piece by piece, whatever size it claims, and hands it on as a source. */
export interface Spool {
  /** @throws AppError `archive-too-large`, `storage-full`; the caller then disposes of the spool. */
  append(piece: Uint8Array): Promise<void>;
  /** Everything that was appended; `close` of it frees the disk. */
  finish(): ByteSource;
  dispose(): Promise<void>;
}

/**
 * @param name Of the unpacked file. @param openScratch Null where there is no disk: then memory is the limit.
 * @param maxBytes Default: what memory or disk may hold of one file.
 */
export function createSpool(name: string, openScratch: OpenScratch | null, maxBytes?: number): Spool {
  const limit = maxBytes ?? (openScratch ? IMPORT_LIMITS.spooledBytes : IMPORT_LIMITS.memberBytes);
  let pieces: Uint8Array[] = [];
  let size = 0;
  let scratch: ScratchFile | null = null;

  return {
    async append(piece) {
      size += piece.length;
      if (size > limit) {
        throw new AppError(
          'archive-too-large',
          `${name} inflates to more than ${limit} bytes, the limit for one compressed file.`,
          'Unpack it with another program and drop what comes out.',
        );
      }
      if (!scratch && openScratch && size > SPOOL_BYTES) {
        scratch = await openScratch();
        for (const held of pieces) scratch.append(held);
        pieces = [];
      }
      if (scratch) scratch.append(piece);
      else pieces.push(piece);
    },
    finish() {
      const file = scratch;
      if (file) {
        const read = (offset: number, length: number) => file.read(offset, length);
        return { ...pacedSource(name, size, read), close: () => file.dispose() };
      }
      return memorySource(name, joined(pieces, size));
    },
    dispose: async () => scratch?.dispose(),
  };
}

function joined(pieces: Uint8Array[], size: number): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
