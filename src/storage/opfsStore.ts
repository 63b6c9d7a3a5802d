import type { ByteStore, ByteWriter, StoredBytes } from './byteStore.ts';
import { noStorage, toStorageError } from './storageError.ts';

/** True where {@link openOpfsStore} can work at all; private windows may still refuse. */
export function hasOpfs(): boolean {
  return typeof navigator !== 'undefined' && typeof navigator.storage?.getDirectory === 'function';
}

/** What a file is to the visitor, who knows no file names of runs. */
function wordsFor(name: string): string {
  if (/^[0-9a-z]+\.checkpoint\b/.test(name)) return 'checkpoint of the run';
  if (/^[0-9a-z]+\.record\b/.test(name)) return 'record of the run';
  return `file ${name}`;
}

function bytesOf(file: File, name: string): StoredBytes {
  return {
    size: file.size,
    async read(offset, length) {
      const stop = Math.min(offset + length, file.size);
      if (stop <= offset) return new Uint8Array(0);
      try {
        return new Uint8Array(await file.slice(offset, stop).arrayBuffer());
      } catch (error) {
        throw toStorageError(error, `The stored ${wordsFor(name)} could not be read`);
      }
    },
  };
}

function writerOf(handle: FileSystemSyncAccessHandle, name: string): ByteWriter {
  let isOpen = true;
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw toStorageError(error, `The stored ${wordsFor(name)} could not be written`);
    }
  };
  return {
    write: (bytes, offset) =>
      guarded(() => {
        const written = handle.write(bytes, { at: offset });
        // A disk that is full may take a part of it.
        if (written !== bytes.length) throw new DOMException('The disk is full.', 'QuotaExceededError');
      }),
    flush: () => guarded(() => handle.flush()),
    close() {
      if (isOpen) handle.close();
      isOpen = false;
    },
  };
}

/**
 * A folder in the page's origin-private file system, made when it is not there.
 * @param folder One name, or several separated by '/'.
 * @throws AppError `storage-refused` in private windows and old browsers.
 */
export async function openOpfsStore(folder: string): Promise<ByteStore> {
  if (!hasOpfs()) throw noStorage();
  let directory: FileSystemDirectoryHandle;
  try {
    directory = await navigator.storage.getDirectory();
    for (const part of folder.split('/'))
      directory = await directory.getDirectoryHandle(part, { create: true });
  } catch (error) {
    throw toStorageError(error, `The storage folder ${folder} could not be opened`);
  }
  return {
    async list() {
      try {
        const files: { name: string; size: number }[] = [];
        for await (const [name, handle] of directory.entries()) {
          if (handle.kind !== 'file') continue;
          const file = await (handle as FileSystemFileHandle).getFile();
          files.push({ name, size: file.size });
        }
        return files;
      } catch (error) {
        throw toStorageError(error, 'The stored files could not be listed');
      }
    },

    async open(name) {
      try {
        const handle = await directory.getFileHandle(name);
        return bytesOf(await handle.getFile(), name);
      } catch (error) {
        throw toStorageError(error, `The stored ${wordsFor(name)} could not be opened`);
      }
    },

    async create(name) {
      try {
        const file = await directory.getFileHandle(name, { create: true });
        const handle = await file.createSyncAccessHandle();
        handle.truncate(0);
        return writerOf(handle, name);
      } catch (error) {
        throw toStorageError(error, `The ${wordsFor(name)} could not be stored`);
      }
    },

    async remove(name) {
      try {
        await directory.removeEntry(name);
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFoundError') return;
        throw toStorageError(error, `The stored ${wordsFor(name)} could not be deleted`);
      }
    },
  };
}
