import {
  type EncodedDataset,
  frameBit,
  frameSize,
  planesFor,
  wordsPerFrame,
  wordsPerStep,
} from '../core/encodedDataset.ts';
import type { SamplePicture } from './inspection.ts';
import { type SampleContent, sampleSourceOf } from './sampleSource.ts';

/** More pictures than this are not made at once; the page asks again when it scrolls. */
export const MAX_PICTURES = 64;

/** Pictures of samples, as the data set holds them. Samples that it does not have are left out. */
export async function picturesOf(
  dataset: EncodedDataset,
  samples: readonly number[],
): Promise<SamplePicture[]> {
  const wanted = samples
    .filter((sample) => sample >= 0 && sample < dataset.labels.length)
    .slice(0, MAX_PICTURES);
  const contents = await sampleSourceOf(dataset).load(wanted);
  return wanted.map((sample, i) => ({
    sample,
    label: dataset.labels[sample],
    kind: dataset.kind,
    shape: dataset.shape,
    values:
      dataset.kind === 'frames'
        ? imageValues(dataset, contents[i])
        : summedFrames(dataset, contents[i] as Uint32Array),
  }));
}

/** u8[H][W][C] to u16[C][H][W]. */
function imageValues({ shape }: EncodedDataset, pixels: SampleContent): Uint16Array {
  const values = new Uint16Array(frameSize(shape));
  const area = shape.height * shape.width;
  for (let i = 0; i < values.length; i++) {
    values[(i % shape.channels) * area + Math.floor(i / shape.channels)] = pixels[i];
  }
  return values;
}

/** Counts over all steps, u16[C][H][W]. */
function summedFrames(dataset: EncodedDataset, bits: Uint32Array): Uint16Array {
  const { shape, stepCount, maxCount = 1 } = dataset;
  const { channels, height, width } = shape;
  const words = wordsPerFrame(shape);
  const stepWords = wordsPerStep(dataset);
  const planes = planesFor(maxCount);
  const values = new Uint16Array(frameSize(shape));
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const bit = frameBit(shape, c, y, x);
        let sum = 0;
        for (let t = 0; t < stepCount; t++) {
          for (let plane = 0; plane < planes; plane++) {
            const word = bits[t * stepWords + plane * words + (bit >> 5)];
            sum += ((word >>> (bit & 31)) & 1) << plane;
          }
        }
        values[(c * height + y) * width + x] = sum;
      }
    }
  }
  return values;
}
