/*
 * IEEE 754 half precision, as 16 bits: the only place of the project outside shaders/optimizerStep.wgsl that rounds to it.
 */

/** The largest finite half. Numbers beyond it are stored as it, with their sign. */
export const LARGEST_HALF = 65504;

/** Bits of {@link LARGEST_HALF} as f32, and of 2^-14, the smallest half with a full fraction. */
const LARGEST_BITS = 0x477fe000;
const SMALLEST_NORMAL_BITS = 0x38800000;

const FLOAT = new Float32Array(1);
const FLOAT_BITS = new Uint32Array(FLOAT.buffer);

/** The value of an IEEE 754 half-precision number from its 16 bits. */
export function halfToNumber(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/**
 * The half nearest to an f32, ties to the even one, from bits to bits. What lies beyond the range, infinities and not-a-number
 * included, becomes the largest half of its sign: a copy never holds what WGSL may compute anything from.
 */
function halfOfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.min(bits & 0x7fffffff, LARGEST_BITS);
  if (magnitude >= SMALLEST_NORMAL_BITS) {
    // The exponent's bias is 112 less; a fraction that rounds up to 1 carries into the exponent, as it must.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // A multiple of 2^-24, which the fraction with its leading one is moved down to.
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const shift = Math.min(126 - (magnitude >>> 23), 31);
  return sign | ((fraction + (1 << (shift - 1)) - 1 + ((fraction >>> shift) & 1)) >>> shift);
}

/** The 16 bits of the half nearest to a number's f32. */
export function numberToHalf(value: number): number {
  FLOAT[0] = value;
  return halfOfBits(FLOAT_BITS[0]);
}

/** The half nearest to a number's f32, as a number. */
export function roundToHalf(value: number): number {
  return halfToNumber(numberToHalf(value));
}

/** f32 to halves, two to a word, the first in its low bits. @param values An even number of them. */
export function packHalves(values: Float32Array): Uint32Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const words = new Uint32Array(values.length / 2);
  for (let i = 0; i < words.length; i++) {
    words[i] = halfOfBits(bits[2 * i]) | (halfOfBits(bits[2 * i + 1]) << 16);
  }
  return words;
}
