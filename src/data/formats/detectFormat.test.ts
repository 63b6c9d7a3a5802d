import { describe, expect, it } from 'vitest';
import { memorySource } from '../byteSource.ts';
import { detectFormat } from './detectFormat.ts';

const padded = (start: number[]) => Uint8Array.from([...start, ...Array(200).fill(5)]);

describe('files that other programs open', () => {
  it.each([
    ['set.7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
    ['set.rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
    ['a.raw.xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
    ['set.tar.bz2', [0x42, 0x5a, 0x68, 0x39]],
    ['a.raw.zst', [0x28, 0xb5, 0x2f, 0xfd]],
    // Their ending would make recordings of them.
    ['rar.bin', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ])('%s is refused with what to do', async (name, start) => {
    await expect(detectFormat(memorySource(name, padded(start)))).rejects.toMatchObject({
      code: 'not-events',
      message: expect.stringContaining('is an archive of a kind that cannot be opened here'),
      hint: expect.stringContaining('zip or tar.gz'),
    });
  });
});
