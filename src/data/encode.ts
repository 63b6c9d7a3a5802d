import { type EncodedDataset, wordsPerStep } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import { createSha256 } from '../core/sha256.ts';
import { encodeRecording } from './encoding/encodeRecording.ts';
import {
  checkEncoding,
  completeSettings,
  ENCODING_LIMITS,
  type EncodingSettings,
  largestCount,
} from './encoding/settings.ts';
import { createPacer } from './pacer.ts';
import type { RecordingSet } from './recordingSet.ts';

/**
 * sha256 over one line of JSON (format version, shape, stepCount, class names; for images also the kind, for counts also
 * the largest), labels (i32), split (u8) and bits (u32) or pixels (u8), little-endian. The data set's name is left out: equal data, equal
 * fingerprint.
 */
export async function fingerprintDataset(
  dataset: Omit<EncodedDataset, 'fingerprint' | 'name' | 'synthetic'>,
  pause: () => Promise<void>,
): Promise<string> {
  const { kind, shape, stepCount, classNames, labels, split, bits, pixels, maxCount = 1 } = dataset;
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
  const content = pixels ?? bits;
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  const pieceBytes = 1 << 20;
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    hash.update(bytes.subarray(offset, offset + pieceBytes));
    await pause();
  }
  return hash.digestHex();
}

/**
 * Encodes every recording of a set; sample i of the result is recording i.
 * @param onProgress Recordings done, of how many; a few times per second at most.
 * @throws AppError `encoding-invalid`, `dataset-empty`, `dataset-too-large`; the signal's reason when aborted.
 */
export async function encodeDataset(
  set: RecordingSet,
  settings: EncodingSettings,
  onProgress?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<EncodedDataset> {
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
  if (total * sampleWords * 4 > ENCODING_LIMITS.bytes) {
    throw new AppError(
      'dataset-too-large',
      `${total} samples of ${settings.stepCount} steps and ${shape.width}x${shape.height} pixels need ` +
        `${total * sampleWords * 4} bytes, the limit is ${ENCODING_LIMITS.bytes}.`,
      'Use fewer time steps, a smaller frame, smaller counts or fewer recordings.',
    );
  }
  const bits = new Uint32Array(total * sampleWords);
  const pacer = createPacer(signal);
  let reportedAt = performance.now();
  for (const [index, recording] of set.recordings.entries()) {
    encodeRecording(recording.events, settings, shape, bits, index * sampleWords);
    await pacer.pause();
    if (performance.now() - reportedAt > 200) {
      reportedAt = performance.now();
      onProgress?.(index + 1, total);
    }
  }
  const content = {
    kind: 'events' as const,
    shape,
    stepCount: settings.stepCount,
    classNames: [...set.classNames],
    ...(maxCount > 1 && { maxCount }),
    bits,
    pixels: null,
    labels: Int32Array.from(set.recordings, (recording) => recording.classIndex),
    split: Uint8Array.from(set.recordings, (recording) => recording.split),
  };
  const fingerprint = await fingerprintDataset(content, pacer.pause);
  onProgress?.(total, total);
  return { name: set.name, synthetic: set.synthetic, fingerprint, ...content };
}
