/**
 * How far two arrays may be apart: per element `absolute + relative * largest magnitude of the expected array`. Every number
 * has its reason here; nothing in the tests states a tolerance of its own.
 */
export interface Tolerance {
  relative: number;
  absolute: number;
  reason: string;
}

/** No tolerance may be larger: beyond this a comparison would accept a wrong formula. */
export const TOLERANCE_CAP = { relative: 1e-4, absolute: 1e-5 } as const;

export const TOLERANCES = {
  exact: {
    relative: 0,
    absolute: 0,
    reason: 'Spikes, bits, counts, predictions, and sums of small dyadic numbers, which f32 holds exactly.',
  },
  sameMathematics: {
    relative: 1e-10,
    absolute: 1e-14,
    reason: 'Float64 on both sides, sums in another order: thousands of terms of 2^-53 each.',
  },
  finiteDifference: {
    relative: 1e-6,
    absolute: 1e-9,
    reason:
      'Central differences with step 1e-5: 1e-10 from the third derivative, 1e-11 from cancellation, both over gradients down to 1e-4.',
  },
  singleStep: {
    relative: 1e-6,
    absolute: 1e-9,
    reason:
      'A few f32 operations of 2^-24 each; divisions and exp of WGSL may be off by 2.5 to 5 units in the last place.',
  },
  kernelSum: {
    relative: 5e-6,
    absolute: 1e-9,
    reason:
      'An f32 sum of up to some thousand products in one order, errors adding up like a random walk of 2^-24.',
  },
  recursion: {
    relative: 5e-6,
    absolute: 1e-9,
    reason: 'The recursion multiplies by less than 1 per step, so f32 errors of earlier steps fade.',
  },
  trainingGradient: {
    relative: 1e-4,
    absolute: 1e-9,
    reason: 'Gradients of a whole step in f32 through all layers and steps; the oracle files grant the same.',
  },
  weightChange: {
    relative: 1e-4,
    absolute: 5e-7,
    reason:
      'What one update changed, seen through weights of size 1 to 4 in f32, whose last place is 2^-23 to 2^-21.',
  },
  trainingLoss: {
    relative: 1e-5,
    absolute: 1e-9,
    reason: 'A mean of squares of rates that are exact; the oracle files grant the same.',
  },
} as const satisfies Record<string, Tolerance>;
