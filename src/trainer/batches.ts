import { type EncodedDataset, frameSize, wordsPerFrame, wordsPerStep } from '../core/encodedDataset.ts';
import { shuffle } from '../core/random.ts';
import {
  type AugmentationDraw,
  displaceBits,
  displacementTable,
  displacePixels,
  drawDisplacement,
  isAugmented,
} from './augmentation.ts';
import { type SampleContent, type SampleSource, sampleSourceOf } from './sampleSource.ts';

/** One batch as the engine takes it. */
export interface Batch {
  /** Events: u32[T][B][planes][wordsPerFrame]. Frames: f32[B][H][W][C], 0 to 1. */
  input: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  /** i32[B]; -1 marks the empty places of a short batch. */
  labels: Int32Array<ArrayBuffer>;
  /** Samples in the batch, at most B. */
  count: number;
}

/** f32 of every pixel value: black is 0, the brightest 1. */
const PIXEL_VALUES = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** A batch that is asked for: its samples, and how they are displaced. */
interface BatchRequest {
  samples: readonly number[];
  augmentation: AugmentationDraw | undefined;
}

function isSameRequest(a: BatchRequest, b: BatchRequest): boolean {
  const [left, right] = [a.augmentation, b.augmentation];
  return (
    a.samples.length === b.samples.length &&
    a.samples.every((sample, i) => sample === b.samples[i]) &&
    left?.seed === right?.seed &&
    left?.epoch === right?.epoch &&
    left?.spec.maxShift === right?.spec.maxShift &&
    left?.spec.flip === right?.spec.flip
  );
}

/**
 * Fills batches from a data set in memory or in storage, the next one while the GPU works on the last. Two batches are made
 * once and used in turn: a batch is valid until the second `read` after it. What is read does not depend on `prefetch`.
 */
export class BatchReader {
  readonly #dataset: EncodedDataset;
  readonly #source: SampleSource;
  readonly #batches: [Batch, Batch];
  #next: { request: BatchRequest; batch: Promise<Batch> } | null = null;
  /** Which of the two batches was handed out last. */
  #current: 0 | 1 = 1;

  constructor(dataset: EncodedDataset, batchSize: number, source: SampleSource = sampleSourceOf(dataset)) {
    this.#dataset = dataset;
    this.#source = source;
    const { kind, shape, stepCount } = dataset;
    const emptyBatch = (): Batch => ({
      input:
        kind === 'frames'
          ? new Float32Array(batchSize * frameSize(shape))
          : new Uint32Array(stepCount * batchSize * wordsPerStep(dataset)),
      labels: new Int32Array(batchSize),
      count: 0,
    });
    this.#batches = [emptyBatch(), emptyBatch()];
  }

  /**
   * @param samples Indices into the data set, at most batchSize.
   * @param augmentation Displaces every sample at random; for training only, so evaluation leaves it out.
   * @throws AppError `storage-wiped`, `storage-damaged` of a data set that is read from storage.
   */
  async read(samples: readonly number[], augmentation?: AugmentationDraw): Promise<Batch> {
    const request = { samples, augmentation };
    if (this.#next && !isSameRequest(this.#next.request, request)) {
      // Something else came in between; its batch is about to be overwritten, so it must have been filled.
      await this.#next.batch.catch(() => {});
      this.#next = null;
    }
    const batch = await (this.#next?.batch ?? this.#fill(request));
    this.#next = null;
    this.#current = batch === this.#batches[0] ? 0 : 1;
    return batch;
  }

  /** Begins to fill the batch that is read next; returns at once. An error shows when that batch is read. */
  prefetch(samples: readonly number[], augmentation?: AugmentationDraw): void {
    if (this.#next) return;
    const request = { samples, augmentation };
    const batch = this.#fill(request);
    batch.catch(() => {});
    this.#next = { request, batch };
  }

  /** Fills the batch that was not handed out last. */
  async #fill({ samples, augmentation }: BatchRequest): Promise<Batch> {
    const loaded = this.#source.load(samples);
    const contents = loaded instanceof Promise ? await loaded : loaded;
    const { labels } = this.#dataset;
    const batch = this.#batches[1 - this.#current];
    batch.count = samples.length;
    batch.labels.fill(-1);
    if (samples.length < batch.labels.length) batch.input.fill(0);
    for (const [place, sample] of samples.entries()) {
      batch.labels[place] = labels[sample];
      const table = this.#displacement(sample, augmentation);
      if (batch.input instanceof Float32Array) this.#placeImage(batch.input, place, contents[place], table);
      else this.#placeEvents(batch.input, place, contents[place] as Uint32Array, table);
    }
    return batch;
  }

  #displacement(sample: number, augmentation?: AugmentationDraw): Int32Array | null {
    if (!augmentation || !isAugmented(augmentation.spec)) return null;
    return displacementTable(this.#dataset.shape, drawDisplacement(augmentation, sample));
  }

  #placeEvents(input: Uint32Array, place: number, bits: Uint32Array, table: Int32Array | null): void {
    const { stepCount, shape } = this.#dataset;
    const stepWords = wordsPerStep(this.#dataset);
    const words = wordsPerFrame(shape);
    const batchSize = this.#batches[0].labels.length;
    for (let t = 0; t < stepCount; t++) {
      const from = t * stepWords;
      const to = (t * batchSize + place) * stepWords;
      if (!table) {
        input.set(bits.subarray(from, from + stepWords), to);
        continue;
      }
      for (let plane = 0; plane < stepWords; plane += words)
        displaceBits(
          bits.subarray(from + plane, from + plane + words),
          shape,
          table,
          input.subarray(to + plane, to + plane + words),
        );
    }
  }

  #placeImage(input: Float32Array, place: number, pixels: SampleContent, table: Int32Array | null): void {
    const { shape } = this.#dataset;
    const size = frameSize(shape);
    const to = input.subarray(place * size, (place + 1) * size);
    if (table) displacePixels(pixels as Uint8Array, PIXEL_VALUES, shape, table, to);
    else for (let i = 0; i < size; i++) to[i] = PIXEL_VALUES[pixels[i]];
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
