import { describe, expect, it } from 'vitest';
import { CheckpointPace } from './checkpointPace.ts';
import { LossTally } from './lossTally.ts';

describe('the pace of checkpoints', () => {
  it('is one in five seconds, one in a second where an epoch ends', () => {
    const pace = new CheckpointPace(0);
    expect(pace.isDue(4999, false)).toBe(false);
    expect(pace.isDue(5000, false)).toBe(true);
    expect(pace.isDue(999, true)).toBe(false);
    expect(pace.isDue(1000, true)).toBe(true);
    pace.taken(5000, 10);
    expect(pace.isDue(9999, false)).toBe(false);
    expect(pace.isDue(10_000, false)).toBe(true);
  });

  it('costs at most a fortieth of the time', () => {
    const pace = new CheckpointPace(0);
    pace.taken(0, 1000);
    expect(pace.isDue(39_999, true)).toBe(false);
    expect(pace.isDue(40_000, true)).toBe(true);
  });

  it('quickens after losses and calms down again', () => {
    const pace = new CheckpointPace(0);
    for (let i = 0; i < 5; i++) pace.lost(0);
    expect(pace.isDue(499, false)).toBe(false);
    expect(pace.isDue(500, false)).toBe(true);
    let now = 0;
    for (let i = 0; i < 10; i++) {
      now += 5000;
      pace.taken(now, 0);
    }
    expect(pace.isDue(now + 4999, false)).toBe(false);
    expect(pace.isDue(now + 5000, false)).toBe(true);
  });
});

describe('the tally of losses', () => {
  it('gives up at the third loss without progress', () => {
    const tally = new LossTally();
    expect([10, 10, 9].map((iteration) => tally.lost(iteration, 0))).toEqual([true, true, false]);
  });

  it('begins anew with progress, after a while, and when somebody tries again', () => {
    const tally = new LossTally();
    expect([1, 2, 3, 4, 5, 6].map((iteration) => tally.lost(iteration, 0))).not.toContain(false);
    expect([700_000, 1_400_000, 2_100_000].map((now) => tally.lost(6, now))).not.toContain(false);
    expect(tally.lost(6, 2_100_000)).toBe(true);
    expect(tally.lost(6, 2_100_000)).toBe(false);
    tally.forgive();
    expect(tally.lost(6, 2_100_000)).toBe(true);
  });

  it('counts losses without a run as well', () => {
    const tally = new LossTally();
    expect([-1, -1, -1].map((iteration) => tally.lost(iteration, 0))).toEqual([true, true, false]);
  });
});
