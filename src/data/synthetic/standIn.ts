import {
  type EncodedDataset,
  type FrameShape,
  frameBit,
  frameSize,
  type InputKind,
  TEST,
  TRAIN,
  wordsPerFrame,
} from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import { createRandom, type Random, randomU32 } from '../../core/random.ts';
import { fingerprintDataset } from '../encode.ts';
import { ENCODING_LIMITS } from '../encoding/settings.ts';
import { createPacer } from '../pacer.ts';

/** Says everywhere that nothing can be concluded from results on it. */
export const STAND_IN_NAME = 'Stand-in patterns';

export interface StandInOptions {
  kind: InputKind;
  shape: FrameShape;
  /** T; images are stored once, whatever it is. */
  stepCount: number;
  classCount: number;
  trainCount: number;
  testCount: number;
  /** u32; equal seeds give equal bits. */
  seed: number;
}

/** Cells of a class's pattern in each direction. */
const GRID = 8;
/** Of 256: how often a pixel fires in a bright cell and elsewhere. */
const BRIGHT = 77;
const DARK = 5;
/** Streams of the test samples, so that a larger training set leaves the test set as it is. */
const TEST_STREAM = 2 ** 20;

/**
 * A data set of any input size and any number of classes, for trying a system whose own data set is not at hand: every
 * class has a random pattern of 8x8 bright and dark cells per channel, every sample is noise around its class's pattern.
 * It resembles no recording; accuracy on it says only that training works.
 *
 * Sample i of each split is of class i modulo the number of classes. Training samples come first.
 * @throws AppError `dataset-too-large`; the signal's reason when aborted.
 */
export async function makeStandIn(
  options: StandInOptions,
  onProgress?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<EncodedDataset> {
  const { kind, shape, stepCount, classCount, trainCount, testCount, seed } = options;
  const total = trainCount + testCount;
  const isEvents = kind === 'events';
  const sampleWords = stepCount * wordsPerFrame(shape);
  const bytes = total * (isEvents ? sampleWords * 4 : frameSize(shape));
  if (bytes > ENCODING_LIMITS.bytes) {
    throw new AppError(
      'dataset-too-large',
      `${total} stand-in samples need ${bytes} bytes, the limit is ${ENCODING_LIMITS.bytes}.`,
      'Generate fewer samples.',
    );
  }
  const bits = new Uint32Array(isEvents ? total * sampleWords : 0);
  const pixels = isEvents ? null : new Uint8Array(total * frameSize(shape));
  const labels = new Int32Array(total);
  const split = new Uint8Array(total);
  const pacer = createPacer(signal);
  for (let sample = 0; sample < total; sample++) {
    const isTest = sample >= trainCount;
    const index = isTest ? sample - trainCount : sample;
    labels[sample] = index % classCount;
    split[sample] = isTest ? TEST : TRAIN;
    const random = createRandom(seed, 'standIn', index + (isTest ? TEST_STREAM : 0));
    const pattern = classPattern(seed, labels[sample], shape);
    if (pixels) drawImage(pixels.subarray(sample * frameSize(shape)), pattern, random);
    else drawEvents(bits.subarray(sample * sampleWords), pattern, options, random);
    await pacer.pause();
    onProgress?.(sample + 1, total);
  }
  const content = {
    kind,
    shape,
    stepCount: isEvents ? stepCount : 1,
    classNames: Array.from({ length: classCount }, (_, c) => `pattern ${c}`),
    bits,
    pixels,
    labels,
    split,
  };
  const fingerprint = await fingerprintDataset(content, () => pacer.pause());
  return { name: STAND_IN_NAME, synthetic: true, fingerprint, ...content };
}

/** Which cells of a class are bright, one entry per bit of a frame (channels innermost): u8[H][W][C], 0 or 1. */
function classPattern(seed: number, classIndex: number, shape: FrameShape): Uint8Array {
  const { channels, height, width } = shape;
  const pattern = new Uint8Array(frameSize(shape));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * GRID) / height) * GRID + Math.floor((x * GRID) / width);
      for (let c = 0; c < channels; c++) {
        // Every fourth cell, on average.
        const draw = randomU32(seed, 'standIn', classIndex, cell * channels + c);
        pattern[frameBit(shape, c, y, x)] = draw < 2 ** 30 ? 1 : 0;
      }
    }
  }
  return pattern;
}

/** @param bits u32[T][wordsPerFrame], zero before. */
function drawEvents(
  bits: Uint32Array,
  pattern: Uint8Array,
  { shape, stepCount }: StandInOptions,
  random: Random,
): void {
  const words = wordsPerFrame(shape);
  for (let t = 0; t < stepCount; t++) {
    let bytes = 0;
    for (const [bit, bright] of pattern.entries()) {
      // One draw serves four bits, a byte each.
      bytes = bit % 4 === 0 ? random.next() : bytes >>> 8;
      if ((bytes & 255) < (bright ? BRIGHT : DARK)) bits[t * words + (bit >>> 5)] |= 1 << (bit & 31);
    }
  }
}

/** @param pixels u8[H][W][C] */
function drawImage(pixels: Uint8Array, pattern: Uint8Array, random: Random): void {
  for (const [i, bright] of pattern.entries()) {
    const noise = random.next() >>> 25;
    pixels[i] = bright ? 128 + noise : noise >> 1;
  }
}
