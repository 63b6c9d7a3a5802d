import { type EncodedDataset, frameSize } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import type { ByteStore } from '../storage/byteStore.ts';
import { storageUse } from '../storage/quota.ts';
import { type DatasetHead, encodeDataset, encodeSamples, planEncoding } from './encode.ts';
import type { EncodingSettings } from './encoding/settings.ts';
import { encodeImages } from './frames/encodeImages.ts';
import type { ImageSet, LoadedSet, RecordingSet } from './recordingSet.ts';
import { datasetOf, hasEncoding, openStoredSet, type StoredSet, storeSet } from './stored/storedSets.ts';
import { summarize } from './summarize.ts';
import { imageName } from './viewSample.ts';

export interface EncodeContext {
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
  /** Told when the data set could not be stored and is kept in memory instead. */
  onNotice(problem: AppError): void;
}

/**
 * Makes data sets of what is loaded. Imported sets go to the browser's storage as they are made, a sample at a time, so
 * that they outlive the page and may be larger than memory; what was made last is found there again.
 * @param openStore Null where nothing can be stored.
 */
export function createEncoder(openStore: (() => Promise<ByteStore>) | null) {
  let latest: { of: LoadedSet; stored: StoredSet } | null = null;

  async function encodeStored(
    open: () => Promise<ByteStore>,
    loaded: LoadedSet,
    settings: EncodingSettings,
    context: EncodeContext,
  ): Promise<EncodedDataset> {
    const store = await open();
    if (latest?.of === loaded && hasEncoding(latest.stored, settings)) {
      try {
        return await datasetOf(await openStoredSet(store, latest.stored.file));
      } catch {
        // It was deleted, or the browser cleared its storage: it is made anew.
        latest = null;
      }
    }
    const stored =
      loaded.kind === 'frames'
        ? await storeImages(store, loaded, context)
        : await storeRecordings(store, loaded, settings, context);
    latest = { of: loaded, stored };
    return datasetOf(stored);
  }

  return {
    /** @throws AppError of the encoding; `recordings-needed`, `storage-full` and others of storageError.ts; the signal's reason. */
    async encode(
      loaded: LoadedSet | StoredSet,
      settings: EncodingSettings,
      context: EncodeContext,
    ): Promise<EncodedDataset> {
      if (loaded.kind === 'stored') {
        if (!hasEncoding(loaded, settings)) throw recordingsNeeded(loaded);
        return datasetOf(loaded);
      }
      const inMemory = () =>
        loaded.kind === 'frames'
          ? encodeImages(loaded, context.signal)
          : encodeDataset(loaded, settings, context.onProgress, context.signal);
      // What the page generates it can generate again.
      if (loaded.synthetic || !openStore) return inMemory();
      try {
        return await encodeStored(openStore, loaded, settings, context);
      } catch (error) {
        context.signal.throwIfAborted();
        if (!(error instanceof AppError) || !error.code.startsWith('storage-')) throw error;
        const dataset = await inMemory().catch((inMemoryError) => {
          context.signal.throwIfAborted();
          // Too large for memory: what is in the way is the storage.
          throw inMemoryError instanceof AppError && inMemoryError.code === 'dataset-too-large'
            ? error
            : inMemoryError;
        });
        context.onNotice(error);
        return dataset;
      }
    },
  };
}

async function storeRecordings(
  store: ByteStore,
  set: RecordingSet,
  settings: EncodingSettings,
  { signal, onProgress }: EncodeContext,
): Promise<StoredSet> {
  const plan = planEncoding(set, settings);
  await checkRoom(set.name, plan.bytes);
  const source = {
    summary: { ...summarize(set), problems: [] },
    encoding: settings,
    names: set.recordings.map(({ name }) => name),
  };
  return storeSet(store, plan.head, plan.sampleWords * 4, source, (append) => {
    const take = (frames: Uint32Array) => append(new Uint8Array(frames.buffer));
    return encodeSamples(set, settings, plan, take, onProgress, signal);
  });
}

async function storeImages(store: ByteStore, set: ImageSet, { signal }: EncodeContext): Promise<StoredSet> {
  const { fingerprint, bits, pixels, ...head } = await encodeImages(set, signal);
  const content = pixels as Uint8Array;
  await checkRoom(set.name, content.length);
  const source = {
    summary: { ...summarize(set), problems: [] },
    encoding: null,
    names: Array.from(set.labels, (_, index) => imageName(set, index)),
  };
  return storeSet(store, head satisfies DatasetHead, frameSize(set.shape), source, async (append) => {
    append(content);
    return fingerprint;
  });
}

/** @throws AppError `storage-full` before anything is written, where the browser says how much it grants. */
async function checkRoom(name: string, bytes: number): Promise<void> {
  const { usedBytes, quotaBytes } = await storageUse();
  if (quotaBytes === 0 || usedBytes + bytes <= quotaBytes) return;
  throw new AppError(
    'storage-full',
    `The data set ${name} needs ${bytes} bytes of storage; the browser grants this page ${quotaBytes}, of which ${usedBytes} are used.`,
    'Delete stored data sets or runs, or choose fewer time steps or a smaller frame.',
  );
}

function recordingsNeeded({ facts }: StoredSet): AppError {
  return new AppError(
    'recordings-needed',
    `The data set ${facts.name} is stored as frames of other settings, and its recordings are not on this page.`,
    'Drop the recordings again to make new frames, or open the stored data set again under Data sets.',
  );
}
