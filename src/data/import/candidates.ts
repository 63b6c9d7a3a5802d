import { AppError, toErrorData } from '../../core/errors.ts';
import { type ByteSource, blobSource, memorySource } from '../byteSource.ts';
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

  for (const { path, blob } of files) {
    signal?.throwIfAborted();
    const head = await blobSource(path, blob).read(0, 4);
    if (isZip(head) && !isClutter(path)) {
      try {
        const members = await listZip(blobSource(path, blob), signal);
        if (!isNpz(members)) {
          const folder = path.replace(/\.zip$/i, '');
          for (const member of members) {
            add(`${folder}/${member.path}`, member.claimedBytes, async (readSignal) =>
              memorySource(`${folder}/${member.path}`, await member.read(readSignal)),
            );
          }
          continue;
        }
      } catch (error) {
        signal?.throwIfAborted();
        problems.push({ file: path, error: toErrorData(error) });
        continue;
      }
    }
    add(path, blob.size, async () => blobSource(path, blob));
  }
  return candidates;
}
