import { AppError, toErrorData } from '../../core/errors.ts';
import { type ByteSource, blobSource, memorySource } from '../byteSource.ts';
import { gunzip, gunzipHead, isGzip } from '../containers/gzip.ts';
import { isTar, readTar, TAR_HEAD_BYTES } from '../containers/tar.ts';
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
  /** First bytes of the (unpacked) file, where they cost nothing: not of zip members. */
  head?: Uint8Array;
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

  function add(rawPath: string, bytes: number, open: Candidate['open'], head?: Uint8Array): void {
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
    candidates.push({ path: copies === 1 ? path : `${path} (${copies})`, bytes, head, open });
  }

  /** A compressed file counts as what it unpacks to, unless that lies beside it: tools leave both behind. */
  function addCompressed(
    packedPath: string,
    siblings: ReadonlySet<string>,
    bytes: number,
    openPacked: Candidate['open'],
    head?: Uint8Array,
  ): void {
    const path = packedPath.replace(/\.gz$/i, '');
    if (siblings.has(path)) {
      const message = `${packedPath} is left out: ${path}, which it unpacks to, is there too.`;
      problems.push({ file: packedPath, error: { code: 'skipped', message, hint: '' } });
      return;
    }
    const open: Candidate['open'] = async (readSignal) => {
      const packed = await openPacked(readSignal);
      return memorySource(path, await gunzip(packed, IMPORT_LIMITS.memberBytes, readSignal));
    };
    add(path, bytes, open, head);
  }

  async function addZip(source: ByteSource): Promise<void> {
    const members = await listZip(source, signal);
    if (isNpz(members)) {
      add(source.name, source.size, async () => source);
      return;
    }
    const folder = source.name.replace(/\.zip$/i, '');
    const siblings = new Set(members.map((member) => `${folder}/${member.path}`));
    for (const member of members) {
      const path = `${folder}/${member.path}`;
      const open: Candidate['open'] = async (readSignal) => memorySource(path, await member.read(readSignal));
      if (/\.gz$/i.test(path)) addCompressed(path, siblings, member.claimedBytes, open);
      else add(path, member.claimedBytes, open);
    }
  }

  async function addTar(source: ByteSource, isCompressed: boolean): Promise<void> {
    const folder = source.name.replace(/\.(tar|tgz|tar\.gz)$/i, '');
    for (const member of await readTar(source, isCompressed, signal)) {
      const path = `${folder}/${member.path}`;
      add(path, member.blob.size, async () => blobSource(path, member.blob));
    }
  }

  /** A compressed tar is unpacked now, since its members are not known before; a compressed file when it is read. */
  async function addGzip(source: ByteSource): Promise<void> {
    const head = await gunzipHead(source, TAR_HEAD_BYTES);
    if (isTar(head)) await addTar(source, true);
    else addCompressed(source.name, dropped, source.size, async () => source, head);
  }

  const dropped = new Set(files.map(({ path }) => path));

  for (const { path, blob } of files) {
    signal?.throwIfAborted();
    if (isClutter(path)) continue;
    const source = blobSource(path, blob);
    const head = await source.read(0, TAR_HEAD_BYTES);
    try {
      if (isZip(head)) await addZip(source);
      else if (isGzip(head)) await addGzip(source);
      else if (isTar(head)) await addTar(source, false);
      else add(path, blob.size, async () => source, head);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof AppError && error.code === 'too-many-files') throw error;
      problems.push({ file: path, error: toErrorData(error) });
    }
  }
  return candidates;
}
