import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importData } from '../importData.ts';
import type { ImageSet } from '../recordingSet.ts';
import { hasSharedData, NEEDS_SHARED_DATA, SHARED_DATA, sharedBytes } from '../testSupport.ts';
import { encodeImages } from './encodeImages.ts';
import { fileOf } from './frameTestSupport.ts';

/** What the manifest says about the image files; each entry has the fields of its kind. */
interface Truth {
  sha256_payload: string;
  pixel_sum: number;
  first_image_nonzero: number;
  first_image_row14: number[];
  histogram: number[];
  labels: number[];
  labels_first10: number[];
  first_pixel_rgb: number[][];
  sha256_pixels: string;
  sha256_stored_pixels: string;
  sha256_upright_pixels: string;
  header_dims: number[];
  items_present: number;
}

const entries: { path: string; ground_truth: Truth }[] = hasSharedData
  ? JSON.parse(readFileSync(resolve(SHARED_DATA, 'manifest.json'), 'utf8')).entries
  : [];

function truthOf(path: string): Truth {
  const entry = entries.find((candidate) => candidate.path === path);
  if (!entry) throw new Error(`The manifest has no ${path}.`);
  return entry.ground_truth;
}

const file = (path: string) => fileOf(basename(path), Uint8Array.from(sharedBytes(path)));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function images(...paths: string[]): Promise<ImageSet> {
  const set = await importData(paths.map(file));
  if (set.kind !== 'frames') throw new Error('It was read as recordings.');
  return set;
}

/** Labels as numbers, where class names are numbers. */
const numbers = (set: ImageSet) => Array.from(set.labels, (label) => Number(set.classNames[label]));

describe.skipIf(!hasSharedData)(`reference images${NEEDS_SHARED_DATA}`, () => {
  it('MNIST, compressed', async () => {
    const paths = ['frames_idx/t10k-images-idx3-ubyte.gz', 'frames_idx/t10k-labels-idx1-ubyte.gz'];
    const set = await images(...paths, 'frames_idx/train-labels-idx1-ubyte.gz');
    const [pixels, labels] = paths.map(truthOf);
    expect(set.shape).toEqual({ channels: 1, height: 28, width: 28 });
    expect(sha256(set.pixels)).toBe(pixels.sha256_payload);
    expect(set.pixels.reduce((sum, value) => sum + value, 0)).toBe(pixels.pixel_sum);
    const first = set.pixels.subarray(0, 784);
    expect(first.filter((value) => value > 0)).toHaveLength(pixels.first_image_nonzero);
    expect([...first.subarray(14 * 28, 15 * 28)]).toEqual(pixels.first_image_row14);
    expect(sha256(Uint8Array.from(numbers(set)))).toBe(labels.sha256_payload);
    const histogram = set.classNames.map((_, c) => set.labels.filter((label) => label === c).length);
    expect(histogram).toEqual(labels.histogram);
    expect(set.problems.map(({ error }) => error.code)).toEqual(['no-images']);
    const encoded = await encodeImages(set);
    expect(sha256(encoded.pixels as Uint8Array)).toBe(pixels.sha256_payload);
  });

  it('MNIST, cut: what is there is kept and reported', async () => {
    const paths = ['images-idx3', 'labels-idx1'].map(
      (role) => `frames_idx/edgelearning_first10-t10k-${role}-ubyte`,
    );
    const set = await images(...paths);
    const [pixels, labels] = paths.map(truthOf);
    expect(set.labels).toHaveLength(pixels.items_present);
    expect(sha256(set.pixels)).toBe(pixels.sha256_payload);
    expect(numbers(set)).toEqual(labels.labels);
    for (const { error } of set.problems)
      expect(error.message).toContain(`announces ${pixels.header_dims[0]}`);
    expect(set.problems).toHaveLength(2);
  });

  it('EMNIST, transposed: upright after import, as stored on request', async () => {
    const path = 'derived/frames_idx/emnist-digits-like-images-idx3-ubyte.gz';
    const paths = [path, 'derived/frames_idx/emnist-digits-like-labels-idx1-ubyte.gz'];
    const truth = truthOf(path);
    const set = await images(...paths);
    expect(sha256(set.pixels)).toBe(truth.sha256_upright_pixels);
    expect(numbers(set).slice(0, 10)).toEqual(truth.labels_first10);
    const stored = await importData(paths.map(file), { imageOrientation: 'upright' });
    expect(sha256((stored as ImageSet).pixels)).toBe(truth.sha256_stored_pixels);
  });

  it('CIFAR-10', async () => {
    const path = 'frames_cifar/edgelearning_cifar10_first10_data_batch_1.bin';
    const truth = truthOf(path);
    const set = await images(path);
    const classes = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');
    expect(Array.from(set.labels, (label) => classes.indexOf(set.classNames[label]))).toEqual(truth.labels);
    const firstPixels = truth.labels.map((_, i) => [...set.pixels.subarray(3072 * i, 3072 * i + 3)]);
    expect(firstPixels).toEqual(truth.first_pixel_rgb);
    // The manifest hashes the pixels as stored, in planes.
    const planes = new Uint8Array(set.pixels.length);
    for (let i = 0; i < planes.length; i++) {
      const [image, rest] = [Math.floor(i / 3072), i % 3072];
      planes[image * 3072 + (rest % 3) * 1024 + Math.floor(rest / 3)] = set.pixels[i];
    }
    expect(sha256(planes)).toBe(truth.sha256_pixels);
    expect(set.problems).toEqual([]);
  });
});
