import { type EncodedDataset, frameSize, wordsPerFrame } from '../encodedDataset.ts';

/** Samples that are counted at most: enough for three digits, and milliseconds. */
const COUNTED_SAMPLES = 200;

/** Ones among the bits of a word. */
function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/**
 * Share of ones among the input frames: alpha of the first layer in Eqs. 15 and 16. Counted over up to 200 samples,
 * evenly spread.
 * @returns 0..1; null for images, whose values are no spikes, and for frames that stay in storage.
 */
export function inputDensity(dataset: EncodedDataset): number | null {
  if (dataset.kind !== 'events' || dataset.bits.length === 0) return null;
  const wordsPerSample = dataset.stepCount * wordsPerFrame(dataset.shape);
  const samples = Math.floor(dataset.bits.length / wordsPerSample);
  const counted = Math.min(samples, COUNTED_SAMPLES);
  let sum = 0;
  for (let index = 0; index < counted; index++) {
    const start = Math.floor((index * samples) / counted) * wordsPerSample;
    for (let word = start; word < start + wordsPerSample; word++) sum += ones(dataset.bits[word]);
  }
  return sum / (counted * dataset.stepCount * frameSize(dataset.shape));
}
