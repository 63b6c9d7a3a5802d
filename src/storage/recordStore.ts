import { toStorageError } from './storageError.ts';

/** Small plain objects by name, kept between visits. */
export interface RecordStore {
  /** Undefined where there is none. @throws AppError of storageError.ts */
  get(name: string): Promise<unknown>;
  /** Whole or not at all, also when the page is closed meanwhile. @throws AppError of storageError.ts */
  set(name: string, value: unknown): Promise<void>;
  /** One that is not there is no error. @throws AppError of storageError.ts */
  remove(name: string): Promise<void>;
}

const STORE = 'records';

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Opens the database, made when it is not there. */
function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
}

/**
 * Records in IndexedDB, which unlike files can be written from the page itself.
 * @param database Name of the database, which belongs to this store alone.
 */
export function openRecordStore(database: string): RecordStore {
  let opened: Promise<IDBDatabase> | null = null;

  async function run<Value>(
    mode: IDBTransactionMode,
    what: string,
    work: (store: IDBObjectStore) => IDBRequest<Value>,
  ): Promise<Value> {
    try {
      opened ??= openDatabase(database);
      const transaction = (await opened).transaction(STORE, mode);
      const ended = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
        transaction.onerror = () => reject(transaction.error);
      });
      const [value] = await Promise.all([settled(work(transaction.objectStore(STORE))), ended]);
      return value;
    } catch (error) {
      // A database that could not be opened may open next time.
      opened = null;
      throw toStorageError(error, what);
    }
  }

  return {
    get: (name) => run('readonly', `The record ${name} could not be read`, (store) => store.get(name)),
    async set(name, value) {
      await run('readwrite', `The record ${name} could not be stored`, (store) => store.put(value, name));
    },
    async remove(name) {
      await run('readwrite', `The record ${name} could not be deleted`, (store) => store.delete(name));
    },
  };
}

/** Records in memory: for tests, and where nothing can be kept. */
export function createMemoryRecords(): RecordStore & { records: Map<string, unknown> } {
  const records = new Map<string, unknown>();
  return {
    records,
    get: async (name) => structuredClone(records.get(name)),
    async set(name, value) {
      records.set(name, structuredClone(value));
    },
    async remove(name) {
      records.delete(name);
    },
  };
}
