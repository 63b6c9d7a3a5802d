import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { PageSweep } from '../../session/sweep/pageSweep.ts';
import type { SweepActions } from '../../session/sweep/sweepActions.ts';
import type { SweepViewState } from '../../session/sweep/sweepStore.ts';

const SweepContext = createContext<PageSweep | null>(null);

export function SweepProvider({ sweep, children }: { sweep: PageSweep; children: ReactNode }) {
  return <SweepContext value={sweep}>{children}</SweepContext>;
}

function usePageSweep(): PageSweep {
  const sweep = useContext(SweepContext);
  if (!sweep) throw new Error('A component that uses the sweep stands outside SweepProvider.');
  return sweep;
}

/** A narrow slice of the sweep's state; the component renders again only when the slice changes. */
export function useSweep<Slice>(select: (state: SweepViewState) => Slice): Slice {
  return useStore(usePageSweep().store, select);
}

export function useSweepActions(): SweepActions {
  return usePageSweep().actions;
}
