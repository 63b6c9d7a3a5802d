/**
 * A flat folder of files that hold bytes: on disk (opfsStore.ts) or in memory (memoryStore.ts, for tests and as a stand-in).
 * Every method that fails throws an AppError of storageError.ts.
 */
export interface ByteStore {
  /** Every file that is there, whole or not, in no particular order. */
  list(): Promise<{ name: string; size: number }[]>;
  /** @throws AppError `storage-wiped` when there is no such file. */
  open(name: string): Promise<StoredBytes>;
  /**
   * Opens a file for writing, made empty; nobody else can write it until `close`. Only in workers.
   * @throws AppError `storage-busy` while another tab writes it.
   */
  create(name: string): Promise<ByteWriter>;
  /** Deletes a file; one that is not there is no error. @throws AppError `storage-busy` while somebody writes it. */
  remove(name: string): Promise<void>;
}

/** The bytes of one stored file as they were when it was opened. */
export interface StoredBytes {
  readonly size: number;
  /** Exactly the bytes that exist in [offset, offset + length). @throws AppError `storage-wiped` */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Writes are synchronous, so that a page that is being closed can still finish one. */
export interface ByteWriter {
  /** Overwrites bytes from `offset` on, all of them. @throws AppError `storage-full` */
  write(bytes: Uint8Array, offset: number): void;
  /** Returns when everything written so far is on disk. */
  flush(): void;
  /** Gives the file free. Safe to call twice. */
  close(): void;
}
