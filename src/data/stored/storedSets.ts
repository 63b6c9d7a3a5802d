import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { frameSize, wordsPerStep } from '../../core/encodedDataset.ts';
import { AppError, type ErrorData, toErrorData } from '../../core/errors.ts';
import type { ByteStore } from '../../storage/byteStore.ts';
import {
  type CommittedFile,
  openCommitted,
  removeUncommitted,
  writeCommitted,
} from '../../storage/committedFile.ts';
import { DATASET_FILE, DATASET_FOLDER, type DatasetFacts } from '../../storage/datasetFile.ts';
import type { DataSummary } from '../dataMessages.ts';
import type { DatasetHead } from '../encode.ts';
import { completeSettings, type EncodingSettings } from '../encoding/settings.ts';

/** What a stored data set remembers of the recordings that it was made of. */
export interface StoredSource {
  summary: DataSummary;
  /** Null for images. */
  encoding: EncodingSettings | null;
  /** Of the samples, in order. */
  names: string[];
  /** When it was stored, ISO 8601. */
  storedAt: string;
}

/** A stored data set as lists show it. */
export interface StoredSetFacts extends Partial<Omit<DatasetFacts, 'labels' | 'split' | 'source'>> {
  /** Name of its file. */
  file: string;
  /** Bytes on disk. */
  bytes: number;
  sampleCount?: number;
  trainCount?: number;
  storedAt?: string;
  encoding?: EncodingSettings | null;
  /** Why it cannot be read; it can be deleted then. */
  problem?: ErrorData;
}

export interface StoredSet {
  kind: 'stored';
  file: string;
  facts: DatasetFacts<StoredSource>;
  committed: CommittedFile<DatasetFacts<StoredSource>>;
}

/** Data sets up to this size are also handed over in memory, where a run reads them without waiting. */
export const IN_MEMORY_BYTES = 128 * 2 ** 20;

function checkFacts(file: string, facts: DatasetFacts<StoredSource>, bodyBytes: number): void {
  const { labels, split, source, classNames, shape, kind, stepCount, fingerprint } = facts;
  const isWhole =
    /^[0-9a-f]{64}$/.test(fingerprint) &&
    labels.length > 0 &&
    labels.length === split.length &&
    labels.every((label) => Number.isInteger(label) && label >= 0 && label < classNames.length) &&
    source.names.length === labels.length &&
    source.summary.classes.length === classNames.length;
  const sampleBytes = kind === 'frames' ? frameSize(shape) : 4 * stepCount * wordsPerStep(facts);
  if (isWhole && bodyBytes === sampleBytes * labels.length) return;
  throw new AppError(
    'storage-damaged',
    `The stored file ${file} is damaged: what it says of its samples contradicts itself.`,
    'Delete it and drop the recordings again.',
  );
}

/** @throws AppError as openCommitted */
export async function openStoredSet(store: ByteStore, file: string): Promise<StoredSet> {
  const committed = await openCommitted<DatasetFacts<StoredSource>>(store, file, DATASET_FILE);
  checkFacts(file, committed.facts, committed.bodyBytes);
  return { kind: 'stored', file, facts: committed.facts, committed };
}

/** Removes what crashes left and lists the rest, newest first. @throws AppError of storageError.ts */
export async function listStoredSets(store: ByteStore): Promise<StoredSetFacts[]> {
  await removeUncommitted(store);
  const sets: StoredSetFacts[] = [];
  for (const { name: file, size: bytes } of await store.list()) {
    try {
      const { facts } = await openStoredSet(store, file);
      const { labels, split, source, ...rest } = facts;
      sets.push({
        ...rest,
        file,
        bytes,
        sampleCount: labels.length,
        trainCount: split.filter((each) => each === 0).length,
        storedAt: source.storedAt,
        encoding: source.encoding,
      });
    } catch (error) {
      const problem = toErrorData(error);
      // Another worker or tab writes it, or removed it in between: what nobody writes any more is gone by now.
      const isUnfinished = problem.code === 'storage-damaged' && problem.offset === 0;
      if (!isUnfinished && problem.code !== 'storage-wiped') sets.push({ file, bytes, problem });
    }
  }
  return sets.sort((a, b) => (b.storedAt ?? '').localeCompare(a.storedAt ?? ''));
}

/** The stored data set with this content, or null. @throws AppError of storageError.ts */
export async function findStoredSet(store: ByteStore, fingerprint: string): Promise<StoredSet | null> {
  for (const { name } of await store.list()) {
    try {
      const found = await openStoredSet(store, name);
      if (found.facts.fingerprint === fingerprint) return found;
    } catch {
      // Lists show what cannot be read.
    }
  }
  return null;
}

/** Names of files are unique, whatever two tabs do at the same time. */
const newName = () => `set-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

/**
 * Writes a data set sample by sample; nothing of it is left where anything fails. One with equal content that is there
 * already is kept in its place.
 * @param fill Appends the content of every sample, in order, and returns the fingerprint.
 * @throws AppError of storageError.ts, or what `fill` throws.
 */
export async function storeSet(
  store: ByteStore,
  head: DatasetHead,
  sampleBytes: number,
  source: Omit<StoredSource, 'storedAt'>,
  fill: (append: (content: Uint8Array) => void) => Promise<string>,
): Promise<StoredSet> {
  const file = newName();
  const { labels, split, ...rest } = head;
  let fingerprint = '';
  await writeCommitted(store, file, DATASET_FILE, sampleBytes, async (append) => {
    fingerprint = await fill(append);
    const facts: DatasetFacts<StoredSource> = {
      ...rest,
      fingerprint,
      labels: [...labels],
      split: [...split],
      source: { ...source, storedAt: new Date().toISOString() },
    };
    return facts;
  });
  const older = await findOther(store, fingerprint, file);
  if (!older) return openStoredSet(store, file);
  await store.remove(file);
  return older;
}

async function findOther(store: ByteStore, fingerprint: string, file: string): Promise<StoredSet | null> {
  const others = { ...store, list: async () => (await store.list()).filter(({ name }) => name !== file) };
  return findStoredSet(others, fingerprint);
}

/**
 * A stored data set for the trainer: in memory where it is small, else read from storage batch by batch.
 * @throws AppError `storage-damaged`, `storage-wiped`
 */
export async function datasetOf({ file, facts, committed }: StoredSet): Promise<EncodedDataset> {
  const { labels, split, source, ...rest } = facts;
  const dataset = { ...rest, labels: Int32Array.from(labels), split: Uint8Array.from(split) };
  if (committed.bodyBytes > IN_MEMORY_BYTES) {
    const stored = { folder: DATASET_FOLDER, file, samples: null };
    return { ...dataset, bits: new Uint32Array(0), pixels: null, stored };
  }
  const body = await committed.body();
  return rest.kind === 'frames'
    ? { ...dataset, bits: new Uint32Array(0), pixels: body }
    : { ...dataset, bits: new Uint32Array(body.buffer), pixels: null };
}

/** True where a stored data set has the frames that these settings give. Images are the same under all of them. */
export function hasEncoding({ facts }: StoredSet, settings: EncodingSettings): boolean {
  const { encoding } = facts.source;
  if (!encoding) return true;
  return JSON.stringify(canonical(encoding)) === JSON.stringify(canonical(settings));
}

/** Settings that play a part, in one order. */
function canonical(settings: EncodingSettings): unknown[] {
  const { binning, maxCount, reduction, cropX, cropY, frame, ...rest } = completeSettings(settings);
  return [
    binning,
    binning === 'binary' ? 1 : maxCount,
    reduction,
    ...(reduction === 'crop' ? [cropX, cropY] : []),
    frame.height,
    frame.width,
    rest.stepDurationUs,
    rest.stepCount,
    rest.startUs,
    rest.polarity,
    rest.denoiseUs,
  ];
}
