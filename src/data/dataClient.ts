import type { EncodedDataset } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import type {
  DataProgress,
  DataSummary,
  ImportPlan,
  ImportSettings,
  RecordingView,
  StoredSetFacts,
} from './dataMessages.ts';
import type { EncodingSettings } from './encoding/settings.ts';
import type { TextPreview } from './formats/text/textPreview.ts';
import type { ImportFile } from './import/candidates.ts';
import type { SyntheticKind, SyntheticOptions } from './synthetic/index.ts';
import {
  connectWorker,
  type DataWorkerPort,
  type JobOptions,
  SILENCE_SECONDS,
  SilentWorker,
  type WorkerConnection,
  watchSilence,
} from './workerConnection.ts';

export type { DataWorkerPort, JobOptions } from './workerConnection.ts';

/**
 * The page's end of the data workers. Recordings stay in a worker; each call is one job there. An import gets a worker of
 * its own, which takes the place of the one before when it has read something: whatever a file does to its decoder, it can
 * be ended, and what was loaded before survives. Rejections are AppErrors of the job, or the reason of its signal.
 */
export interface DataClient {
  /**
   * Replaces the recordings by dropped files: event recordings, or images. A file on which the worker hangs is given up
   * (problem `import-stalled`) and the others are read anew without it.
   */
  importFiles(files: ImportFile[], settings: ImportSettings, options?: JobOptions): Promise<DataSummary>;
  /** What an import of these files would give, before anything is decoded. */
  planImport(files: ImportFile[], settings: ImportSettings, options?: JobOptions): Promise<ImportPlan>;
  /** Replaces the recordings by a built-in set. */
  generate(kind: SyntheticKind, counts: SyntheticOptions, options?: JobOptions): Promise<DataSummary>;
  /** Frames of all recordings; `no-recordings` when nothing is loaded. The settings play no part for images. */
  encode(settings: EncodingSettings, options?: JobOptions): Promise<EncodedDataset>;
  /** A copy of one recording or image, by its index in the encoded data set. */
  recording(index: number): Promise<RecordingView>;
  /** Null when nothing is loaded. */
  summary(): Promise<DataSummary | null>;
  /** The first lines of the first text file of events in a drop, to confirm its columns; null where there is none. */
  previewColumns(files: ImportFile[], options?: JobOptions): Promise<TextPreview | null>;
  /** The encoded data sets in the browser's storage, newest first. */
  listStored(): Promise<StoredSetFacts[]>;
  /** Replaces the recordings by a stored data set; null where there is none with this fingerprint. */
  openStored(fingerprint: string, options?: JobOptions): Promise<DataSummary | null>;
  /** Deletes a stored data set by the name of its file. */
  deleteStored(file: string): Promise<void>;
  /** Ends the workers; running jobs reject with `disposed`. */
  dispose(): void;
}

/** How often an import is begun anew without the file on which its worker hung. */
const GIVE_UP_FILES = 5;

/** A worker that reads files and may be ended at any moment. */
interface Reader {
  port: DataWorkerPort;
  connection: WorkerConnection;
}

/** @param startWorker Starts a module worker that runs dataWorker.ts, or a stand-in. */
export function createDataClient(startWorker: () => DataWorkerPort): DataClient {
  /** Holds what is loaded. */
  let current = connectWorker(startWorker());
  /** Has looked at the files of a drop that is not imported yet. */
  let reader: Reader | null = null;

  function holder(): WorkerConnection {
    // A worker that failed took its recordings along; the next job finds an empty one.
    if (!current.isAlive) current = connectWorker(startWorker());
    return current;
  }

  function startReader(): Reader {
    const port = startWorker();
    return { port, connection: connectWorker(port) };
  }

  function takeReader(): Reader {
    const taken = reader?.connection.isAlive ? reader : startReader();
    reader = null;
    return taken;
  }

  /** Runs a job on a worker that is ended when the job is cancelled or the worker falls silent. */
  async function runKillable<Result>(
    { port, connection }: Reader,
    signal: AbortSignal | undefined,
    work: (connection: WorkerConnection) => Promise<Result>,
    onQuiet?: (silentSeconds: number) => void,
  ): Promise<Result> {
    const end = () => connection.end(signal?.reason);
    signal?.addEventListener('abort', end);
    const unwatch = watchSilence(port, () => connection.end(new SilentWorker()), onQuiet);
    try {
      return await work(connection);
    } finally {
      unwatch();
      signal?.removeEventListener('abort', end);
    }
  }

  /** Looks at the files of a drop in the worker that is going to read them. */
  async function look<Result>(
    options: JobOptions,
    work: (connection: WorkerConnection) => Promise<Result>,
  ): Promise<Result> {
    const taken = takeReader();
    try {
      const result = await runKillable(taken, options.signal, work);
      reader?.connection.end(undefined);
      reader = taken;
      return result;
    } catch (error) {
      taken.connection.end(error);
      throw error instanceof SilentWorker ? stalled('The dropped files') : error;
    }
  }

  async function importFiles(
    files: ImportFile[],
    settings: ImportSettings,
    options: JobOptions = {},
  ): Promise<DataSummary> {
    const givenUp: string[] = [];
    for (;;) {
      const taken = takeReader();
      let file = '';
      const onFile = (path: string) => {
        file = path;
      };
      let latest: DataProgress = { done: 0, total: 0, label: '' };
      const onProgress = (progress: DataProgress) => {
        latest = progress;
        options.onProgress?.(progress);
      };
      const onQuiet = (seconds: number) => {
        const label = `${file || 'The dropped files'}: no answer for ${seconds} s, given up at ${SILENCE_SECONDS} s`;
        options.onProgress?.({ ...latest, label });
      };
      try {
        const work = (connection: WorkerConnection) =>
          connection.run<'importFiles'>(
            { kind: 'importFiles', files, settings: { ...settings, givenUp } },
            { ...options, onFile, onProgress },
          );
        const summary = await runKillable(taken, options.signal, work, onQuiet);
        if (summary.recordingCount === 0) {
          taken.connection.end(undefined);
          return summary;
        }
        current.retire();
        current = taken.connection;
        return summary;
      } catch (error) {
        taken.connection.end(error);
        if (!(error instanceof SilentWorker)) throw error;
        if (file === '' || givenUp.length === GIVE_UP_FILES) throw stalled(file || 'The dropped files');
        givenUp.push(file);
      }
    }
  }

  return {
    importFiles,
    planImport: (files, settings, options = {}) =>
      look(options, (worker) => worker.run<'planImport'>({ kind: 'planImport', files, settings }, options)),
    generate: (set, counts, options) =>
      holder().run<'generate'>({ kind: 'generate', set, options: counts }, options),
    encode: (settings, options) => holder().run<'encode'>({ kind: 'encode', settings }, options),
    recording: (index) => holder().run<'recording'>({ kind: 'recording', index }),
    summary: () => holder().run<'summary'>({ kind: 'summary' }),
    previewColumns: (files, options = {}) =>
      look(options, (worker) => worker.run<'previewColumns'>({ kind: 'previewColumns', files }, options)),
    listStored: () => holder().run<'listStored'>({ kind: 'listStored' }),
    openStored: (fingerprint, options) =>
      holder().run<'openStored'>({ kind: 'openStored', fingerprint }, options),
    deleteStored: async (file) => {
      await holder().run<'deleteStored'>({ kind: 'deleteStored', file });
    },
    dispose() {
      const disposed = new AppError('disposed', 'The data worker was ended.');
      reader?.connection.end(disposed);
      current.end(disposed);
    },
  };
}

function stalled(what: string): AppError {
  return new AppError(
    'import-stalled',
    `${what}: the worker that reads it gave no sign of life for ${SILENCE_SECONDS} seconds and was ended.`,
    'What was loaded before is still there. Check the files, or drop them without this one.',
  );
}
