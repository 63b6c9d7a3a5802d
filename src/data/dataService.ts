import { AppError, toErrorData } from '../core/errors.ts';
import type { DataJob, DataReply, DataRequest, DataResults, RecordingView } from './dataMessages.ts';
import { encodeDataset } from './encode.ts';
import { importFiles } from './importFiles.ts';
import type { RecordingSet } from './recordingSet.ts';
import { splitName, summarize } from './summarize.ts';
import { generateSyntheticSet } from './synthetic/index.ts';

/** What the service answers with, and the buffers that move to the receiver instead of being copied. */
export type PostReply = (reply: DataReply, transfer: ArrayBuffer[]) => void;

export interface DataService {
  /** Takes one request; answers come through `post`, in any order. */
  receive(request: DataRequest): void;
}

interface JobContext {
  signal: AbortSignal;
  report(done: number, total: number, label: string): void;
}

function noRecordings(): AppError {
  return new AppError(
    'no-recordings',
    'No recordings are loaded.',
    'Drop recordings or choose a built-in set.',
  );
}

/**
 * The data side of the program, without the worker around it: keeps the recordings, runs jobs on them. A job that
 * fails or is cancelled leaves the recordings of before in place.
 */
export function createDataService(post: PostReply): DataService {
  const running = new Map<number, AbortController>();
  let loaded: RecordingSet | null = null;

  async function run(job: DataJob, { signal, report }: JobContext): Promise<DataResults[keyof DataResults]> {
    switch (job.kind) {
      case 'generate': {
        const label = 'Making recordings';
        loaded = await generateSyntheticSet(
          job.set,
          job.options,
          (done, total) => report(done, total, label),
          signal,
        );
        return summarize(loaded);
      }
      case 'importFiles':
        loaded = await importFiles(job.files, {
          ...job.split,
          signal,
          onProgress: ({ bytesDone, byteCount, filesDone, fileCount, file }) =>
            report(
              bytesDone,
              byteCount,
              file === '' ? `${filesDone} files read` : `${filesDone + 1} of ${fileCount}: ${file}`,
            ),
        });
        return summarize(loaded);
      case 'encode': {
        if (!loaded) throw noRecordings();
        const label = 'Making frames';
        return encodeDataset(loaded, job.settings, (done, total) => report(done, total, label), signal);
      }
      case 'recording':
        return viewRecording(loaded, job.index);
      case 'summary':
        return loaded && summarize(loaded);
    }
  }

  async function start(id: number, job: DataJob): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const report: JobContext['report'] = (done, total, label) =>
      post({ type: 'progress', id, progress: { done, total, label } }, []);
    try {
      const result = await run(job, { signal: controller.signal, report });
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

/** A copy of one recording: the original stays where it is. */
function viewRecording(set: RecordingSet | null, index: number): RecordingView {
  if (!set) throw noRecordings();
  const recording = set.recordings[index];
  if (!recording) {
    throw new AppError(
      'no-such-recording',
      `There is no recording ${index}: the set ${set.name} has ${set.recordings.length}.`,
      `Choose one from 0 to ${set.recordings.length - 1}.`,
    );
  }
  const { sensor, tUs, x, y, polarity } = recording.events;
  return {
    name: recording.name,
    className: set.classNames[recording.classIndex],
    split: splitName(recording.split),
    events: { sensor, tUs: tUs.slice(), x: x.slice(), y: y.slice(), polarity: polarity.slice() },
  };
}

/** Buffers the service does not need any more: frames just made, copies of a recording. */
function transferables(result: DataResults[keyof DataResults]): ArrayBuffer[] {
  if (result === null) return [];
  if ('bits' in result)
    return [result.bits, result.labels, result.split].map((array) => array.buffer as ArrayBuffer);
  if ('events' in result) {
    const { tUs, x, y, polarity } = result.events;
    return [tUs, x, y, polarity].map((array) => array.buffer as ArrayBuffer);
  }
  return [];
}
