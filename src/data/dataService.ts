import { AppError, toErrorData } from '../core/errors.ts';
import type { ByteStore } from '../storage/byteStore.ts';
import type { OpenScratch } from '../storage/scratchFile.ts';
import { noStorage } from '../storage/storageError.ts';
import type { DataJob, DataReply, DataRequest, DataResults, DataSummary } from './dataMessages.ts';
import { createEncoder } from './encodeLoaded.ts';
import { findTextPreview } from './import/findTextPreview.ts';
import { createPlanner } from './import/planImport.ts';
import { importData } from './importData.ts';
import type { LoadedSet } from './recordingSet.ts';
import { findStoredSet, listStoredSets, type StoredSet } from './stored/storedSets.ts';
import { summarize } from './summarize.ts';
import { generateSyntheticSet } from './synthetic/index.ts';
import { sampleTotal, viewSample } from './viewSample.ts';

/** What the service answers with, and the buffers that move to the receiver instead of being copied. */
export type PostReply = (reply: DataReply, transfer: ArrayBuffer[]) => void;

export interface DataService {
  /** Takes one request; answers come through `post`, in any order. */
  receive(request: DataRequest): void;
}

export interface DataServiceOptions {
  /** Opens the folder of encoded data sets; null where nothing can be stored. */
  openStore?: (() => Promise<ByteStore>) | null;
  /** Where long files are unpacked to; null: memory. */
  openScratch?: OpenScratch | null;
}

interface JobContext {
  signal: AbortSignal;
  report(done: number, total: number, label: string, unit?: 'bytes'): void;
  notice(problem: AppError): void;
  file(path: string): void;
}

function noRecordings(): AppError {
  return new AppError(
    'no-recordings',
    'No recordings are loaded.',
    'Drop recordings or choose a built-in set.',
  );
}

/**
 * The data side of the program, without the worker around it: keeps the recordings or images, runs jobs on them. A job that
 * fails or is cancelled leaves the recordings of before in place.
 */
export function createDataService(
  post: PostReply,
  { openStore = null, openScratch = null }: DataServiceOptions = {},
): DataService {
  const running = new Map<number, AbortController>();
  const encoder = createEncoder(openStore);
  const planner = createPlanner(openScratch);
  let loaded: LoadedSet | StoredSet | null = null;

  async function storage(): Promise<ByteStore> {
    if (!openStore) throw noStorage();
    return openStore();
  }

  function summary(): DataSummary | null {
    if (loaded?.kind !== 'stored') return loaded && summarize(loaded);
    const { source, name } = loaded.facts;
    return { ...source.summary, name, storedEncoding: source.encoding };
  }

  async function run(job: DataJob, context: JobContext): Promise<DataResults[keyof DataResults]> {
    const { signal, report } = context;
    switch (job.kind) {
      case 'generate': {
        const label = 'Making recordings';
        loaded = await generateSyntheticSet(
          job.set,
          job.options,
          (done, total) => report(done, total, label),
          signal,
        );
        return summary();
      }
      case 'planImport':
        return planner.plan(job.files, job.settings, (label) => report(0, 0, label), signal);
      case 'importFiles': {
        const found = await planner.found(job.files, (label) => report(0, 0, label), signal);
        const imported = await importData(
          job.files,
          {
            ...job.settings,
            signal,
            onFile: context.file,
            onProgress: ({ bytesDone, byteCount, filesDone, fileCount, file }) => {
              const label =
                file === '' ? `${filesDone} files read` : `${filesDone + 1} of ${fileCount}: ${file}`;
              report(bytesDone, byteCount, label, 'bytes');
            },
          },
          found,
        );
        // A drop in which nothing can be read says so and takes nothing away.
        if (sampleTotal(imported) > 0) loaded = imported;
        return summarize(imported);
      }
      case 'encode': {
        if (!loaded) throw noRecordings();
        return encoder.encode(loaded, job.settings, {
          signal,
          onProgress: (done, total) => report(done, total, 'Making frames'),
          onNotice: context.notice,
        });
      }
      case 'recording':
        if (!loaded) throw noRecordings();
        return viewSample(loaded, job.index);
      case 'previewColumns':
        return findTextPreview(job.files, signal);
      case 'summary':
        return summary();
      case 'listStored':
        return openStore ? listStoredSets(await storage()) : [];
      case 'openStored': {
        const set = openStore && (await findStoredSet(await storage(), job.fingerprint));
        if (!set) return null;
        loaded = set;
        return summary();
      }
      case 'deleteStored':
        await (await storage()).remove(job.file);
        return null;
    }
  }

  async function start(id: number, job: DataJob): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const context: JobContext = {
      signal: controller.signal,
      report: (done, total, label, unit) =>
        post({ type: 'progress', id, progress: { done, total, label, ...(unit && { unit }) } }, []),
      notice: (problem) => post({ type: 'notice', id, error: toErrorData(problem) }, []),
      file: (path) => post({ type: 'file', id, path }, []),
    };
    try {
      const result = await run(job, context);
      post({ type: 'done', id, result }, transferables(result));
    } catch (error) {
      post({ type: 'failed', id, error: toErrorData(error) }, []);
    } finally {
      running.delete(id);
    }
  }

  return {
    receive(request) {
      if (request.type === 'run') void start(request.id, request.job);
      else running.get(request.id)?.abort(new AppError('cancelled', 'The job was cancelled.'));
    },
  };
}

/** Buffers the service does not need any more: frames just made, copies of a recording. */
function transferables(result: DataResults[keyof DataResults]): ArrayBuffer[] {
  if (result === null) return [];
  const buffers = (...arrays: ArrayBufferView[]) => arrays.map((array) => array.buffer as ArrayBuffer);
  if ('bits' in result) {
    const { bits, pixels, labels, split } = result;
    return buffers(bits, labels, split, ...(pixels ? [pixels] : []));
  }
  if ('events' in result) {
    const { tUs, x, y, polarity } = result.events;
    return buffers(tUs, x, y, polarity);
  }
  return 'pixels' in result ? buffers(result.pixels) : [];
}
