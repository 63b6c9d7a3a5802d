import { AppError, toErrorData } from '../../core/errors.ts';
import { type ByteSource, blobSource, memorySource, partSource } from '../byteSource.ts';
import { inflateStream, isGzip } from '../containers/inflate.ts';
import { isTar, listTar } from '../containers/tar.ts';
import { isZip, listZip } from '../containers/zip.ts';
import { IMPORT_LIMITS } from '../limits.ts';
import type { ImportProblem } from '../recordingSet.ts';
import { isClutter, isCompanion } from './paths.ts';

/** A dropped or picked file. */
export interface ImportFile {
  /** Its path inside the dropped folder, '/' separated; the bare name of a single file. */
  path: string;
  blob: Blob;
}

/** A file that may hold a recording or labels: dropped itself, or the member of an archive. */
export interface Candidate {
  path: string;
  /** Bytes as claimed; for progress only. */
  bytes: number;
  open(signal?: AbortSignal): Promise<ByteSource>;
}

/** Enough to know an archive by its first bytes. */
const HEAD_BYTES = 512;

/** npz files are zip archives of arrays: one recording each. */
function isNpz(members: { path: string }[]): boolean {
  return members.length > 0 && members.every((member) => member.path.endsWith('.npy'));
}

/** Path with '/' separators, without empty, '.' and drive parts; undefined when it is no honest relative path. */
export function normalizePath(path: string): string | undefined {
  if (path.length > IMPORT_LIMITS.pathLength || path.includes('\0')) return undefined;
  const parts = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/');
}

/**
 * Looks into archives and sorts out what cannot be a recording.
 * @returns Candidates with unique paths, in the order found; what was refused is appended to `problems`.
 */
export async function findCandidates(
  files: ImportFile[],
  problems: ImportProblem[],
  signal?: AbortSignal,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const taken = new Map<string, number>();

  function add(rawPath: string, bytes: number, open: Candidate['open']): void {
    const path = normalizePath(rawPath);
    if (path === undefined) {
      const shown = rawPath.slice(0, 80);
      problems.push({
        file: shown,
        error: toErrorData(
          new AppError(
            'bad-path',
            `${shown} is not a usable path inside an archive or folder.`,
            'Rename the file.',
          ),
        ),
      });
      return;
    }
    if (isClutter(path)) return;
    if (isCompanion(path)) {
      problems.push({
        file: path,
        error: {
          code: 'skipped',
          message: `${path} is a companion of the recordings, not one of them.`,
          hint: '',
        },
      });
      return;
    }
    if (candidates.length === IMPORT_LIMITS.files) {
      throw new AppError(
        'too-many-files',
        `The import has more than ${IMPORT_LIMITS.files} files, the limit.`,
        'Import a part of them.',
      );
    }
    const copies = (taken.get(path) ?? 0) + 1;
    taken.set(path, copies);
    candidates.push({ path: copies === 1 ? path : `${path} (${copies})`, bytes, open });
  }

  async function addZip(source: ByteSource): Promise<void> {
    const members = await listZip(source, signal);
    if (isNpz(members)) {
      add(source.name, source.size, async () => source);
      return;
    }
    const folder = source.name.replace(/\.zip$/i, '');
    for (const member of members) {
      const path = `${folder}/${member.path}`;
      add(path, member.claimedBytes, async (readSignal) => memorySource(path, await member.read(readSignal)));
    }
  }

  async function addTar(source: ByteSource): Promise<void> {
    const folder = source.name.replace(/\.(tar|tgz)$/i, '');
    for (const member of await listTar(source, signal)) {
      const path = `${folder}/${member.path}`;
      add(path, member.source.size, async () => partSource(path, member.source, 0, member.source.size));
    }
  }

  /** A compressed tar is unpacked now, since its members are not known before; a compressed file when it is read. */
  async function addGzip(path: string, blob: Blob): Promise<void> {
    const inner = path.replace(/\.gz$/i, '');
    const inflate = async (readSignal?: AbortSignal) =>
      memorySource(inner, await inflateStream(blob, 'gzip', path, 0, readSignal));
    if (!/\.(tar|tgz)$/i.test(inner)) add(inner, blob.size, inflate);
    else await addTar(await inflate(signal));
  }

  for (const { path, blob } of files) {
    signal?.throwIfAborted();
    if (isClutter(path)) continue;
    const source = blobSource(path, blob);
    const head = await source.read(0, HEAD_BYTES);
    try {
      if (isZip(head)) await addZip(source);
      else if (isGzip(head)) await addGzip(path, blob);
      else if (isTar(head)) await addTar(source);
      else add(path, blob.size, async () => source);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof AppError && error.code === 'too-many-files') throw error;
      problems.push({ file: path, error: toErrorData(error) });
    }
  }
  return candidates;
}
