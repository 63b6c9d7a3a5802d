import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { cifarFile } from '../../frames/frameTestSupport.ts';
import { CIFAR10, CIFAR100, cifarLayoutsOfSize, hasCifarLabels, readCifar } from './cifar.ts';

/** A value that tells image, channel and pixel apart. */
const mark = (image: number, channel: number, pixel: number) => (image * 7 + channel * 80 + pixel) & 255;

describe('readCifar', () => {
  it.each([
    [CIFAR10, [[3], [9], [0]], [3, 9, 0]],
    [
      CIFAR100,
      [
        [19, 99],
        [0, 5],
      ],
      [99, 5],
    ],
  ])('turns planes into pixels, $label', async (layout, stored, labels) => {
    const images = await readCifar(memorySource('x.bin', cifarFile(stored, mark)), layout);
    expect([...images.labels]).toEqual(labels);
    expect(images.warnings).toEqual([]);
    for (const image of labels.keys()) {
      for (const pixel of [0, 1, 31, 32, 1023]) {
        for (const channel of [0, 1, 2]) {
          expect(images.pixels[image * 3072 + 3 * pixel + channel]).toBe(mark(image, channel, pixel));
        }
      }
    }
  });

  it('reads batches longer than a chunk', async () => {
    const stored = Array.from({ length: 100 }, (_, i) => [i % 10]);
    const images = await readCifar(memorySource('x.bin', cifarFile(stored, mark)), CIFAR10);
    expect([...images.labels]).toEqual(stored.flat());
    expect(images.pixels[99 * 3072 + 3 * 1023 + 2]).toBe(mark(99, 2, 1023));
  });

  it('keeps the whole images of a cut file, and says so', async () => {
    const bytes = cifarFile([[1], [2], [3]], mark).subarray(0, 3 * 3073 - 1);
    const images = await readCifar(memorySource('x.bin', bytes), CIFAR10);
    expect([...images.labels]).toEqual([1, 2]);
    expect(images.warnings).toEqual([
      'The file ends inside a record: the 2 whole images before it are kept.',
    ]);
    await expect(readCifar(memorySource('x.bin', bytes.subarray(0, 3072)), CIFAR10)).rejects.toMatchObject({
      code: 'truncated-file',
      message: 'x.bin has 3072 bytes, less than one CIFAR-10 record (3073).',
    });
  });

  it('refuses labels that the data set does not have, with their place', async () => {
    const source = memorySource('x.bin', cifarFile([[1], [10]], mark));
    await expect(readCifar(source, CIFAR10)).rejects.toMatchObject({
      code: 'damaged-file',
      message: 'x.bin has the label 10 at byte 3073; CIFAR-10 has labels from 0 to 9.',
      offset: 3073,
    });
  });
});

describe('recognition', () => {
  it('goes by size and by the label bytes', async () => {
    expect(cifarLayoutsOfSize(30_730_000)).toEqual([CIFAR10]);
    expect(cifarLayoutsOfSize(153_700_000)).toEqual([CIFAR100]);
    expect(cifarLayoutsOfSize(30_730_001)).toEqual([]);
    expect(cifarLayoutsOfSize(0)).toEqual([]);
    const good = memorySource('x', cifarFile([[9], [0]], mark));
    expect(await hasCifarLabels(good, CIFAR10)).toBe(true);
    expect(await hasCifarLabels(memorySource('x', cifarFile([[9], [10]], mark)), CIFAR10)).toBe(false);
    expect(await hasCifarLabels(memorySource('x', new Uint8Array(0)), CIFAR10)).toBe(false);
  });
});
