import { describe, expect, it } from 'vitest';
import { LossTally, MAX_LOSSES } from './lossTally.ts';

describe('losses of the GPU', () => {
  it('end a run at the third without getting further', () => {
    const tally = new LossTally();
    expect(MAX_LOSSES).toBe(3);
    expect([0, 1, 2].map((i) => tally.lost(10, 1000 * i))).toEqual([true, true, false]);
  });

  it('do not, where the run gets further in between, or they are far apart', () => {
    const tally = new LossTally();
    expect([10, 11, 12, 13, 14].every((at, i) => tally.lost(at, 1000 * i))).toBe(true);
    const slow = new LossTally();
    expect([5, 5, 5, 5, 5].every((at, i) => slow.lost(at, 11 * 60_000 * i))).toBe(true);
  });

  it('of a run that came far do not count for one that begins anew', () => {
    const tally = new LossTally();
    tally.lost(20, 0);
    tally.lost(20, 1);
    tally.forgive();
    expect([0, 0, 0].map((at) => tally.lost(at, 2))).toEqual([true, true, false]);
  });

  it('count where there is no run as well', () => {
    const tally = new LossTally();
    expect([0, 1, 2].map(() => tally.lost(-1, 0))).toEqual([true, true, false]);
  });
});
