/**
 * Random access to the bytes of one file without holding it whole. `read` returns exactly the bytes that exist in
 * [offset, offset + length): fewer at the end of the file, none beyond it.
 */
export interface ByteSource {
  /** File name with its path inside the folder or archive, '/' separated. */
  readonly name: string;
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Gives back what the source holds on disk; it cannot be read any more. */
  close?(): Promise<void>;
}

/** A dropped or picked file (or any Blob), read slice by slice. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      const stop = Math.min(offset + length, blob.size);
      if (stop <= offset) return new Uint8Array(0);
      return new Uint8Array(await blob.slice(offset, stop).arrayBuffer());
    },
  };
}

/** Bytes already in memory: a member of an archive, or a test. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(offset, length) {
      return bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length));
    },
  };
}
