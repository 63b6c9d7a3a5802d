import { describe, expect, it } from 'vitest';
import { compareArrays } from './compareArrays.ts';
import { TOLERANCE_CAP, TOLERANCES } from './tolerances.ts';

const tolerance = { relative: 0.1, absolute: 0.01, reason: 'for this test' };
const axes = { t: 2, i: 3 };

describe('compareArrays', () => {
  it('is silent about equal arrays and about those within the tolerance', () => {
    const expected = [1, 2, 3, 4, 5, 10];
    expect(compareArrays(expected, expected, { label: 'a', axes, tolerance })).toBe('');
    // Allowed is 0.01 + 0.1 * 10.
    const near = expected.map((value) => value + 1.0099);
    expect(compareArrays(near, expected, { label: 'a', axes, tolerance })).toBe('');
  });

  it('says how many differ, and where the worst is', () => {
    const text = compareArrays([1, 2, 3, 4, 8, 10], [1, 4, 3, 4, 5, 10], { label: 'lif/u', axes, tolerance });
    expect(text).toBe(
      'lif/u [2][3]: 2 of 6 differ, worst at [t=1][i=1]\n   actual 8   expected 5   |diff| 3.0e+0   allowed 1.0e+0',
    );
  });

  it.each([
    ['not a number', [Number.NaN, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]],
    ['infinity', [Number.POSITIVE_INFINITY, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]],
    ['a missing element', [0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]],
  ])('refuses %s', (_case, actual, expected) => {
    expect(compareArrays(actual, expected, { label: 'a', axes, tolerance })).not.toBe('');
  });

  it('refuses to compare nothing', () => {
    expect(compareArrays([], [], { label: 'a', axes: { i: 0 }, tolerance })).toContain('nothing to compare');
  });
});

describe('tolerances', () => {
  it.each(Object.entries(TOLERANCES))('%s has a reason and lies below the cap', (_name, entry) => {
    expect(entry.reason.length).toBeGreaterThan(20);
    expect(entry.relative).toBeLessThanOrEqual(TOLERANCE_CAP.relative);
    expect(entry.absolute).toBeLessThanOrEqual(TOLERANCE_CAP.absolute);
  });
});
