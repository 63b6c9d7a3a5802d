import { createPacer } from './pacer.ts';

/**
 * Random access to the bytes of one file without holding it whole. `read` returns exactly the bytes that exist in
 * [offset, offset + length): fewer at the end of the file, none beyond it.
 */
export interface ByteSource {
  /** File name with its path inside the folder or archive, '/' separated. */
  readonly name: string;
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The file itself, where the source is one on the disk: libraries that read by themselves take it. */
  readonly blob?: Blob;
  /** Gives back what the source holds on disk; it cannot be read any more. */
  close?(): Promise<void>;
}

/** A dropped or picked file (or any Blob), read slice by slice. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    blob,
    async read(offset, length) {
      const stop = Math.min(offset + length, blob.size);
      if (stop <= offset) return new Uint8Array(0);
      return new Uint8Array(await blob.slice(offset, stop).arrayBuffer());
    },
  };
}

/**
 * Bytes that are there without waiting: a member of an archive, or a test. Now and then a read lets queued messages in, a
 * cancel among them, as one of a file does by itself.
 * @param slice Exactly the bytes that exist in [offset, offset + length).
 */
export function pacedSource(
  name: string,
  size: number,
  slice: (offset: number, length: number) => Uint8Array,
): ByteSource {
  const pacer = createPacer();
  return {
    name,
    size,
    async read(offset, length) {
      await pacer.pause();
      return slice(offset, length);
    },
  };
}

/** Bytes in memory. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return pacedSource(name, bytes.byteLength, (offset, length) =>
    bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length)),
  );
}
