import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import { fingerprintDataset } from '../encode.ts';
import { createPacer } from '../pacer.ts';
import type { ImageSet } from '../recordingSet.ts';

/**
 * The images of a set as the trainer reads them: image i of the set is sample i. Nothing is resized, and time steps play
 * no part: the same image enters at each of them.
 * @returns Arrays of its own; the set stays as it is.
 * @throws AppError `dataset-empty`; the signal's reason when aborted.
 */
export async function encodeImages(set: ImageSet, signal?: AbortSignal): Promise<EncodedDataset> {
  if (set.labels.length === 0) {
    throw new AppError('dataset-empty', `The data set ${set.name} has no images.`, 'Import images first.');
  }
  const content = {
    kind: 'frames' as const,
    shape: { ...set.shape },
    stepCount: 1,
    classNames: [...set.classNames],
    bits: new Uint32Array(0),
    pixels: set.pixels.slice(),
    labels: set.labels.slice(),
    split: set.split.slice(),
  };
  const fingerprint = await fingerprintDataset(content, createPacer(signal).pause);
  return { name: set.name, synthetic: set.synthetic, fingerprint, ...content };
}
