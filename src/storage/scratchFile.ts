import { AppError } from '../core/errors.ts';
import { toStorageError } from './storageError.ts';

/** Bytes that are on disk for as long as somebody works with them. */
export interface ScratchFile {
  readonly size: number;
  /** @throws AppError `storage-full` */
  append(bytes: Uint8Array): void;
  /** Exactly the bytes that exist in [offset, offset + length); a copy. @throws AppError `storage-wiped` */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
  /** Deletes it. Safe to call twice. */
  dispose(): Promise<void>;
}

export type OpenScratch = () => Promise<ScratchFile>;

/** Folder of the scratch files. */
export const SCRATCH_FOLDER = 'scratch';

/**
 * Makes scratch files in the browser's private file system; only in workers. A file is locked as long as it is used, so
 * that whatever is not locked was left behind by a page that ended: it is removed with the first file.
 */
export function createOpfsScratch(): OpenScratch {
  let folder: Promise<FileSystemDirectoryHandle> | null = null;
  let count = 0;

  async function openFolder(): Promise<FileSystemDirectoryHandle> {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle(SCRATCH_FOLDER, { create: true });
    for await (const name of directory.keys()) {
      // One that another worker uses cannot be removed.
      await directory.removeEntry(name).catch(() => {});
    }
    return directory;
  }

  return async () => {
    try {
      folder ??= openFolder();
      const directory = await folder;
      const name = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}-${count++}`;
      const file = await directory.getFileHandle(name, { create: true });
      return scratchOf(directory, name, await file.createSyncAccessHandle());
    } catch (error) {
      folder = null;
      throw toStorageError(error, 'The file for unpacking could not be made');
    }
  };
}

function scratchOf(
  directory: FileSystemDirectoryHandle,
  name: string,
  handle: FileSystemSyncAccessHandle,
): ScratchFile {
  let size = 0;
  let isOpen = true;
  return {
    get size() {
      return size;
    },
    append(bytes) {
      try {
        // A disk that is full may take a part of it.
        if (handle.write(bytes, { at: size }) !== bytes.length)
          throw new DOMException('The disk is full.', 'QuotaExceededError');
      } catch (error) {
        throw toStorageError(error, 'An archive could not be unpacked to the disk');
      }
      size += bytes.length;
    },
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(offset + length, size) - offset));
      if (isOpen && handle.read(bytes, { at: offset }) === bytes.length) return bytes;
      throw new AppError(
        'storage-wiped',
        'What was unpacked to the disk is gone.',
        'Drop the files again, with enough space on the disk.',
      );
    },
    async dispose() {
      if (!isOpen) return;
      isOpen = false;
      handle.close();
      await directory.removeEntry(name).catch(() => {});
    },
  };
}

/** Scratch files in memory, for tests. */
export function createMemoryScratch(): OpenScratch & { open: Set<ScratchFile> } {
  const open = new Set<ScratchFile>();
  const make = async () => {
    let bytes = new Uint8Array(1024);
    let size = 0;
    const file: ScratchFile = {
      get size() {
        return size;
      },
      append(piece) {
        if (size + piece.length > bytes.length) {
          const longer = new Uint8Array(2 * (size + piece.length));
          longer.set(bytes.subarray(0, size));
          bytes = longer;
        }
        bytes.set(piece, size);
        size += piece.length;
      },
      read: (offset, length) => bytes.slice(offset, Math.min(size, Math.max(offset, offset + length))),
      dispose: async () => void open.delete(file),
    };
    open.add(file);
    return file;
  };
  return Object.assign(make, { open });
}
