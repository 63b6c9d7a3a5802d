import { type EncodedDataset, frameSize, wordsPerFrame } from '../core/encodedDataset.ts';
import { shuffle } from '../core/random.ts';
import {
  type AugmentationDraw,
  displaceBits,
  displacementTable,
  displacePixels,
  drawDisplacement,
  isAugmented,
} from './augmentation.ts';

/** One batch as the engine takes it. */
export interface Batch {
  /** Events: u32[T][B][wordsPerFrame]. Frames: f32[B][H][W][C], 0 to 1. */
  input: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  /** i32[B]; -1 marks the empty places of a short batch. */
  labels: Int32Array<ArrayBuffer>;
  /** Samples in the batch, at most B. */
  count: number;
}

/** f32 of every pixel value: black is 0, the brightest 1. */
const PIXEL_VALUES = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** Fills batches from a data set; the arrays are made once and reused, so a batch is valid until the next one. */
export class BatchReader {
  readonly #dataset: EncodedDataset;
  readonly #batch: Batch;

  constructor(dataset: EncodedDataset, batchSize: number) {
    this.#dataset = dataset;
    const { kind, shape, stepCount } = dataset;
    this.#batch = {
      input:
        kind === 'frames'
          ? new Float32Array(batchSize * frameSize(shape))
          : new Uint32Array(stepCount * batchSize * wordsPerFrame(shape)),
      labels: new Int32Array(batchSize),
      count: 0,
    };
  }

  /**
   * @param samples Indices into the data set, at most batchSize.
   * @param augmentation Displaces every sample at random; for training only, so evaluation leaves it out.
   */
  read(samples: readonly number[], augmentation?: AugmentationDraw): Batch {
    const { labels } = this.#dataset;
    const batch = this.#batch;
    const batchSize = batch.labels.length;
    batch.count = samples.length;
    batch.labels.fill(-1);
    if (samples.length < batchSize) batch.input.fill(0);
    for (const [place, sample] of samples.entries()) {
      batch.labels[place] = labels[sample];
      const table = this.#displacement(sample, augmentation);
      if (batch.input instanceof Float32Array) this.#placeImage(batch.input, place, sample, table);
      else this.#placeEvents(batch.input, place, sample, table);
    }
    return batch;
  }

  #displacement(sample: number, augmentation?: AugmentationDraw): Int32Array | null {
    if (!augmentation || !isAugmented(augmentation.spec)) return null;
    return displacementTable(this.#dataset.shape, drawDisplacement(augmentation, sample));
  }

  #placeEvents(input: Uint32Array, place: number, sample: number, table: Int32Array | null): void {
    const { bits, stepCount, shape } = this.#dataset;
    const words = wordsPerFrame(shape);
    const batchSize = this.#batch.labels.length;
    for (let t = 0; t < stepCount; t++) {
      const at = (sample * stepCount + t) * words;
      const from = bits.subarray(at, at + words);
      const to = (t * batchSize + place) * words;
      if (table) displaceBits(from, shape, table, input.subarray(to, to + words));
      else input.set(from, to);
    }
  }

  #placeImage(input: Float32Array, place: number, sample: number, table: Int32Array | null): void {
    const { pixels, shape } = this.#dataset;
    if (!pixels) throw new Error(`The data set ${this.#dataset.name} has no pixels.`);
    const size = frameSize(shape);
    const to = input.subarray(place * size, (place + 1) * size);
    const from = pixels.subarray(sample * size, (sample + 1) * size);
    if (table) displacePixels(from, PIXEL_VALUES, shape, table, to);
    else for (let i = 0; i < size; i++) to[i] = PIXEL_VALUES[from[i]];
  }
}

/** Cuts indices into batches; the last one may be shorter. */
export function cutBatches(samples: readonly number[], batchSize: number): number[][] {
  const batches: number[][] = [];
  for (let start = 0; start < samples.length; start += batchSize)
    batches.push(samples.slice(start, start + batchSize));
  return batches;
}

/** The order of an epoch's samples: a function of the seed and the epoch alone. */
export function epochOrder(samples: readonly number[], seed: number, epoch: number): number[] {
  return shuffle([...samples], seed, 'shuffle', epoch);
}
