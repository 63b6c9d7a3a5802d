import { type EncodedDataset, type FrameShape, frameBit, wordsPerFrame } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import { type EventStream, eventCount, type SensorSize } from '../core/eventStream.ts';
import { createSha256 } from '../core/sha256.ts';
import { createPacer } from './pacer.ts';
import type { RecordingSet } from './recordingSet.ts';

/** How recordings become the binary frames that a network reads. */
export interface EncodingSettings {
  /** dt: length of one time step, microseconds. */
  stepDurationUs: number;
  /** T: time steps per sample. */
  stepCount: number;
  /** The network's input, pixels; at most the sensor in either direction. Two channels: 0 OFF, 1 ON. */
  frame: { height: number; width: number };
}

export const ENCODING_LIMITS = {
  stepDurationUs: { low: 1, high: 60_000_000 },
  stepCount: { low: 1, high: 4096 },
  side: { low: 1, high: 1024 },
  /** Bytes of packed frames: a typed array above 2 GiB cannot be had in every browser. */
  bytes: 2 ** 31 - 1,
} as const;

function checkRange(what: string, value: number, { low, high }: { low: number; high: number }): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new AppError(
      'encoding-invalid',
      `${what} is ${value}, allowed is ${low} to ${high}.`,
      `Enter a whole number from ${low} to ${high}.`,
    );
  }
}

/**
 * Shape of the frames these settings give on this sensor.
 * @throws AppError `encoding-invalid`: a setting out of range, or a frame larger than the sensor.
 */
export function checkEncoding(settings: EncodingSettings, sensor: SensorSize): FrameShape {
  checkRange('The step duration in microseconds', settings.stepDurationUs, ENCODING_LIMITS.stepDurationUs);
  checkRange('The number of time steps', settings.stepCount, ENCODING_LIMITS.stepCount);
  checkRange('The frame height', settings.frame.height, ENCODING_LIMITS.side);
  checkRange('The frame width', settings.frame.width, ENCODING_LIMITS.side);
  const { height, width } = settings.frame;
  if (height > sensor.height || width > sensor.width) {
    throw new AppError(
      'encoding-invalid',
      `The frame is ${width}x${height} pixels, but the sensor has only ${sensor.width}x${sensor.height}.`,
      `Choose a frame of at most ${sensor.width}x${sensor.height}.`,
    );
  }
  return { channels: 2, height, width };
}

/**
 * Sets one bit per (window, pixel, polarity) that has at least one event.
 *
 * Rules: t0 is the smallest time of the recording, wherever it stands in the file (so an event that steps back in
 * time cannot have a negative window). Window = floor((t - t0) / dt): an event exactly on a border belongs to the
 * later window. Events of window T and later are dropped, as are events outside the sensor. Sensor pixel (x, y)
 * falls into frame pixel (floor(x W / sensorWidth), floor(y H / sensorHeight)); pixels that share one are ORed.
 *
 * @param bits u32[stepCount][wordsPerFrame] at `wordOffset`, zero before; adds bits. Order of bits: frameBit.
 */
export function encodeRecording(
  events: EventStream,
  settings: EncodingSettings,
  shape: FrameShape,
  bits: Uint32Array,
  wordOffset: number,
): void {
  const count = eventCount(events);
  const { sensor, tUs, x, y, polarity } = events;
  let startUs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) if (tUs[i] < startUs) startUs = tUs[i];
  const columnOf = Uint16Array.from({ length: sensor.width }, (_, i) =>
    Math.floor((i * shape.width) / sensor.width),
  );
  const rowOf = Uint16Array.from({ length: sensor.height }, (_, i) =>
    Math.floor((i * shape.height) / sensor.height),
  );
  const frameWords = wordsPerFrame(shape);
  const stopUs = startUs + settings.stepCount * settings.stepDurationUs;
  for (let i = 0; i < count; i++) {
    if (tUs[i] >= stopUs || x[i] >= sensor.width || y[i] >= sensor.height) continue;
    const step = Math.floor((tUs[i] - startUs) / settings.stepDurationUs);
    const bit = frameBit(shape, polarity[i], rowOf[y[i]], columnOf[x[i]]);
    bits[wordOffset + step * frameWords + (bit >>> 5)] |= 1 << (bit & 31);
  }
}

/**
 * sha256 over one line of JSON (format version, shape, stepCount, class names; for images also the kind), labels (i32),
 * split (u8) and bits (u32) or pixels (u8), little-endian. The data set's name is left out: equal data, equal
 * fingerprint.
 */
export async function fingerprintDataset(
  dataset: Omit<EncodedDataset, 'fingerprint' | 'name' | 'synthetic'>,
  pause: () => Promise<void>,
): Promise<string> {
  const { kind, shape, stepCount, classNames, labels, split, bits, pixels } = dataset;
  const header = {
    format: 1,
    ...(kind === 'frames' && { kind }),
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
  const shape = checkEncoding(settings, set.sensor);
  const total = set.recordings.length;
  if (total === 0) {
    throw new AppError(
      'dataset-empty',
      `The data set ${set.name} has no recordings.`,
      'Import recordings first.',
    );
  }
  const sampleWords = settings.stepCount * wordsPerFrame(shape);
  if (total * sampleWords * 4 > ENCODING_LIMITS.bytes) {
    throw new AppError(
      'dataset-too-large',
      `${total} samples of ${settings.stepCount} steps and ${shape.width}x${shape.height} pixels need ` +
        `${total * sampleWords * 4} bytes, the limit is ${ENCODING_LIMITS.bytes}.`,
      'Use fewer time steps, a smaller frame or fewer recordings.',
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
    bits,
    pixels: null,
    labels: Int32Array.from(set.recordings, (recording) => recording.classIndex),
    split: Uint8Array.from(set.recordings, (recording) => recording.split),
  };
  const fingerprint = await fingerprintDataset(content, pacer.pause);
  onProgress?.(total, total);
  return { name: set.name, synthetic: set.synthetic, fingerprint, ...content };
}
