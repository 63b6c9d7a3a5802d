/**
 * The only source of randomness: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011), a counter-based
 * generator. A number is a pure function of (seed, purpose, stream, index), so any thread can draw any number at any
 * time and get the same bits; nothing has to be stored or replayed. The arithmetic is u32 add, rotate and xor only,
 * which WGSL has as well.
 *
 * Words of the cipher:
 *
 *   key     = (seed, purpose id + 256 * lane)     lane keeps the kinds of draw apart, see LANE
 *   counter = (index, stream)
 */

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
/** Key parity constant of Threefry-2x32. */
const PARITY = 0x1bd11bda;

/** What a number is drawn for. Two purposes never share numbers. The ids are part of every saved result. */
export const RANDOM_PURPOSES = {
  weights: 1,
  shuffle: 2,
  split: 3,
  dropout: 4,
  syntheticDigits: 5,
  syntheticGestures: 6,
  augmentation: 7,
  test: 8,
  standIn: 9,
} as const;

export type RandomPurpose = keyof typeof RANDOM_PURPOSES;

/** 0: randomU32 and uniform. 1, 2, 3: the three counters of one normal. 4: sequential generators. */
const LANE = { single: 0, normal: 1, sequential: 4 } as const;

/** Writes the two output words to `out[0]` and `out[1]` (unsigned); the allocation-free form of threefry2x32. */
function threefryInto(
  out: Uint32Array,
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): void {
  const key2 = PARITY ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let group = 0; group < 5; group++) {
    const rotationBase = (group & 1) * 4;
    for (let round = 0; round < 4; round++) {
      const rotation = ROTATIONS[rotationBase + round];
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    const injected = group % 3;
    x0 = (x0 + (injected === 0 ? key1 : injected === 1 ? key2 : key0)) | 0;
    x1 = (x1 + (injected === 0 ? key2 : injected === 1 ? key0 : key1) + group + 1) | 0;
  }
  out[0] = x0;
  out[1] = x1;
}

/** One block of Threefry-2x32-20. All words are u32; the known answers of Random123 are in the test. */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): [number, number] {
  const out = new Uint32Array(2);
  threefryInto(out, key0, key1, counter0, counter1);
  return [out[0], out[1]];
}

const scratch = new Uint32Array(2);

/** A uniform u32. @param seed, stream, index u32 (other integers are taken modulo 2^32). */
export function randomU32(seed: number, purpose: RandomPurpose, stream: number, index: number): number {
  threefryInto(scratch, seed, RANDOM_PURPOSES[purpose] + 256 * LANE.single, index, stream);
  return scratch[0];
}

/** Uniform in [0, 1) with 24 bits, hence exact in f32: the upper 24 bits of {@link randomU32} / 2^24. */
export function uniform(seed: number, purpose: RandomPurpose, stream: number, index: number): number {
  return (randomU32(seed, purpose, stream, index) >>> 8) / 0x1000000;
}

/** Half the range of a sum of twelve 16-bit numbers: its mean. */
const NORMAL_CENTRE = (12 * 0xffff) / 2;

function sumOfHalves(word0: number, word1: number): number {
  return (word0 & 0xffff) + (word0 >>> 16) + (word1 & 0xffff) + (word1 >>> 16);
}

/**
 * Approximately N(0, 1): the sum of twelve uniform 16-bit integers, minus its mean, / 2^16. Integer arithmetic and a
 * power of two, so that every engine and the GPU (u32, then one exact f32 conversion) give the same bits; logarithms
 * and cosines would not.
 *
 * Mean 0, variance 1 - 2^-32, symmetric, kurtosis 2.9 (a normal has 3), strictly within +-6.
 */
export function normal(seed: number, purpose: RandomPurpose, stream: number, index: number): number {
  const id = RANDOM_PURPOSES[purpose];
  let sum = 0;
  for (let lane = LANE.normal; lane < LANE.normal + 3; lane++) {
    threefryInto(scratch, seed, id + 256 * lane, index, stream);
    sum += sumOfHalves(scratch[0], scratch[1]);
  }
  return (sum - NORMAL_CENTRE) / 0x10000;
}

/** A generator that is read in order, for code where counting draws by hand would only be noise. */
export interface Random {
  /** Uniform u32. */
  next(): number;
  /** Uniform in [0, 1), 24 bits. */
  uniform(): number;
  /** As {@link normal}; takes six words. */
  normal(): number;
  /** Uniform integer in [0, bound), without bias; bound from 1 to 2^32. */
  integer(bound: number): number;
}

/** Starts the sequence (seed, purpose, stream) at its beginning. Independent of the indexed draws of this file. */
export function createRandom(seed: number, purpose: RandomPurpose, stream: number): Random {
  const key1 = RANDOM_PURPOSES[purpose] + 256 * LANE.sequential;
  const words = new Uint32Array(2);
  let drawn = 0;
  function next(): number {
    if (drawn % 2 === 0) threefryInto(words, seed, key1, drawn / 2, stream);
    return words[drawn++ % 2];
  }
  return {
    next,
    uniform: () => (next() >>> 8) / 0x1000000,
    normal() {
      let sum = 0;
      for (let pair = 0; pair < 3; pair++) sum += sumOfHalves(next(), next());
      return (sum - NORMAL_CENTRE) / 0x10000;
    },
    integer(bound) {
      // Rejects the last, incomplete run of `bound` values, so that every result is equally likely.
      const limit = 0x100000000 - (0x100000000 % bound);
      let word = next();
      while (word >= limit) word = next();
      return word % bound;
    },
  };
}

/** Fisher-Yates: a new array with the items in an order that (seed, purpose, stream) decides. */
export function shuffle<T>(items: ArrayLike<T>, seed: number, purpose: RandomPurpose, stream: number): T[] {
  const random = createRandom(seed, purpose, stream);
  const shuffled = Array.from(items);
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const item = shuffled[last];
    shuffled[last] = shuffled[other];
    shuffled[other] = item;
  }
  return shuffled;
}
