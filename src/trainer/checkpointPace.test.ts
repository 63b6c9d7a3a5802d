import { describe, expect, it } from 'vitest';
import { CheckpointPace } from './checkpointPace.ts';

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
