/** Balances the error of the formula (step^2) against cancellation (2^-52 / step) in float64. */
const STEP = 1e-5;

/**
 * Central differences of a scalar function by chosen elements of an array.
 * @param values Changed and restored; `f` must read it. @param indices Which elements.
 */
export function finiteDifferences(
  f: () => number,
  values: Float64Array,
  indices: readonly number[],
): Float64Array {
  return Float64Array.from(indices, (i) => {
    const start = values[i];
    values[i] = start + STEP;
    const above = f();
    values[i] = start - STEP;
    const below = f();
    values[i] = start;
    return (above - below) / (2 * STEP);
  });
}
