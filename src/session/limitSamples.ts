import {
  type EncodedDataset,
  frameSize,
  samplesOfSplit,
  TEST,
  TRAIN,
  wordsPerStep,
} from '../core/encodedDataset.ts';
import { shuffle } from '../core/random.ts';

/**
 * Keeps at most `trainCount` and `testCount` samples, drawn from each split with the seed (files come sorted by
 * class: the first N would be one class). The order of what stays is the data set's; the fingerprint stays that of
 * the whole set, because the session holds the counts and the seed.
 *
 * @returns The data set itself where nothing has to go, else a copy; the original is not changed.
 */
export function limitSamples(
  dataset: EncodedDataset,
  trainCount: number,
  testCount: number,
  seed: number,
): EncodedDataset {
  const keep = [...drawn(dataset, TRAIN, trainCount, seed), ...drawn(dataset, TEST, testCount, seed)].sort(
    (a, b) => a - b,
  );
  if (keep.length === dataset.labels.length) return dataset;
  const { kind, bits, pixels, shape, stepCount, stored } = dataset;
  const rest = {
    ...dataset,
    labels: Int32Array.from(keep, (index) => dataset.labels[index]),
    split: Uint8Array.from(keep, (index) => dataset.split[index]),
  };
  if (stored) {
    const samples = Uint32Array.from(keep, (index) => stored.samples?.[index] ?? index);
    return { ...rest, stored: { ...stored, samples } };
  }
  return {
    ...rest,
    bits: kind === 'events' ? pick(bits, keep, stepCount * wordsPerStep(dataset)) : bits,
    pixels: pixels && pick(pixels, keep, frameSize(shape)),
  };
}

/** The samples `keep` of an array with `size` entries per sample. */
function pick<A extends Uint8Array | Uint32Array>(content: A, keep: number[], size: number): A {
  const picked = new (content.constructor as new (length: number) => A)(keep.length * size);
  for (const [to, from] of keep.entries())
    picked.set(content.subarray(from * size, (from + 1) * size), to * size);
  return picked;
}

function drawn(dataset: EncodedDataset, split: number, count: number, seed: number): number[] {
  const indices = samplesOfSplit(dataset, split);
  return indices.length <= count ? indices : shuffle(indices, seed, 'split', split + 1).slice(0, count);
}
