import { describe, expect, it } from 'vitest';
import { createWalkStore, FOLLOW_MS, followedAt, moveBy, sweepMs } from './walkPlayer.ts';

describe('the walk through an iteration', () => {
  it('goes on and back by hand, and puts the lights out past its ends', () => {
    const store = createWalkStore();
    const moved = (by: 1 | -1) => {
      moveBy(store, by, 3);
      return store.getState().at;
    };
    expect([moved(1), moved(1), moved(1), moved(1)]).toEqual([0, 1, 2, null]);
    expect([moved(-1), moved(-1), moved(-1), moved(-1)]).toEqual([2, 1, 0, null]);
    expect(store.getState().mode).toBe('off');
  });

  it('begins at the first pass when a run that is followed is taken over by hand', () => {
    const store = createWalkStore();
    store.setState({ mode: 'follow', at: 40 });
    moveBy(store, 1, 100);
    expect(store.getState()).toEqual({ mode: 'step', at: 0 });
  });

  it('shows a followed iteration in order, from the first pass to the last, and begins again', () => {
    for (const count of [1, 7, 60, 5000]) {
      const sweep = sweepMs(count);
      const seen = Array.from({ length: Math.ceil(sweep / FOLLOW_MS) }, (_, i) =>
        followedAt(i * FOLLOW_MS, count),
      );
      expect(seen[0]).toBe(0);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(followedAt(sweep - 1, count)).toBe(count - 1);
      expect(followedAt(sweep, count)).toBe(0);
    }
  });
});
