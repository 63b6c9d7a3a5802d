import { createStore, type StoreApi } from 'zustand/vanilla';

/**
 * Where the walk through an iteration stands. `step`: the visitor's hand moves it; `play`: it moves by itself, pass by
 * pass; `follow`: a run is under way, and the iterations are shown slowed down; `off`: nothing is lit.
 */
export interface WalkState {
  mode: 'off' | 'step' | 'play' | 'follow';
  /** Position in the order of the plan; null where nothing is lit. */
  at: number | null;
}

export type WalkStore = StoreApi<WalkState>;

/** The walk has a store of its own: it moves several times per second, and only what is lit is drawn again. */
export function createWalkStore(): WalkStore {
  return createStore<WalkState>(() => ({ mode: 'off', at: null }));
}

/** One on, or one back, by hand; past either end the lights go out. */
export function moveBy(store: WalkStore, by: 1 | -1, count: number): void {
  const { at, mode } = store.getState();
  const from = at === null || mode === 'follow' ? (by > 0 ? -1 : count) : at;
  const next = from + by;
  store.setState(next < 0 || next >= count ? { mode: 'off', at: null } : { mode: 'step', at: next });
}

/** Milliseconds that a pass is shown while the order plays. */
export const PLAY_MS = 260;
/** Milliseconds between two pictures while a run is followed. */
export const FOLLOW_MS = 120;
/** Shortest and longest time in which a followed iteration is shown. */
const SWEEP_MS = { low: 5000, high: 16_000 };

/** How long an iteration of `count` passes is shown while a run is followed. */
export function sweepMs(count: number): number {
  return Math.min(SWEEP_MS.high, Math.max(SWEEP_MS.low, count * FOLLOW_MS));
}

/** Where a followed iteration stands `ms` after the run was first followed. */
export function followedAt(ms: number, count: number): number {
  const sweep = sweepMs(count);
  return Math.min(count - 1, Math.floor(((ms % sweep) / sweep) * count));
}
