import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorData } from '../../core/errors.ts';
import type { PointCost } from './pointCosts.ts';
import type { SweepActivity } from './runSweep.ts';
import type { SweepState } from './sweepState.ts';
import type { RunProgress } from './trainCell.ts';

/** What the page shows of its sweep. */
export interface SweepViewState {
  /** Null where there is none. */
  sweep: SweepState | null;
  /** Of every point of its grid; null until they are counted. */
  costs: readonly PointCost[] | null;
  /** `preparing`: its recordings are being made and encoded. */
  activity: SweepActivity | 'preparing';
  /** What is being prepared. */
  preparing: string;
  /** The run under way. */
  progress: (RunProgress & { id: string }) | null;
  /** Came with a link: it is shown, but not the visitor's own until it is kept. */
  isGuest: boolean;
  problem: ErrorData | null;
}

export type SweepStore = StoreApi<SweepViewState>;

export const NO_SWEEP: SweepViewState = {
  sweep: null,
  costs: null,
  activity: 'idle',
  preparing: '',
  progress: null,
  isGuest: false,
  problem: null,
};

export function createSweepStore(): SweepStore {
  return createStore<SweepViewState>(() => NO_SWEEP);
}
