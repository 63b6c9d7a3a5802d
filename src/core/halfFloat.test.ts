import { describe, expect, it } from 'vitest';
import { halfToNumber, LARGEST_HALF, numberToHalf, packHalves, roundToHalf } from './halfFloat.ts';

/** Bits of the finite halves of one sign, from 0 up. */
const MAGNITUDES = Array.from({ length: 0x7c00 }, (_, bits) => bits);

/** The f32 above and below a positive one. */
function neighbours(value: number): [number, number] {
  const float = Float32Array.of(value);
  const bits = new Uint32Array(float.buffer);
  bits[0]++;
  const above = float[0];
  bits[0] -= 2;
  return [float[0], above];
}

describe('half precision', () => {
  it('every finite half comes back with its bits', () => {
    const wrong = [...MAGNITUDES, ...MAGNITUDES.map((bits) => bits | 0x8000)].filter(
      (bits) => numberToHalf(halfToNumber(bits)) !== bits,
    );
    expect(wrong).toEqual([]);
  });

  it('infinities and all not-a-numbers become the largest half, so that nothing unbounded is stored', () => {
    for (let bits = 0x7c00; bits < 0x8000; bits++) {
      expect(Math.abs(roundToHalf(halfToNumber(bits)))).toBe(LARGEST_HALF);
      expect(Math.abs(roundToHalf(halfToNumber(bits | 0x8000)))).toBe(LARGEST_HALF);
    }
    expect(numberToHalf(Number.POSITIVE_INFINITY)).toBe(0x7bff);
    expect(numberToHalf(Number.NEGATIVE_INFINITY)).toBe(0xfbff);
    expect(numberToHalf(Number.NaN) & 0x7fff).toBe(0x7bff);
  });

  it('between two neighbouring halves the nearer one is taken, and the even one in the middle', () => {
    for (const bits of MAGNITUDES.slice(0, -1)) {
      // A middle has one bit more than a half: it is an f32.
      const middle = (halfToNumber(bits) + halfToNumber(bits + 1)) / 2;
      const [below, above] = neighbours(middle);
      const even = bits % 2 === 0 ? bits : bits + 1;
      for (const [value, nearest] of [
        [below, bits],
        [middle, even],
        [above, bits + 1],
      ]) {
        if (numberToHalf(value) === nearest && numberToHalf(-value) === (nearest | 0x8000)) continue;
        expect([value, numberToHalf(value), numberToHalf(-value)]).toEqual([
          value,
          nearest,
          nearest | 0x8000,
        ]);
      }
    }
  });

  it('agrees with known values', () => {
    for (const [value, bits] of [
      [0, 0],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2, 0xc000],
      [1 / 3, 0x3555],
      [0.1, 0x2e66],
      [Math.PI, 0x4248],
      [2049, 0x6800],
      [2051, 0x6802],
      [2 ** -14, 0x0400],
      [2 ** -24, 1],
      [2 ** -25, 0],
      [1.5 * 2 ** -25, 1],
      [1e-30, 0],
      [2 ** -149, 0],
      [65504, 0x7bff],
      [65519, 0x7bff],
      [65520, 0x7bff],
      [1e6, 0x7bff],
      [-3e38, 0xfbff],
    ]) {
      expect([value, numberToHalf(value)]).toEqual([value, bits]);
    }
  });

  it('rounds by at most 2^-11 of a number in the normal range, and by 2^-25 below it', () => {
    for (let i = 1; i < 20_000; i++) {
      const value = Math.fround(2 ** (-30 + (i % 45)) * (1 + ((i * 7919) % 20_011) / 20_011));
      if (value > LARGEST_HALF) continue;
      expect(Math.abs(roundToHalf(value) - value)).toBeLessThanOrEqual(Math.max(value * 2 ** -11, 2 ** -25));
    }
  });

  it('packs the first of two into the low bits', () => {
    expect([...packHalves(Float32Array.of(1, -2, 1 / 3, 1e9))]).toEqual([0xc0003c00, 0x7bff3555]);
    expect(packHalves(new Float32Array(8).subarray(4)).length).toBe(2);
  });
});
