import { describe, expect, it } from 'vitest';
import {
  ErrorTable,
  GRADIENT,
  IDENTICAL,
  LOSS,
  MEMBRANE,
  positionOf,
  type Tolerance,
} from './goldenTolerance.ts';

function passes(actual: number[], expected: number[], tolerance: Tolerance, exact = false): boolean {
  const table = new ErrorTable(exact);
  table.compare('quantity', 'tensor', [expected.length], actual, expected, tolerance);
  return table.passed();
}

describe('golden tolerances', () => {
  it.each<[string, number[], number[], Tolerance, boolean]>([
    ['equal spikes', [0, 1], [0, 1], IDENTICAL, true],
    ['a different spike', [0, 0], [0, 1], IDENTICAL, false],
    ['a gradient just within 1e-4 of the largest', [2, 0.99e-4 * 2], [2, 0], GRADIENT, true],
    ['a gradient just beyond', [2, 1.01e-4 * 2], [2, 0], GRADIENT, false],
    ['a zero gradient that is not quite zero', [2e-9], [0], GRADIENT, false],
    ['a zero gradient below 1e-9', [0.5e-9], [0], GRADIENT, true],
    ['a loss just within', [1 + 0.9e-5], [1], LOSS, true],
    ['a loss just beyond', [1 + 1.1e-5], [1], LOSS, false],
    ['a membrane just within 1e-3', [100.0009], [100], MEMBRANE, true],
    ['a membrane just beyond', [100.0011], [100], MEMBRANE, false],
    ['not a number', [Number.NaN], [1], MEMBRANE, false],
    ['infinity', [Infinity], [1], MEMBRANE, false],
    ['too few numbers', [1], [1, 1], MEMBRANE, false],
    // The largest change is 1: 1e-3 of it, and 2e-7 of 2.
    ['a weight just within', [3.001], [3], { kind: 'change', initial: [2] }, true],
    ['a weight just beyond', [3.00101], [3], { kind: 'change', initial: [2] }, false],
  ])('judge %s', (_case, actual, expected, tolerance, pass) => {
    expect(passes(actual, expected, tolerance)).toBe(pass);
  });

  it('ask for identity in exact cases, whatever the tolerance', () => {
    expect(passes([1.0000001], [1], MEMBRANE, true)).toBe(false);
    expect(passes([1], [1], MEMBRANE, true)).toBe(true);
  });

  it('do not pass where nothing was compared', () => {
    expect(new ErrorTable(false).passed()).toBe(false);
  });

  it('keep the worst tensor of a quantity and say where it is', () => {
    const table = new ErrorTable(false);
    table.compare('gradients', 'a', [2], [1, 1], [1, 1], GRADIENT);
    table.compare('gradients', 'b', [2, 2], [1, 1, 1.5, 1], [1, 1, 1, 1], GRADIENT);
    table.compare('gradients', 'c', [1], [1.1], [1], GRADIENT);
    const [row] = table.quantities();
    expect(row.at).toBe('b[1][0]: 1.5, expected 1');
    expect(row.worst).toBeCloseTo(5000);
    expect(row.relativeError).toBeCloseTo(0.5);
  });

  it('name a tensor that is missing', () => {
    const table = new ErrorTable(false);
    table.compare('weights', 'after1.l0.weight', [1], undefined, [1], GRADIENT);
    expect(table.passed()).toBe(false);
    expect(table.quantities()[0].at).toBe('after1.l0.weight: missing');
  });

  it('count positions row by row', () => {
    expect(positionOf(23, [2, 3, 4])).toBe('[1][2][3]');
  });
});
