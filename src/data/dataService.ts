import { frameSize } from '../core/encodedDataset.ts';
import { AppError, toErrorData } from '../core/errors.ts';
import type {
  DataJob,
  DataReply,
  DataRequest,
  DataResults,
  EventView,
  ImageView,
  RecordingView,
} from './dataMessages.ts';
import { encodeDataset } from './encode.ts';
import { encodeImages } from './frames/encodeImages.ts';
import { findTextPreview } from './import/findTextPreview.ts';
import { importData } from './importData.ts';
import type { ImageSet, LoadedSet, RecordingSet } from './recordingSet.ts';
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
 * The data side of the program, without the worker around it: keeps the recordings or images, runs jobs on them. A job that
 * fails or is cancelled leaves the recordings of before in place.
 */
export function createDataService(post: PostReply): DataService {
  const running = new Map<number, AbortController>();
  let loaded: LoadedSet | null = null;

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
      case 'importFiles': {
        const imported = await importData(job.files, {
          ...job.settings,
          signal,
          onProgress: ({ bytesDone, byteCount, filesDone, fileCount, file }) =>
            report(
              bytesDone,
              byteCount,
              file === '' ? `${filesDone} files read` : `${filesDone + 1} of ${fileCount}: ${file}`,
            ),
        });
        // A drop in which nothing can be read says so and takes nothing away.
        if (sampleTotal(imported) > 0) loaded = imported;
        return summarize(imported);
      }
      case 'encode': {
        if (!loaded) throw noRecordings();
        if (loaded.kind === 'frames') return encodeImages(loaded, signal);
        const label = 'Making frames';
        return encodeDataset(loaded, job.settings, (done, total) => report(done, total, label), signal);
      }
      case 'recording':
        return viewRecording(loaded, job.index);
      case 'previewColumns':
        return findTextPreview(job.files, signal);
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

function sampleTotal(set: LoadedSet): number {
  return set.kind === 'frames' ? set.labels.length : set.recordings.length;
}

/** A copy of one recording or image: the original stays where it is. */
function viewRecording(set: LoadedSet | null, index: number): RecordingView {
  if (!set) throw noRecordings();
  const count = sampleTotal(set);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new AppError(
      'no-such-recording',
      `There is no recording ${index}: the set ${set.name} has ${count}.`,
      `Choose one from 0 to ${count - 1}.`,
    );
  }
  return set.kind === 'frames' ? viewImage(set, index) : viewEvents(set, index);
}

function viewEvents(set: RecordingSet, index: number): EventView {
  const { name, classIndex, split, events } = set.recordings[index];
  const { tUs, x, y, polarity } = events;
  return {
    kind: 'events',
    name,
    className: set.classNames[classIndex],
    split: splitName(split),
    events: { ...events, tUs: tUs.slice(), x: x.slice(), y: y.slice(), polarity: polarity.slice() },
  };
}

function viewImage(set: ImageSet, index: number): ImageView {
  const { shape, pixels, labels, split, classNames } = set;
  const size = frameSize(shape);
  return {
    kind: 'frames',
    name: imageName(set, index),
    className: classNames[labels[index]],
    split: splitName(split[index]),
    shape: { ...shape },
    pixels: pixels.slice(index * size, (index + 1) * size),
  };
}

/** The file an image is from and its number in it, from 0. */
function imageName({ files }: ImageSet, index: number): string {
  let first = 0;
  for (const { path, count } of files) {
    if (index < first + count) return `${path} #${index - first}`;
    first += count;
  }
  return `#${index}`;
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
