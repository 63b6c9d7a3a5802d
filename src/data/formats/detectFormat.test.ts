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

describe('what is no recording', () => {
  it.each([
    ['a.npy', '<!DOCTYPE html><title>Not found</title>', 'not-event-data', 'a web page'],
    ['a.csv', '\ufeff<html><title>Not found</title>', 'not-event-data', 'a web page'],
    ['a.h5', '<?xml version="1.0"?><Error>', 'not-event-data', 'a web page'],
    ['a.raw', '404: Not Found', 'not-event-data', 'an error message'],
    ['a.aedat4', 'version https://git-lfs.github.com/spec/v1', 'not-event-data', 'a Git LFS pointer'],
    ['old.mat', '\0\0\0\0\x02\0\0\0', 'not-events', 'a Matlab file older than version 5'],
    ['a.aedat', '\x01\x02\x03\x04\x05\x06', 'not-events', 'no AEDAT header'],
    ['a.xyz', 'PLY\nformat', 'unknown-format', 'in none of the formats'],
  ])('%s that begins with %j', async (name, start, code, words) => {
    const source = memorySource(name, new TextEncoder().encode(start));
    await expect(detectFormat(source)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });
});
