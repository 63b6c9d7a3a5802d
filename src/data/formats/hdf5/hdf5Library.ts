import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { readExactly } from '../chunks.ts';

type Library = typeof import('h5wasm');
type File = InstanceType<Library['File']>;

/** The library works on files in its own memory, beside which the page needs room for the events. */
export const MAX_HDF5_BYTES = 1 << 29;
const COPY_BYTES = 1 << 22;

let fileCount = 0;

/** Loaded on first use: it is larger than the rest of the page. A failed load is tried again. */
export async function loadHdf5(): Promise<{ library: Library; fs: Awaited<Library['ready']>['FS'] }> {
  const library = await import('h5wasm');
  const module = await library.ready;
  // Errors of the library become exceptions instead of lines on the console.
  module.activate_throwing_error_handler();
  return { library, fs: module.FS };
}

/**
 * Opens an HDF5 file for the time of `use`.
 * @throws AppError `file-too-large`, `damaged-file` (whatever the library cannot read).
 */
export async function withHdf5File<T>(
  source: ByteSource,
  signal: AbortSignal | undefined,
  use: (file: File, library: Library) => Promise<T>,
): Promise<T> {
  if (source.size > MAX_HDF5_BYTES) {
    throw new AppError(
      'file-too-large',
      `${source.name} has ${source.size} bytes; HDF5 files up to ${MAX_HDF5_BYTES} can be read.`,
      'Split the file, or convert it to Prophesee RAW or AEDAT.',
    );
  }
  const { library, fs } = await loadHdf5();
  const path = `recording-${++fileCount}.h5`;
  const stream = fs.open(path, 'w');
  let file: File | undefined;
  try {
    for (let offset = 0; offset < source.size; offset += COPY_BYTES) {
      signal?.throwIfAborted();
      const bytes = await readExactly(source, offset, Math.min(COPY_BYTES, source.size - offset), 'the file');
      fs.write(stream, bytes, 0, bytes.length, offset);
    }
    fs.close(stream);
    file = new library.File(path, 'r');
    return await use(file, library);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'damaged-file',
      `${source.name} cannot be read as HDF5: ${reason.split('\n')[0].slice(0, 200)}.`,
      'Copy or download the file again.',
    );
  } finally {
    file?.close();
    fs.unlink(path);
  }
}
