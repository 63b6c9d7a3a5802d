import { describe, expect, it } from 'vitest';
import { earlyReadoutRows, stepsThatSuffice } from './earlyReadout.ts';

describe('early read-out', () => {
  it('counts steps from 1', () => {
    expect(earlyReadoutRows({ earlyReadout: [0.1, 0.5] })).toEqual([
      { at: 1, test: 0.1 },
      { at: 2, test: 0.5 },
    ]);
  });

  it.each([
    [[0.1, 0.5, 0.79, 0.8], 3],
    [[0.1, 0.8, 0.7, 0.8], 4],
    [[0.8, 0.8], 1],
    [[0.1, 0.788, 0.8], 3],
    [[0.9, 0.2, 0.5], 3],
    [[], 0],
  ])('of %j suffice %i steps', (earlyReadout, steps) => {
    expect(stepsThatSuffice({ earlyReadout })).toBe(steps);
  });
});
