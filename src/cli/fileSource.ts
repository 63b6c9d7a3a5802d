import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { ByteSource } from '../data/byteSource.ts';

export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * A file on disk as a ByteSource, read piece by piece; the caller closes it.
 * @throws AppError `file-unreadable` naming the file and the reason.
 */
export async function openFileSource(path: string): Promise<FileSource> {
  const refuse = (reason: string): never => {
    throw new AppError(
      'file-unreadable',
      `${path} cannot be read: ${reason}.`,
      'Check the path and its permissions.',
    );
  };
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) =>
    refuse(error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? error.message)),
  );
  const info = await file.stat();
  if (!info.isFile()) {
    await file.close();
    refuse('it is not a file');
  }
  return {
    name: basename(path),
    size: info.size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, info.size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    },
    close: () => file.close(),
  };
}
