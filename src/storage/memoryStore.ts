import { AppError } from '../core/errors.ts';
import type { ByteStore } from './byteStore.ts';
import { toStorageError } from './storageError.ts';

/** Faults that a test asks of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** Bytes that all files may have together; more is `storage-full`. */
  quotaBytes?: number;
}

/** A {@link ByteStore} in memory: for tests, and where nothing can be kept. */
export function createMemoryStore({
  quotaBytes = Number.POSITIVE_INFINITY,
}: MemoryStoreOptions = {}): ByteStore & {
  /** Content by name, for tests that damage it. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
} {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const busy = new Set<string>();
  const usedBytes = () => [...files.values()].reduce((sum, { length }) => sum + length, 0);

  function refuseBusy(name: string, what: string): void {
    if (busy.has(name)) throw toStorageError(new DOMException('', 'NoModificationAllowedError'), what);
  }

  return {
    files,
    list: async () => [...files].map(([name, { length }]) => ({ name, size: length })),

    async open(name) {
      const content = files.get(name);
      if (!content) throw toStorageError(new DOMException('', 'NotFoundError'), `The stored file ${name}`);
      return {
        size: content.length,
        read: async (offset, length) => content.slice(offset, Math.max(offset, offset + length)),
      };
    },

    async create(name) {
      refuseBusy(name, `The file ${name} could not be stored`);
      busy.add(name);
      files.set(name, new Uint8Array(0));
      return {
        write(bytes, offset) {
          const before = files.get(name);
          if (!before) throw new AppError('storage-wiped', `The stored file ${name} is gone.`);
          const length = Math.max(before.length, offset + bytes.length);
          if (usedBytes() - before.length + length > quotaBytes) {
            const error = new DOMException('', 'QuotaExceededError');
            throw toStorageError(error, `The stored file ${name} could not be written`);
          }
          const after = new Uint8Array(length);
          after.set(before);
          after.set(bytes, offset);
          files.set(name, after);
        },
        flush() {},
        close: () => void busy.delete(name),
      };
    },

    async remove(name) {
      refuseBusy(name, `The stored file ${name} could not be deleted`);
      files.delete(name);
    },
  };
}
