import { type EncodedDataset, wordsPerStep } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import { createSha256, type Sha256 } from '../core/sha256.ts';
import { encodeRecording } from './encoding/encodeRecording.ts';
import { encodeStreamed } from './encoding/encodeStreamed.ts';
import {
  checkEncoding,
  completeSettings,
  ENCODING_LIMITS,
  type EncodingSettings,
  largestCount,
} from './encoding/settings.ts';
import { WHOLE_EVENTS } from './import/readRecording.ts';
import { createPacer } from './pacer.ts';
import type { RecordingSet } from './recordingSet.ts';
import { firstEvents } from './streamedEvents.ts';

const PROGRESS_MS = 200;

/** What a data set says besides the content of its samples. */
export type DatasetHead = Omit<EncodedDataset, 'fingerprint' | 'bits' | 'pixels' | 'stored'>;

/**
 * sha256 over one line of JSON (format version, shape, stepCount, class names; for images also the kind, for counts also
 * the largest), labels (i32), split (u8) and then, fed by the caller, bits (u32) or pixels (u8), little-endian. The data
 * set's name is left out: equal data, equal fingerprint.
 */
function beginFingerprint({
  kind,
  shape,
  stepCount,
  classNames,
  labels,
  split,
  maxCount = 1,
}: Omit<DatasetHead, 'name' | 'synthetic'>): Sha256 {
  const header = {
    format: 1,
    ...(kind === 'frames' && { kind }),
    ...(maxCount > 1 && { maxCount }),
    shape: [shape.channels, shape.height, shape.width],
    stepCount,
    classNames,
    sampleCount: labels.length,
  };
  const hash = createSha256();
  hash.update(new TextEncoder().encode(`${JSON.stringify(header)}\n`));
  hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  hash.update(split);
  return hash;
}

/** The fingerprint of a data set in memory. */
export async function fingerprintDataset(
  dataset: Omit<EncodedDataset, 'fingerprint' | 'name' | 'synthetic'>,
  pause: () => Promise<void>,
): Promise<string> {
  const hash = beginFingerprint(dataset);
  const content = dataset.pixels ?? dataset.bits;
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  const pieceBytes = 1 << 20;
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    hash.update(bytes.subarray(offset, offset + pieceBytes));
    await pause();
  }
  return hash.digestHex();
}

/** A set and settings that fit together. */
export interface EncodingPlan {
  head: DatasetHead;
  /** u32 words of a sample. */
  sampleWords: number;
  /** Bytes of all samples. */
  bytes: number;
}

/**
 * What encoding a set gives, before it is done.
 * @throws AppError `encoding-invalid`, `dataset-empty`.
 */
export function planEncoding(set: RecordingSet, settings: EncodingSettings): EncodingPlan {
  const shape = checkEncoding(settings, set.sensor, set.channels);
  const maxCount = largestCount(completeSettings(settings));
  const total = set.recordings.length;
  if (total === 0) {
    throw new AppError(
      'dataset-empty',
      `The data set ${set.name} has no recordings.`,
      'Import recordings first.',
    );
  }
  const sampleWords = settings.stepCount * wordsPerStep({ shape, maxCount });
  const head: DatasetHead = {
    name: set.name,
    synthetic: set.synthetic,
    kind: 'events',
    shape,
    stepCount: settings.stepCount,
    classNames: [...set.classNames],
    ...(maxCount > 1 && { maxCount }),
    labels: Int32Array.from(set.recordings, (recording) => recording.classIndex),
    split: Uint8Array.from(set.recordings, (recording) => recording.split),
  };
  return { head, sampleWords, bytes: total * sampleWords * 4 };
}

/**
 * Encodes every recording of a set; sample i is recording i. One sample is in memory at a time.
 * @param take Is given the frames of each sample, u32[stepCount][planes][wordsPerFrame], valid until it returns.
 * @param onProgress Recordings done, of how many; a few times per second at most.
 * @returns The fingerprint.
 * @throws AppError of decoders, for recordings that are read from their files; the signal's reason when aborted.
 */
export async function encodeSamples(
  set: RecordingSet,
  settings: EncodingSettings,
  { head, sampleWords }: EncodingPlan,
  take: (frames: Uint32Array, index: number) => void,
  onProgress?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const hash = beginFingerprint(head);
  const frames = new Uint32Array(sampleWords);
  const bytes = new Uint8Array(frames.buffer);
  const pacer = createPacer(signal);
  const total = set.recordings.length;
  let reportedAt = performance.now();
  const report = (done: number) => {
    if (performance.now() - reportedAt <= PROGRESS_MS) return;
    reportedAt = performance.now();
    onProgress?.(done, total);
  };
  for (const [index, recording] of set.recordings.entries()) {
    frames.fill(0);
    const { streamed } = recording;
    if (streamed && streamed.facts.eventCount > WHOLE_EVENTS)
      await encodeStreamed(
        streamed,
        recording.events,
        settings,
        head.shape,
        frames,
        (fraction) => report(index + fraction),
        signal,
      );
    else {
      const events = await firstEvents(recording, WHOLE_EVENTS, signal);
      encodeRecording(events, settings, head.shape, frames);
    }
    hash.update(bytes);
    take(frames, index);
    await pacer.pause();
    report(index + 1);
  }
  onProgress?.(total, total);
  return hash.digestHex();
}

/**
 * Encodes every recording of a set into memory.
 * @param onProgress Recordings done, of how many; a few times per second at most.
 * @throws AppError `encoding-invalid`, `dataset-empty`, `dataset-too-large`; as {@link encodeSamples}.
 */
export async function encodeDataset(
  set: RecordingSet,
  settings: EncodingSettings,
  onProgress?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<EncodedDataset> {
  const plan = planEncoding(set, settings);
  const { head, sampleWords } = plan;
  if (plan.bytes > ENCODING_LIMITS.bytes) {
    const { stepCount, shape } = head;
    throw new AppError(
      'dataset-too-large',
      `${set.recordings.length} samples of ${stepCount} steps and ${shape.width}x${shape.height} pixels need ` +
        `${plan.bytes} bytes, the limit is ${ENCODING_LIMITS.bytes}.`,
      'Use fewer time steps, a smaller frame, smaller counts or fewer recordings.',
    );
  }
  const bits = new Uint32Array(plan.bytes / 4);
  const put = (frames: Uint32Array, index: number) => bits.set(frames, index * sampleWords);
  const fingerprint = await encodeSamples(set, settings, plan, put, onProgress, signal);
  return { ...head, fingerprint, bits, pixels: null };
}
