import { AppError, fromErrorData } from '../core/errors.ts';
import type { DataJob, DataProgress, DataReply, DataRequest, DataResults } from './dataMessages.ts';

/** The part of a Worker that the client needs. */
export interface DataWorkerPort {
  postMessage(request: DataRequest): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<DataReply>) => void): void;
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void;
  terminate(): void;
}

export interface JobOptions {
  onProgress?: (progress: DataProgress) => void;
  /** Something that went wrong without ending the job. */
  onNotice?: (problem: AppError) => void;
  /** The file that an import reads next. */
  onFile?: (path: string) => void;
  /** Cancels the job; its promise then rejects with the signal's reason at once. */
  signal?: AbortSignal;
}

/** One data worker and the jobs that it runs. */
export interface WorkerConnection {
  /** False once the worker failed or was ended. */
  readonly isAlive: boolean;
  run<K extends DataJob['kind']>(
    job: Extract<DataJob, { kind: K }>,
    options?: JobOptions,
  ): Promise<DataResults[K]>;
  /** Ends the worker at once, whatever it does; its jobs reject with `reason`. */
  end(reason: unknown): void;
  /** Ends the worker as soon as its jobs are done. */
  retire(): void;
}

interface PendingJob extends Omit<JobOptions, 'signal'> {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** How long a worker may be silent in a job that is watched: it sends a sign of life every second unless it hangs. */
export const SILENCE_SECONDS = 30;

/** Silence that is worth a word: a machine that is busy elsewhere can hold a worker up for a second or two. */
const QUIET_SECONDS = 4;

/** The job's worker gave no sign of life for {@link SILENCE_SECONDS}. */
export class SilentWorker extends Error {}

/** @param worker A module worker that runs dataWorker.ts, or a stand-in. */
export function connectWorker(worker: DataWorkerPort): WorkerConnection {
  const pending = new Map<number, PendingJob>();
  let nextId = 1;
  let isAlive = true;
  let isRetiring = false;

  worker.addEventListener('message', ({ data: reply }) => {
    if (reply.type === 'alive') return;
    const job = pending.get(reply.id);
    // A cancelled job may still answer.
    if (!job) return;
    if (reply.type === 'progress') {
      job.onProgress?.(reply.progress);
      return;
    }
    if (reply.type === 'notice') {
      job.onNotice?.(fromErrorData(reply.error));
      return;
    }
    if (reply.type === 'file') {
      job.onFile?.(reply.path);
      return;
    }
    pending.delete(reply.id);
    if (reply.type === 'done') job.resolve(reply.result);
    else job.reject(fromErrorData(reply.error));
    endIfDone();
  });
  worker.addEventListener('error', (event) => {
    const reason = event.message || 'it could not be started';
    end(
      new AppError(
        'data-worker-failed',
        `The data worker stopped: ${reason}.`,
        'Try again with fewer or smaller files, or reload the page.',
      ),
    );
  });

  function end(reason: unknown): void {
    if (isAlive) worker.terminate();
    isAlive = false;
    for (const job of pending.values()) job.reject(reason);
    pending.clear();
  }

  function endIfDone(): void {
    if (isRetiring && pending.size === 0) end(undefined);
  }

  return {
    get isAlive() {
      return isAlive;
    },
    end,
    retire() {
      isRetiring = true;
      endIfDone();
    },
    run<K extends DataJob['kind']>(
      job: Extract<DataJob, { kind: K }>,
      { signal, ...listeners }: JobOptions = {},
    ) {
      return new Promise<DataResults[K]>((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const id = nextId++;
        const onAbort = () => {
          pending.delete(id);
          worker.postMessage({ type: 'cancel', id });
          reject(signal?.reason);
          endIfDone();
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
          ...listeners,
        });
        signal?.addEventListener('abort', onAbort);
        worker.postMessage({ type: 'run', id, job });
      });
    },
  };
}

/**
 * Calls `onSilence` once when a worker has said nothing for {@link SILENCE_SECONDS}. Seconds are counted one by one: a
 * machine that slept is not taken for a worker that hangs.
 * @param onQuiet Called every second before that, from {@link QUIET_SECONDS} on.
 * @returns Stops the watch.
 */
export function watchSilence(
  worker: DataWorkerPort,
  onSilence: () => void,
  onQuiet: (silentSeconds: number) => void = () => {},
): () => void {
  let silentSeconds = 0;
  worker.addEventListener('message', () => {
    silentSeconds = 0;
  });
  const timer = setInterval(() => {
    silentSeconds++;
    if (silentSeconds < SILENCE_SECONDS) {
      if (silentSeconds >= QUIET_SECONDS) onQuiet(silentSeconds);
      return;
    }
    clearInterval(timer);
    onSilence();
  }, 1000);
  return () => clearInterval(timer);
}
