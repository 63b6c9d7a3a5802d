import { describe, expect, it } from 'vitest';
import { memorySource } from '../../byteSource.ts';
import { idxFile } from '../../frames/frameTestSupport.ts';
import { isIdx, openIdx, readIdxItems, transposeImages } from './idx.ts';

const ramp = (length: number) => Array.from({ length }, (_, i) => i & 255);
const open = (bytes: Uint8Array, name = 'x-idx3-ubyte') => openIdx(memorySource(name, bytes));

describe('openIdx', () => {
  it('reads sizes and counts of labels and of images', async () => {
    expect(await open(idxFile([5], [1, 2, 3, 4, 5]))).toEqual({
      sizes: [5],
      itemCount: 5,
      itemBytes: 1,
      start: 8,
      warnings: [],
    });
    expect(await open(idxFile([2, 3, 4], ramp(24)))).toEqual({
      sizes: [2, 3, 4],
      itemCount: 2,
      itemBytes: 12,
      start: 16,
      warnings: [],
    });
  });

  it('keeps the whole items of a file that holds fewer than it announces, and says so', async () => {
    const cut = await open(idxFile([2, 3, 4], ramp(30), 60_000));
    expect(cut).toMatchObject({ itemCount: 2, sizes: [60_000, 3, 4] });
    expect(cut.warnings).toEqual([
      'The header announces 60000 images, but the file ends after 2; these are kept.',
    ]);
    const longer = await open(idxFile([3], ramp(8)));
    expect(longer).toMatchObject({ itemCount: 3 });
    expect(longer.warnings).toEqual([
      '5 bytes follow the 3 labels that the header announces; they are left out.',
    ]);
  });

  it.each([
    ['no idx', Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 1, 7), 'damaged-file', 0],
    ['floats', Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 7), 'unsupported-variant', 2],
    ['two dimensions', idxFile([2, 2], ramp(4)), 'unsupported-variant', 2],
    ['no side', idxFile([2, 0, 4], []), 'damaged-file', 8],
    ['a huge side', idxFile([1, 4, 1025], []), 'damaged-file', 12],
    ['no whole image', idxFile([10, 28, 28], ramp(783)), 'truncated-file', 16],
    ['a cut header', idxFile([10, 28, 28], []).subarray(0, 9), 'truncated-file', 9],
    ['nothing', new Uint8Array(0), 'truncated-file', 0],
  ])('refuses %s', async (_, bytes, code, offset) => {
    await expect(open(bytes)).rejects.toMatchObject({ code, offset });
    await expect(open(bytes)).rejects.toThrow(/x-idx3-ubyte/);
  });

  it('says what is wrong and what to do', async () => {
    await expect(open(Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 7))).rejects.toMatchObject({
      message:
        'x-idx3-ubyte holds 1-dimensional data of element type 0x0d; read are labels (1 dimension) and images (3 ' +
        'dimensions) of unsigned bytes (0x08).',
      hint: 'Convert it to unsigned bytes, as in MNIST.',
    });
  });
});

describe('readIdxItems', () => {
  it('reads items over many chunks', async () => {
    const data = ramp(900 * 28 * 28);
    const source = memorySource('x', idxFile([900, 28, 28], data));
    const header = await openIdx(source);
    const pixels = new Uint8Array(header.itemCount * header.itemBytes);
    const progress: number[] = [];
    await readIdxItems(source, header, pixels, { onProgress: (bytes) => progress.push(bytes) });
    expect(Buffer.compare(pixels, Uint8Array.from(data))).toBe(0);
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toBe(source.size);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(readIdxItems(source, header, pixels, { signal })).rejects.toThrow('enough');
  });
});

describe('isIdx', () => {
  it('knows the magic number of every element type and of 1 to 4 dimensions', () => {
    for (const type of [8, 9, 11, 12, 13, 14]) expect(isIdx(Uint8Array.of(0, 0, type, 3))).toBe(true);
    for (const bytes of [
      [0, 0, 10, 3],
      [0, 0, 8, 0],
      [0, 0, 8, 5],
      [0, 1, 8, 1],
      [0, 0, 8],
    ])
      expect(isIdx(Uint8Array.from(bytes))).toBe(false);
  });
});

describe('transposeImages', () => {
  it('swaps rows and columns of each image; twice gives the image back', () => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
    const turned = transposeImages(pixels, 2, 3);
    expect([...turned]).toEqual([1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16]);
    expect(transposeImages(turned, 3, 2)).toEqual(pixels);
    expect(pixels[1]).toBe(2);
  });
});
