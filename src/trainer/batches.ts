import { type EncodedDataset, wordsPerFrame } from '../core/encodedDataset.ts';
import { shuffle } from '../core/random.ts';

/** One batch as the engine takes it. */
export interface Batch {
  /** u32[T][B][wordsPerFrame] */
  input: Uint32Array<ArrayBuffer>;
  /** i32[B]; -1 marks the empty places of a short batch. */
  labels: Int32Array<ArrayBuffer>;
  /** Samples in the batch, at most B. */
  count: number;
}

/** Fills batches from a data set; the arrays are made once and reused, so a batch is valid until the next one. */
export class BatchReader {
  readonly #dataset: EncodedDataset;
  readonly #batch: Batch;

  constructor(dataset: EncodedDataset, batchSize: number) {
    this.#dataset = dataset;
    const words = wordsPerFrame(dataset.shape);
    this.#batch = {
      input: new Uint32Array(dataset.stepCount * batchSize * words),
      labels: new Int32Array(batchSize),
      count: 0,
    };
  }

  /** @param samples Indices into the data set, at most batchSize. */
  read(samples: readonly number[]): Batch {
    const { bits, labels, stepCount, shape } = this.#dataset;
    const words = wordsPerFrame(shape);
    const batch = this.#batch;
    const batchSize = batch.labels.length;
    batch.count = samples.length;
    batch.labels.fill(-1);
    if (samples.length < batchSize) batch.input.fill(0);
    for (const [place, sample] of samples.entries()) {
      batch.labels[place] = labels[sample];
      for (let t = 0; t < stepCount; t++) {
        const from = (sample * stepCount + t) * words;
        batch.input.set(bits.subarray(from, from + words), (t * batchSize + place) * words);
      }
    }
    return batch;
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
