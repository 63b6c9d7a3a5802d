import { createStore, type StoreApi } from 'zustand/vanilla';
import type { HistoryPoint } from './metricsHistory.ts';
import type { Session } from './session.ts';
import type { EpochMetrics, ScheduleMark, SessionState } from './sessionStore.ts';

/** What the charts draw of a run: the run that is under way, a pinned one, or one from storage. */
export interface RunRecord {
  /** Oldest first. */
  epochs: readonly EpochMetrics[];
  points: readonly HistoryPoint[];
  marks: readonly ScheduleMark[];
  classCount: number;
  /** Bytes of the plan; null where it is not known. */
  forecastBytes: number | null;
}

/** A run that is overlaid in the charts. */
export interface PinnedRun {
  /** Unique among the pins. */
  id: string;
  /** Short, for legends: "k 5, n 2". */
  label: string;
  settings: Session;
  record: RunRecord;
}

/** More lines than this cannot be told apart. */
export const MAX_PINS = 5;

export interface PinState {
  /** In the order in which they were pinned. */
  pins: readonly PinnedRun[];
}

export type PinStore = StoreApi<PinState> & {
  /** Overlays a run; the oldest pin goes when there are {@link MAX_PINS}. A known id takes the place of its pin. */
  pin(run: Omit<PinnedRun, 'label' | 'id'> & { id?: string; label?: string }): PinnedRun;
  unpin(id: string): void;
};

/** (k, n) of a run in few letters. */
export function runLabel({ schedule }: Pick<Session, 'schedule'>): string {
  return `k ${schedule.truncationInterval}, n ${schedule.blockSize}`;
}

/** The runs that are overlaid, kept as long as the page. */
export function createPinStore(): PinStore {
  const store = createStore<PinState>(() => ({ pins: [] }));
  let next = 1;
  return {
    ...store,
    pin({ settings, record, id = `pin${next++}`, label = runLabel(settings) }) {
      const others = store.getState().pins.filter((pin) => pin.id !== id);
      // Two runs with one (k, n) must not have one name.
      const names = new Set(others.map((pin) => pin.label));
      let name = label;
      for (let number = 2; names.has(name); number++) name = `${label} #${number}`;
      const pinned: PinnedRun = { id, label: name, settings, record };
      store.setState({ pins: [...others, pinned].slice(-MAX_PINS) });
      return pinned;
    },
    unpin(id) {
      store.setState({ pins: store.getState().pins.filter((pin) => pin.id !== id) });
    },
  };
}

/** What the charts draw of the run that the session holds; null before there is one. */
export function currentRecord({ run, epochs, history, marks }: SessionState): RunRecord | null {
  if (!run) return null;
  const { classCount, forecastBytes } = run;
  return { epochs, points: history.points, marks, classCount, forecastBytes };
}
