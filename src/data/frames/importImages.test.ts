import { gzipSync } from 'node:zlib';
import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { TEST, TRAIN } from '../../core/encodedDataset.ts';
import type { ImportFile } from '../import/candidates.ts';
import { type DataImportOptions, importData } from '../importData.ts';
import type { ImportProgress } from '../importFiles.ts';
import type { ImageSet } from '../recordingSet.ts';
import { cifarFile, fileOf, idxFile, idxPair } from './frameTestSupport.ts';

async function images(files: ImportFile[], options?: DataImportOptions): Promise<ImageSet> {
  const set = await importData(files, options);
  if (set.kind !== 'frames') throw new Error('It was read as recordings.');
  return set;
}

const codes = (set: ImageSet) => set.problems.map(({ file, error }) => `${file}: ${error.code}`);
const namesOf = (set: ImageSet) => Array.from(set.labels, (label) => set.classNames[label]);
const bytesOf = async ({ blob }: ImportFile) => new Uint8Array(await blob.arrayBuffer());

/** A 2x3 image whose pixels tell label, place in the file and position apart. */
const drawn = (label: number, index: number) => [0, 1, 2, 3, 4, 5].map((i) => 10 * label + 100 * index + i);
const train = idxPair('train', [7, 2], drawn, [2, 3]);
const test = idxPair('t10k', [2], drawn, [2, 3]);
const both = [...train, ...test];

describe('idx files', () => {
  it('are paired by name; labels that occur are the classes, train and t10k the split', async () => {
    for (const files of [both, [...both].reverse()]) {
      const set = await images(files);
      expect(set.shape).toEqual({ channels: 1, height: 2, width: 3 });
      expect(set.classNames).toEqual(['2', '7']);
      expect(set.files).toEqual([
        { path: 't10k-images-idx3-ubyte', count: 1 },
        { path: 'train-images-idx3-ubyte', count: 2 },
      ]);
      expect(namesOf(set)).toEqual(['2', '7', '2']);
      expect([...set.split]).toEqual([TEST, TRAIN, TRAIN]);
      expect([...set.pixels]).toEqual([...drawn(2, 0), ...drawn(7, 0), ...drawn(2, 1)]);
      expect(set.problems).toEqual([]);
      expect(set.origin).toEqual({ classes: 'labelBytes', split: 'given' });
    }
  });

  it('may be compressed, in a zip, a tar, or gz files in a zip', async () => {
    const gz = (name: string, bytes: Uint8Array) => fileOf(name, Uint8Array.from(gzipSync(bytes)));
    const packed = await Promise.all(both.map(async (file) => gz(`${file.path}.gz`, await bytesOf(file))));
    const zip = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    for (const { path, blob } of packed) await zip.add(`gzip/${path}`, new BlobReader(blob));
    const tar = await packTar(
      await Promise.all(
        both.map(async (file) => {
          const body = await bytesOf(file);
          return { header: { name: file.path, size: body.length, type: 'file' as const }, body };
        }),
      ),
    );
    const expected = await images(both);
    for (const [name, files] of Object.entries({
      gz: packed,
      zip: [{ path: 'a.zip', blob: await zip.close() }],
      tar: [fileOf('a.tar', tar)],
      tgz: [gz('a.tgz', tar)],
    })) {
      const set = await images(files);
      expect({ name, pixels: set.pixels, labels: set.labels, split: set.split }).toEqual({
        name,
        pixels: expected.pixels,
        labels: expected.labels,
        split: expected.split,
      });
      expect(codes(set)).toEqual([]);
    }
    // The tool that downloads MNIST leaves the packed files beside the unpacked ones.
    const twice = await images([...packed, ...both]);
    expect(twice.labels).toEqual(expected.labels);
    expect(codes(twice)).toEqual(packed.map(({ path }) => `${path}: skipped`));
  });

  it('of EMNIST are turned upright, by name or by choice', async () => {
    const emnist = idxPair('emnist-digits-train', [1, 0], drawn, [2, 3]);
    const upright = [0, 3, 1, 4, 2, 5].map((i) => 10 + i);
    const byName = await images(emnist);
    expect(byName.shape).toEqual({ channels: 1, height: 3, width: 2 });
    expect([...byName.pixels.subarray(0, 6)]).toEqual(upright);
    const asStored = await images(emnist, { imageOrientation: 'upright' });
    expect(asStored.shape).toEqual({ channels: 1, height: 2, width: 3 });
    expect([...asStored.pixels.subarray(0, 6)]).toEqual(drawn(1, 0));
    const chosen = await images(idxPair('train', [1, 0], drawn, [2, 3]), { imageOrientation: 'transposed' });
    expect([...chosen.pixels.subarray(0, 6)]).toEqual(upright);
  });

  it('of EMNIST have the names of their characters, from a mapping file or without one', async () => {
    const letters = await images(idxPair('emnist-letters-train', [1, 26, 3], drawn, [2, 3]));
    expect(letters.classNames).toEqual(['A', 'C', 'Z']);
    expect(namesOf(letters)).toEqual(['A', 'Z', 'C']);
    const balanced = idxPair('emnist-balanced-train', [10, 46, 9], drawn, [2, 3]);
    expect((await images(balanced)).classNames).toEqual(['9', 'A', 't']);
    const byClass = await images(idxPair('emnist-byclass-train', [36, 61], drawn, [2, 3]));
    expect(byClass.classNames).toEqual(['a', 'z']);
    const mapping = fileOf('emnist-balanced-mapping.txt', '9 57\n10 945\r\n46 960 97\n');
    const mapped = await images([...balanced, mapping]);
    expect(mapped.classNames).toEqual(['9', 'α', 'π']);
    expect(mapped.problems).toEqual([]);
  });

  it('without a stated split are split by seed, in every class', async () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    const files = idxPair('digits', labels, () => [1, 2, 3, 4, 5, 6], [2, 3]);
    const set = await images(files, { splitSeed: 3, testFraction: 0.25 });
    expect(set.origin.split).toBe('seeded');
    for (const label of [0, 1]) {
      const tests = [...set.split].filter((split, i) => split === TEST && set.labels[i] === label);
      expect(tests).toHaveLength(5);
    }
    expect(await images(files, { splitSeed: 3, testFraction: 0.25 })).toEqual(set);
    expect((await images(files, { splitSeed: 4, testFraction: 0.25 })).split).not.toEqual(set.split);
  });

  it('that are cut, unpaired or of unequal length give what they hold, with a problem each', async () => {
    const cut = await images([
      fileOf('train-images-idx3-ubyte', idxFile([2, 1, 2], [1, 2, 3, 4], 60_000)),
      fileOf('train-labels-idx1-ubyte', idxFile([3], [0, 1, 1])),
      fileOf('lonely-labels-idx1-ubyte', idxFile([1], [0])),
      fileOf('single-images-idx3-ubyte', idxFile([1, 1, 2], [0, 0])),
      fileOf('notes.bin', Uint8Array.of(1, 2, 3)),
    ]);
    expect([...cut.pixels]).toEqual([1, 2, 3, 4]);
    expect(namesOf(cut)).toEqual(['0', '1']);
    expect(codes(cut)).toEqual([
      'single-images-idx3-ubyte: no-labels',
      'lonely-labels-idx1-ubyte: no-images',
      'notes.bin: not-images',
      'train-images-idx3-ubyte: warning',
      'train-images-idx3-ubyte: warning',
    ]);
    expect(cut.problems[3].error.message).toContain('announces 60000 images, but the file ends after 2');
    expect(cut.problems[4].error.message).toContain('There are 2 images and 3 labels; the first 2 are kept.');
  });

  it('that are bad are refused on their own; images of another size too', async () => {
    const set = await images([
      ...train,
      fileOf('test-images-idx3-ubyte', idxFile([1, 4, 4], Array(16).fill(0))),
      fileOf('test-labels-idx1-ubyte', idxFile([1], [0])),
      fileOf('val-images-idx3-ubyte', idxFile([1, 2, 3], [1, 2])),
      fileOf('val-labels-idx1-ubyte', idxFile([1], [0])),
    ]);
    // The first file in the order of paths decides the size.
    expect(codes(set)).toEqual([
      'train-images-idx3-ubyte: size-differs',
      'val-images-idx3-ubyte: truncated-file',
    ]);
    expect(set.shape).toEqual({ channels: 1, height: 4, width: 4 });
  });

  it('of several data sets: one is loaded, EMNIST Balanced before larger ones', async () => {
    const set = await images([
      ...idxPair('emnist-byclass-train', Array(9).fill(3), drawn, [2, 3]),
      ...idxPair('emnist-balanced-train', [4, 5], drawn, [2, 3]),
      ...idxPair('emnist-balanced-test', [4, 5], drawn, [2, 3]),
    ]);
    expect(namesOf(set)).toEqual(['4', '5', '4', '5']);
    expect(codes(set)).toEqual(['emnist-byclass-train-images-idx3-ubyte: skipped']);
    expect(set.problems[0].error.message).toContain('than emnist-balanced, which is loaded');
  });
});

describe('CIFAR files', () => {
  const value = (image: number, channel: number, pixel: number) => (image + 50 * channel + pixel) & 255;
  const batches = [
    fileOf('cifar/data_batch_2.bin', cifarFile([[3], [5]], value)),
    fileOf('cifar/data_batch_10.bin', cifarFile([[5]], value)),
    fileOf('cifar/test_batch.bin', cifarFile([[3]], value)),
  ];

  it('are batches of both splits with named classes', async () => {
    const set = await images([...batches, fileOf('cifar/readme.html', '<html>')]);
    expect(set).toMatchObject({ name: 'CIFAR-10', shape: { channels: 3, height: 32, width: 32 } });
    expect(set.classNames).toEqual(['cat', 'dog']);
    expect(set.files.map(({ path, count }) => [path, count])).toEqual([
      ['cifar/data_batch_2.bin', 2],
      ['cifar/data_batch_10.bin', 1],
      ['cifar/test_batch.bin', 1],
    ]);
    expect([...set.split]).toEqual([TRAIN, TRAIN, TRAIN, TEST]);
    expect([...set.pixels.subarray(3072 + 3 * 9, 3072 + 3 * 9 + 3)]).toEqual([10, 60, 110]);
    expect(codes(set)).toEqual(['cifar/readme.html: skipped']);
  });

  it('take the class names of the list beside them', async () => {
    const names = 'plane\ncar\nvogel\nkatze\nhirsch\nhund\n\n';
    const set = await images([...batches, fileOf('cifar/batches.meta.txt', names)]);
    expect(set.classNames).toEqual(['katze', 'hund']);
  });

  it('of CIFAR-100 are told by their size, with the fine labels', async () => {
    const files = [
      fileOf(
        'c/train.bin',
        cifarFile(
          [
            [4, 99],
            [0, 7],
          ],
          value,
        ),
      ),
      fileOf('c/test.bin', cifarFile([[0, 7]], value)),
    ];
    const plain = await images(files);
    expect(namesOf(plain)).toEqual(['7', '99', '7']);
    expect([...plain.split]).toEqual([TEST, TRAIN, TRAIN]);
    const names = fileOf('c/fine_label_names.txt', Array.from({ length: 100 }, (_, i) => `c${i}`).join('\n'));
    expect((await images([...files, names])).classNames).toEqual(['c7', 'c99']);
  });

  it('that are cut are known by their name and give their whole images', async () => {
    const cut = fileOf('data_batch_1.bin', cifarFile([[1], [2]], value).slice(0, 4000));
    const set = await images([cut]);
    expect(namesOf(set)).toEqual(['automobile']);
    expect(codes(set)).toEqual(['data_batch_1.bin: warning']);
  });

  it('of the Python version are refused by name, with what to do', async () => {
    const pickle = (path: string) => fileOf(path, Uint8Array.of(0x80, 2, 0x7d, 0x71, 1));
    const set = await images(['b/data_batch_1', 'b/test_batch', 'b/batches.meta'].map(pickle));
    expect(set.labels).toHaveLength(0);
    expect(codes(set)).toEqual([
      'b/data_batch_1: python-pickle',
      'b/test_batch: python-pickle',
      'b/batches.meta: python-pickle',
    ]);
    expect(set.problems[0].error.hint).toContain('cifar-10-binary.tar.gz');
  });
});

describe('the importer', () => {
  it('leaves event recordings to the event formats, whatever their size', async () => {
    // As long as five CIFAR records, and bytes of an ATIS recording.
    const events = Uint8Array.from(
      { length: 5 * 3073 },
      (_, i) => [1, 2, 0x80, i >> 12, (i >> 4) & 255][i % 5],
    );
    const set = await importData([fileOf('a/1.bin', events), fileOf('b/2.bin', events)]);
    expect(set).toMatchObject({ kind: 'events', classNames: ['a', 'b'], problems: [] });
  });

  it('reports progress and stops when asked to', async () => {
    const progress: ImportProgress[] = [];
    await images(both, { onProgress: (now) => progress.push(now) });
    expect(progress[0]).toMatchObject({ filesDone: 0, fileCount: 2, file: 't10k-images-idx3-ubyte' });
    expect(progress.at(-1)).toMatchObject({ filesDone: 2, file: '', bytesDone: progress[0].byteCount });
    const signal = AbortSignal.abort(new Error('changed my mind'));
    await expect(importData(both, { signal })).rejects.toThrow('changed my mind');
  });
});
