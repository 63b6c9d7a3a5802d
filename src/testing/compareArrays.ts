import type { Tolerance } from './tolerances.ts';

export interface Comparison {
  /** What is compared, `kernel/buffer`. */
  label: string;
  /** Named axes, slowest first: { t: 5, b: 3, i: 7 }. Their product is the number of elements. */
  axes: Record<string, number>;
  tolerance: Tolerance;
}

/** [t=4][b=0][i=6] */
function positionText(index: number, axes: Record<string, number>): string {
  let rest = index;
  return Object.entries(axes)
    .reverse()
    .map(([name, side]) => {
      const at = rest % side;
      rest = Math.floor(rest / side);
      return `[${name}=${at}]`;
    })
    .reverse()
    .join('');
}

/** Digits that show where two f32 differ. */
const shown = (value: number) => Number(value.toPrecision(9)).toString();

/**
 * Compares two arrays element by element; NaN never equals anything.
 * @returns What differs, as text; '' where nothing does. Assert it: `expect(compareArrays(...)).toBe('')`.
 */
export function compareArrays(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { label, axes, tolerance }: Comparison,
): string {
  const shape = Object.values(axes);
  const size = shape.reduce((product, side) => product * side, 1);
  const title = `${label} [${shape.join('][')}]`;
  if (size === 0) return `${title}: there is nothing to compare`;
  if (actual.length !== size || expected.length !== size) {
    return `${title}: ${size} elements, actual has ${actual.length}, expected has ${expected.length}`;
  }
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(expected[i]));
  const allowed = tolerance.absolute + tolerance.relative * largest;
  let count = 0;
  let worst = -1;
  let worstDifference = -1;
  for (let i = 0; i < size; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (difference <= allowed) continue;
    count++;
    const badness = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (badness <= worstDifference) continue;
    worst = i;
    worstDifference = badness;
  }
  if (count === 0) return '';
  return [
    `${title}: ${count} of ${size} differ, worst at ${positionText(worst, axes)}`,
    `   actual ${shown(actual[worst])}   expected ${shown(expected[worst])}   |diff| ${worstDifference.toExponential(1)}   allowed ${allowed.toExponential(1)}`,
  ].join('\n');
}
