import { AppError, toErrorData } from '../../core/errors.ts';
import type { OpenScratch } from '../../storage/scratchFile.ts';
import { type ByteSource, blobSource } from '../byteSource.ts';
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

/** Opens a candidate for the time of `use`. */
export async function withOpened<T>(
  { open }: Candidate,
  signal: AbortSignal | undefined,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const source = await open(signal);
  try {
    return await use(source);
  } finally {
    await source.close?.();
  }
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

export interface FindOptions {
  signal?: AbortSignal;
  /** Told what is looked into. */
  onProgress?: (label: string) => void;
  /** Where long files are unpacked to; null: memory. */
  openScratch?: OpenScratch | null;
}

/** Archives inside an archive, by name: looking for them by content would unpack every member. */
const ARCHIVE_NAME = /\.(zip|tar|tgz|tar\.gz)$/i;

const folderOf = (archive: string) => archive.replace(/\.(zip|tgz|tar\.gz|tar)$/i, '');

/**
 * Looks into archives, and into those inside them, and sorts out what cannot be a recording.
 * @returns Candidates with unique paths, in the order found; what was refused is appended to `problems`.
 */
export async function findCandidates(
  files: ImportFile[],
  problems: ImportProblem[],
  { signal, onProgress, openScratch = null }: FindOptions = {},
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
      try {
        return await gunzip(path, packed, openScratch, readSignal);
      } finally {
        await packed.close?.();
      }
    };
    add(path, bytes, open, head);
  }

  /** A member of an archive; `depth` is that of the archive, 0 for one that was dropped. */
  async function addMember(
    path: string,
    siblings: ReadonlySet<string>,
    bytes: number,
    open: Candidate['open'],
    depth: number,
  ): Promise<void> {
    if (isClutter(path)) return;
    if (ARCHIVE_NAME.test(path) && depth === 0) await addNested(path, open, siblings);
    else if (/\.gz$/i.test(path)) addCompressed(path, siblings, bytes, open);
    else add(path, bytes, open);
  }

  /** An archive inside an archive, by its name; it is unpacked now, to find out what is in it. */
  async function addNested(
    path: string,
    open: Candidate['open'],
    siblings: ReadonlySet<string>,
  ): Promise<void> {
    onProgress?.(`Unpacking ${path}`);
    let inner: ByteSource | undefined;
    try {
      inner = await open(signal);
      await addFile(inner, 1, siblings);
    } catch (error) {
      await inner?.close?.();
      refuse(path, error);
    }
  }

  async function addZip(source: ByteSource, depth: number): Promise<void> {
    const members = await listZip(source, signal, openScratch);
    if (isNpz(members)) {
      add(source.name, source.size, async () => ({ ...source, close: undefined }));
      return;
    }
    const folder = folderOf(source.name);
    const siblings = new Set(members.map((member) => `${folder}/${member.path}`));
    for (const member of members) {
      const path = `${folder}/${member.path}`;
      const open: Candidate['open'] = async (readSignal) => renamed(await member.open(readSignal), path);
      await addMember(path, siblings, member.claimedBytes, open, depth);
    }
  }

  async function addTar(source: ByteSource, isCompressed: boolean, depth: number): Promise<void> {
    const folder = folderOf(source.name);
    onProgress?.(`Unpacking ${source.name}`);
    const report = (count: number) => {
      if (count % 50 === 0) onProgress?.(`Unpacking ${source.name}: ${count} files`);
    };
    const members = await readTar(source, isCompressed, signal, { openScratch, onProgress: report });
    const siblings = new Set(members.map((member) => `${folder}/${member.path}`));
    for (const member of members) {
      const path = `${folder}/${member.path}`;
      await addMember(path, siblings, member.bytes, async () => renamed(member.open(), path), depth);
    }
  }

  /** A file or an archive, told by its first bytes. @throws AppError of the archive. */
  async function addFile(source: ByteSource, depth: number, siblings: ReadonlySet<string>): Promise<void> {
    const head = await source.read(0, TAR_HEAD_BYTES);
    const isPacked = isGzip(head);
    // A compressed tar is unpacked now, since its members are not known before; a compressed file when it is read.
    if (isZip(head)) await addZip(source, depth);
    else if (isPacked && isTar(await gunzipHead(source, TAR_HEAD_BYTES))) await addTar(source, true, depth);
    else if (isPacked) {
      const unpacked = await gunzipHead(source, TAR_HEAD_BYTES);
      addCompressed(source.name, siblings, source.size, async () => source, unpacked);
    } else if (isTar(head)) await addTar(source, false, depth);
    else add(source.name, source.size, async () => source, head);
  }

  function refuse(file: string, error: unknown): void {
    signal?.throwIfAborted();
    if (error instanceof AppError && error.code === 'too-many-files') throw error;
    problems.push({ file, error: toErrorData(error) });
  }

  const dropped = new Set(files.map(({ path }) => path));

  for (const { path, blob } of files) {
    signal?.throwIfAborted();
    if (isClutter(path)) continue;
    try {
      await addFile(blobSource(path, blob), 0, dropped);
    } catch (error) {
      refuse(path, error);
    }
  }
  return candidates;
}

/** The same bytes under the path that they have in the import. */
function renamed(source: ByteSource, name: string): ByteSource {
  return {
    name,
    size: source.size,
    read: (offset, length) => source.read(offset, length),
    ...(source.close && { close: () => source.close?.() ?? Promise.resolve() }),
  };
}
