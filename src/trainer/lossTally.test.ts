import { describe, expect, it } from 'vitest';
import { LossTally, MAX_LOSSES } from './lossTally.ts';

describe('losses of the GPU', () => {
  it('end a run after five without getting further', () => {
    const tally = new LossTally();
    expect(MAX_LOSSES).toBe(5);
    const tried = Array.from({ length: 5 }, (_, i) => tally.lost(10, 1000 * i));
    expect(tried).toEqual([true, true, true, true, false]);
  });

  it('do not, where the run gets further in between, or they are far apart', () => {
    const tally = new LossTally();
    expect([10, 11, 12, 13, 14].every((at, i) => tally.lost(at, 1000 * i))).toBe(true);
    const slow = new LossTally();
    expect([5, 5, 5, 5, 5].every((at, i) => slow.lost(at, 11 * 60_000 * i))).toBe(true);
  });

  it('of a run before do not count for the next one', () => {
    const tally = new LossTally();
    tally.lost(20, 0);
    tally.lost(20, 1);
    tally.forgive();
    expect(tally.lost(0, 2)).toBe(true);
    expect(tally.count).toBe(1);
  });

  it('count where there is no run as well', () => {
    const tally = new LossTally();
    const tried = Array.from({ length: 5 }, () => tally.lost(-1, 0));
    expect(tried).toEqual([true, true, true, true, false]);
  });
});
