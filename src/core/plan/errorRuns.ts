import type { FrameShape } from '../encodedDataset.ts';
import { isPlainRecursion, RUN_BITS } from './historyRun.ts';
import { vectorsOf } from './planBuilder.ts';

/** Vectors that an invocation of `errorBackwardRuns` has written out: more gain little and leave too few invocations. */
const MAX_VECTORS = 6;

/**
 * How many neighbouring positions and vectors `errorBackwardRuns` works on together: several positions with all their channels, or
 * a part of one position's vectors. Both divide what there is, since an error in the place of gamma must not be read twice.
 * @param form Overrides of the pass.
 * @returns Overrides, and invocations per sample; null where no two vectors can be joined, the error is the same at every
 *   step, or neurons need more than one bit of history: `errorBackward` does everything.
 */
export function errorRuns(
  { channels, height, width }: FrameShape,
  form: Readonly<Record<string, number>>,
): { overrides: Record<string, number>; perSample: number } | null {
  if (!isPlainRecursion(form) || form.CONSTANT !== 0) return null;
  const vectors = vectorsOf(channels);
  const positions = height * width;
  const VECTORS = largestDivisor(vectors, MAX_VECTORS);
  const joined =
    VECTORS === vectors
      ? Math.min(Math.floor(MAX_VECTORS / vectors), Math.floor((RUN_BITS - 4 * vectors) / channels) + 1)
      : 1;
  const POSITIONS = largestDivisor(positions, joined);
  if (POSITIONS * VECTORS === 1) return null;
  return { overrides: { POSITIONS, VECTORS }, perSample: (positions * vectors) / (POSITIONS * VECTORS) };
}

function largestDivisor(count: number, most: number): number {
  for (let divisor = Math.min(count, most); divisor > 1; divisor--) {
    if (count % divisor === 0) return divisor;
  }
  return 1;
}
