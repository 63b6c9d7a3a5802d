import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { PRESET_NAMES } from '../core/presets.ts';
import { encodeLink } from './linkCodec.ts';
import { presetSession } from './presetSession.ts';
import { MAX_QR_CHARACTERS, qrCode } from './qrCode.ts';

const SCALE = 3;

/** What a scanner that is not ours reads in the picture that the path draws. */
function scan(text: string): string | undefined {
  const { size, path } = qrCode(text);
  const side = size * SCALE;
  const pixels = new Uint8ClampedArray(4 * side * side).fill(255);
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row++) {
      const start = 4 * (row * side + Number(x) * SCALE);
      for (let i = 0; i < Number(width) * SCALE; i++) pixels.fill(0, start + 4 * i, start + 4 * i + 3);
    }
  }
  return jsQR(pixels, side, side)?.data;
}

describe('QR codes of links', () => {
  it('are read back by another library, for every preset', () => {
    for (const name of PRESET_NAMES) {
      const link = `https://example.org/spikelet/#${encodeLink(presetSession(name))}`;
      expect(scan(link)).toBe(link);
    }
  });

  it('hold the longest text that a code has room for, and refuse a longer one', () => {
    expect(qrCode('a'.repeat(MAX_QR_CHARACTERS)).size).toBe(177 + 8);
    expect(() => qrCode('a'.repeat(MAX_QR_CHARACTERS + 1))).toThrow('at most 2953');
  });
});
