import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { Evidence } from '../../core/claims/evidence.ts';
import { evidenceOf } from '../../session/claims/claimSweeps.ts';
import { evidenceStore, mergeEvidence } from '../../session/claims/evidenceStore.ts';
import { useSweep } from '../sweep/sweepContext.tsx';

/** The runs that accuracy claims are checked on, one entry per network and data set. */
export function useEvidence(): readonly Evidence[] {
  const added = useStore(evidenceStore, (state) => state.added);
  const sweep = useSweep((state) => state.sweep);
  return useMemo(
    () => mergeEvidence([...(sweep ? evidenceOf([sweep]) : []), ...added.map(({ evidence }) => evidence)]),
    [added, sweep],
  );
}
