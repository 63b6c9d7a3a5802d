import { TEST, TRAIN } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import type { EventStream } from '../../core/eventStream.ts';
import { createRandom, type Random, type RandomPurpose } from '../../core/random.ts';
import { createPacer } from '../pacer.ts';
import type { Recording, RecordingSet } from '../recordingSet.ts';
import { createEventCamera, type EventCamera, type EventCameraSpec } from './eventCamera.ts';
import { GESTURE_CAMERA, GESTURE_CLASSES, recordGesture } from './movingGestures.ts';
import { DIGIT_CAMERA, DIGIT_CLASSES, recordDigit } from './saccadeDigits.ts';

export type SyntheticKind = 'saccadeDigits' | 'movingGestures';

interface Generator {
  label: string;
  classNames: readonly string[];
  camera: EventCameraSpec;
  purpose: RandomPurpose;
  record(classIndex: number, camera: EventCamera, random: Random): EventStream;
}

const GENERATORS: Record<SyntheticKind, Generator> = {
  saccadeDigits: {
    label: 'Saccade digits',
    classNames: DIGIT_CLASSES,
    camera: DIGIT_CAMERA,
    purpose: 'syntheticDigits',
    record: recordDigit,
  },
  movingGestures: {
    label: 'Moving gestures',
    classNames: GESTURE_CLASSES,
    camera: GESTURE_CAMERA,
    purpose: 'syntheticGestures',
    record: recordGesture,
  },
};

export interface SyntheticOptions {
  /** u32; equal seeds give equal recordings, to the last bit, on every machine. */
  seed: number;
  trainCount: number;
  testCount: number;
}

/** Streams of the generator: one per sample and split, so that a larger training set leaves the test set as it is. */
const MAX_COUNT = 2 ** 20;
const TEST_STREAM = MAX_COUNT;
const CAMERA_STREAM = 2 * MAX_COUNT;

function checkCount(what: string, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > MAX_COUNT) {
    throw new AppError(
      'count-out-of-range',
      `The number of ${what} recordings is ${count}, allowed is 0 to ${MAX_COUNT}.`,
      `Enter a whole number from 0 to ${MAX_COUNT}.`,
    );
  }
}

/**
 * Makes a data set: recording i of each split is of class i modulo the number of classes, in random order of shapes.
 * @throws AppError `count-out-of-range`; the signal's reason.
 */
export async function generateSyntheticSet(
  kind: SyntheticKind,
  options: SyntheticOptions,
  onProgress?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<RecordingSet> {
  const { seed, trainCount, testCount } = options;
  checkCount('training', trainCount);
  checkCount('test', testCount);
  const { label, classNames, camera: cameraSpec, purpose, record } = GENERATORS[kind];
  const camera = createEventCamera(cameraSpec, createRandom(seed, purpose, CAMERA_STREAM));
  const recordings: Recording[] = [];
  const pacer = createPacer(signal);
  const total = trainCount + testCount;
  let reportedAt = performance.now();
  for (let index = 0; index < total; index++) {
    const isTest = index >= trainCount;
    const sample = isTest ? index - trainCount : index;
    const classIndex = sample % classNames.length;
    const random = createRandom(seed, purpose, (isTest ? TEST_STREAM : 0) + sample);
    recordings.push({
      name: `${isTest ? 'test' : 'train'}/${classNames[classIndex]}/${String(sample).padStart(5, '0')}`,
      classIndex,
      split: isTest ? TEST : TRAIN,
      events: record(classIndex, camera, random),
    });
    await pacer.pause();
    if (performance.now() - reportedAt > 100) {
      reportedAt = performance.now();
      onProgress?.(index + 1, total);
    }
  }
  onProgress?.(total, total);
  return {
    kind: 'events',
    name: label,
    synthetic: true,
    sensor: { ...cameraSpec.sensor },
    classNames: [...classNames],
    recordings,
    problems: [],
  };
}
