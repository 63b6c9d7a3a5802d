import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSha256, sha256Hex } from './sha256.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('gives the published digest of %j', (message, digest) => {
    expect(sha256Hex(text(message))).toBe(digest);
  });

  it.each([1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000])('equals Node for %d bytes', (n) => {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) & 255);
    expect(sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('does not depend on how the message is cut', () => {
    const bytes = Uint8Array.from({ length: 700 }, (_, i) => (i * 91) & 255);
    for (const size of [1, 3, 63, 64, 65, 200, 700]) {
      const hash = createSha256();
      for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size));
      expect(hash.digestHex()).toBe(sha256Hex(bytes));
    }
  });
});
