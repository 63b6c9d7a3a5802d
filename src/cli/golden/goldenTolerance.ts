import type { GoldenQuantity } from '../pageApi.ts';

/** Numbers of either side of a comparison. */
export type Numbers = ArrayLike<number>;

/**
 * What is allowed for one tensor, as the oracle's README, section 7, states it:
 *
 * identical  every number equal
 * scaled     `factor` times the largest magnitude of the tensor; 1e-9 where that is 0
 * absolute   `limit`
 * change     1e-3 of the largest change since `initial`, plus 2e-7 of the largest magnitude of `initial`
 */
export type Tolerance =
  | { kind: 'identical' }
  | { kind: 'scaled'; factor: number }
  | { kind: 'absolute'; limit: number }
  | { kind: 'change'; initial: Numbers };

export const IDENTICAL: Tolerance = { kind: 'identical' };
export const GRADIENT: Tolerance = { kind: 'scaled', factor: 1e-4 };
export const LOSS: Tolerance = { kind: 'scaled', factor: 1e-5 };
export const MEMBRANE: Tolerance = { kind: 'absolute', limit: 1e-3 };

const ZERO_LIMIT = 1e-9;

function largestMagnitude(values: Numbers): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

function allowedError(expected: Numbers, tolerance: Tolerance): number {
  switch (tolerance.kind) {
    case 'identical':
      return 0;
    case 'absolute':
      return tolerance.limit;
    case 'scaled':
      return Math.max(ZERO_LIMIT, tolerance.factor * largestMagnitude(expected));
    case 'change': {
      const { initial } = tolerance;
      let change = 0;
      for (let i = 0; i < expected.length; i++) change = Math.max(change, Math.abs(expected[i] - initial[i]));
      return 1e-3 * change + 2e-7 * largestMagnitude(initial);
    }
  }
}

/** Row-major position of a flat index: `[2][0][7]`. */
export function positionOf(index: number, shape: readonly number[]): string {
  let rest = index;
  const parts: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    parts.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return parts.map((part) => `[${part}]`).join('');
}

/** Collects the worst comparison of every quantity of a case. */
export class ErrorTable {
  readonly #exact: boolean;
  readonly #worst = new Map<string, GoldenQuantity>();

  /** @param exact Every comparison is for identity, whatever its tolerance (the oracle's exact cases). */
  constructor(exact: boolean) {
    this.#exact = exact;
  }

  /**
   * Compares one tensor. A NaN on either side, and a different number of elements, is an infinite error.
   * @param quantity Row of the table: spikes, gradients, ... @param name Tensor of the oracle file.
   */
  compare(
    quantity: string,
    name: string,
    shape: readonly number[],
    actual: Numbers | undefined,
    expected: Numbers,
    tolerance: Tolerance,
  ): void {
    if (actual === undefined || actual.length !== expected.length) {
      const found = actual === undefined ? 'missing' : `${actual.length} numbers, not ${expected.length}`;
      this.#record({ quantity, worst: Infinity, relativeError: Infinity, at: `${name}: ${found}` });
      return;
    }
    const allowed = this.#exact ? 0 : allowedError(expected, tolerance);
    let worstIndex = 0;
    let worstError = 0;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs(actual[i] - expected[i]);
      const error = Number.isNaN(difference) ? Infinity : difference;
      if (error > worstError) {
        worstError = error;
        worstIndex = i;
      }
    }
    const worst = worstError === 0 ? 0 : allowed === 0 ? Infinity : worstError / allowed;
    const scale = largestMagnitude(expected);
    const at =
      worstError === 0
        ? name
        : `${name}${positionOf(worstIndex, shape)}: ${actual[worstIndex]}, expected ${expected[worstIndex]}`;
    this.#record({ quantity, worst, relativeError: scale > 0 ? worstError / scale : worstError, at });
  }

  #record(found: GoldenQuantity): void {
    const known = this.#worst.get(found.quantity);
    if (
      !known ||
      found.worst > known.worst ||
      (found.worst === known.worst && found.relativeError > known.relativeError)
    )
      this.#worst.set(found.quantity, found);
  }

  /** Worst comparison per quantity, in the order in which the quantities were first compared. */
  quantities(): GoldenQuantity[] {
    return [...this.#worst.values()];
  }

  /** True when something was compared and everything was within its allowance. */
  passed(): boolean {
    const rows = this.quantities();
    return rows.length > 0 && rows.every(({ worst }) => worst <= 1);
  }
}
