import { createContext, type ReactNode, useContext, useState } from 'react';
import { useStore } from 'zustand';
import { createPinStore, type PinnedRun, type PinStore } from '../../session/pinnedRuns.ts';

const PinContext = createContext<PinStore | null>(null);

/** Holds the runs that every chart overlays. */
export function PinProvider({ children }: { children: ReactNode }) {
  const [store] = useState(createPinStore);
  return <PinContext value={store}>{children}</PinContext>;
}

/** To pin and unpin runs, also those that were read from storage. */
export function usePinStore(): PinStore {
  const store = useContext(PinContext);
  if (!store) throw new Error('A component that uses pinned runs stands outside PinProvider.');
  return store;
}

export function usePins(): readonly PinnedRun[] {
  return useStore(usePinStore(), (state) => state.pins);
}

const COLOURS = ['var(--chart-2)', 'var(--chart-4)', 'var(--chart-5)', 'var(--chart-3)', 'var(--chart-6)'];

/** Colour of the pin that is `index` in the list; its lines are dashed as well. */
export function pinColour(index: number): string {
  return COLOURS[index % COLOURS.length];
}

export const PIN_DASH = '7 3';
