import type { EncodedDataset } from '../core/encodedDataset.ts';
import { AppError, fromErrorData } from '../core/errors.ts';
import type {
  DataJob,
  DataProgress,
  DataReply,
  DataRequest,
  DataResults,
  DataSummary,
  ImportSettings,
  RecordingView,
} from './dataMessages.ts';
import type { EncodingSettings } from './encoding/settings.ts';
import type { TextPreview } from './formats/text/textPreview.ts';
import type { ImportFile } from './import/candidates.ts';
import type { SyntheticKind, SyntheticOptions } from './synthetic/index.ts';

export interface JobOptions {
  onProgress?: (progress: DataProgress) => void;
  /** Cancels the job; its promise then rejects with the signal's reason at once. */
  signal?: AbortSignal;
}

/** The part of a Worker that the client needs. */
export interface DataWorkerPort {
  postMessage(request: DataRequest): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<DataReply>) => void): void;
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void;
  terminate(): void;
}

/**
 * The page's end of the data worker. The recordings stay in the worker; each call is one job there. Rejections are
 * AppErrors of the job, or the reason of the job's signal.
 */
export interface DataClient {
  /** Replaces the recordings by dropped files: event recordings, or images. */
  importFiles(files: ImportFile[], settings: ImportSettings, options?: JobOptions): Promise<DataSummary>;
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
  /** Ends the worker; running jobs reject with `disposed`. */
  dispose(): void;
}

interface PendingJob {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  onProgress?: (progress: DataProgress) => void;
}

/** @param worker A module worker that runs dataWorker.ts, or a stand-in. */
export function createDataClient(worker: DataWorkerPort): DataClient {
  const pending = new Map<number, PendingJob>();
  let nextId = 1;

  worker.addEventListener('message', ({ data: reply }) => {
    const job = pending.get(reply.id);
    // A cancelled job may still answer.
    if (!job) return;
    if (reply.type === 'progress') {
      job.onProgress?.(reply.progress);
      return;
    }
    pending.delete(reply.id);
    if (reply.type === 'done') job.resolve(reply.result);
    else job.reject(fromErrorData(reply.error));
  });
  worker.addEventListener('error', (event) => {
    const reason = event.message || 'it could not be started';
    rejectAll(new AppError('data-worker-failed', `The data worker stopped: ${reason}.`, 'Reload the page.'));
  });

  function rejectAll(error: AppError): void {
    for (const job of pending.values()) job.reject(error);
    pending.clear();
  }

  function run<K extends DataJob['kind']>(
    job: Extract<DataJob, { kind: K }>,
    { onProgress, signal }: JobOptions = {},
  ): Promise<DataResults[K]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const id = nextId++;
      const onAbort = () => {
        pending.delete(id);
        worker.postMessage({ type: 'cancel', id });
        reject(signal?.reason);
      };
      const settled = () => signal?.removeEventListener('abort', onAbort);
      pending.set(id, {
        resolve(result) {
          settled();
          resolve(result as DataResults[K]);
        },
        reject(error) {
          settled();
          reject(error);
        },
        onProgress,
      });
      signal?.addEventListener('abort', onAbort);
      worker.postMessage({ type: 'run', id, job });
    });
  }

  return {
    importFiles: (files, settings, options) =>
      run<'importFiles'>({ kind: 'importFiles', files, settings }, options),
    generate: (set, counts, options) => run<'generate'>({ kind: 'generate', set, options: counts }, options),
    encode: (settings, options) => run<'encode'>({ kind: 'encode', settings }, options),
    recording: (index) => run<'recording'>({ kind: 'recording', index }),
    summary: () => run<'summary'>({ kind: 'summary' }),
    previewColumns: (files, options) => run<'previewColumns'>({ kind: 'previewColumns', files }, options),
    dispose() {
      worker.terminate();
      rejectAll(new AppError('disposed', 'The data worker was ended.'));
    },
  };
}
