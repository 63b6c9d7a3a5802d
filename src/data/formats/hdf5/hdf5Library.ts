import { AppError } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { readExactly } from '../chunks.ts';

type Library = typeof import('h5wasm');
type File = InstanceType<Library['File']>;

/** Files that are not on the disk themselves are copied into the library's memory, beside which events need room. */
export const MAX_HDF5_BYTES = 1 << 29;
/** Files from this size on are read where they lie: shorter ones are faster in memory. */
const IN_PLACE_BYTES = 1 << 26;
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
  // Workers can read slices of a file while the library waits: a long one is opened where it lies.
  const isInPlace = source.size > IN_PLACE_BYTES && typeof FileReaderSync !== 'undefined';
  const onDisk = isInPlace ? source.blob : undefined;
  if (!onDisk && source.size > MAX_HDF5_BYTES) {
    throw new AppError(
      'file-too-large',
      `${source.name} has ${source.size} bytes; HDF5 files in archives are held in memory, up to ${MAX_HDF5_BYTES} bytes.`,
      'Unpack the archive and drop the .h5 file itself on the page, which reads it in place.',
    );
  }
  const { library, fs } = await loadHdf5().catch((error: unknown) => {
    throw isStopped(error) ? stopped(source.name, error) : error;
  });
  const name = `recording-${++fileCount}.h5`;
  const folder = `/mounted-${fileCount}`;
  const path = onDisk ? `${folder}/${name}` : name;
  let file: File | undefined;
  try {
    if (onDisk) mount(fs, folder, name, onDisk);
    else await copy(fs, path, source, signal);
    file = new library.File(path, 'r');
    return await use(file, library);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (isStopped(error)) throw stopped(source.name, error);
    if (/float16 not supported/i.test(reason)) {
      throw new AppError(
        'unsupported-variant',
        `${source.name} holds numbers of 16-bit floating point, which cannot be read as columns of events.`,
        'Write them as whole numbers, or as numbers of 32 or 64 bits.',
      );
    }
    throw new AppError(
      'damaged-file',
      `${source.name} cannot be read as HDF5: ${reason.split('\n')[0].slice(0, 200)}.`,
      'Copy or download the file again.',
    );
  } finally {
    if (file) close(file);
    if (onDisk) {
      fs.unmount(folder);
      fs.rmdir(folder);
    } else if (fs.analyzePath(path).exists) fs.unlink(path);
  }
}

/** The library's program was ended by its machine: it is not to be trusted with another file. */
function isStopped(error: unknown): error is WebAssembly.RuntimeError {
  return error instanceof WebAssembly.RuntimeError;
}

/** A library that stopped cannot close a file either; why it did is on its way to the visitor already. */
function close(file: File): void {
  try {
    file.close();
  } catch (error) {
    if (!isStopped(error)) throw error;
  }
}

function stopped(name: string, error: WebAssembly.RuntimeError): AppError {
  return new AppError(
    'damaged-file',
    `${name} cannot be read as HDF5: the library stopped (${error.message}), at this file or at a damaged one before it.`,
    'Drop the other HDF5 files again without the damaged ones: every drop begins with a fresh library.',
  );
}

type FileSystem = Awaited<Library['ready']>['FS'];

/** The part of the library's file system that its types leave out. */
interface MountableFileSystem {
  filesystems: { WORKERFS: unknown };
  mount(type: unknown, options: { blobs: { name: string; data: Blob }[] }, folder: string): unknown;
}

/** Makes one file of the disk readable for the library, under a folder of its own. */
function mount(fs: FileSystem, folder: string, name: string, data: Blob): void {
  fs.mkdir(folder);
  const mountable = fs as unknown as MountableFileSystem;
  mountable.mount(mountable.filesystems.WORKERFS, { blobs: [{ name, data }] }, folder);
}

async function copy(fs: FileSystem, path: string, source: ByteSource, signal?: AbortSignal): Promise<void> {
  const stream = fs.open(path, 'w');
  try {
    for (let offset = 0; offset < source.size; offset += COPY_BYTES) {
      signal?.throwIfAborted();
      const bytes = await readExactly(source, offset, Math.min(COPY_BYTES, source.size - offset), 'the file');
      fs.write(stream, bytes, 0, bytes.length, offset);
    }
  } finally {
    fs.close(stream);
  }
}
