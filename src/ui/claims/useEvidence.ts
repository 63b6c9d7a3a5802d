import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { Evidence } from '../../core/claims/evidence.ts';
import { evidenceStore, mergeEvidence } from '../../session/claims/evidenceStore.ts';

/** The runs that accuracy claims are checked on, one entry per network and data set. */
export function useEvidence(): readonly Evidence[] {
  const added = useStore(evidenceStore, (state) => state.added);
  return useMemo(() => mergeEvidence(added.map(({ evidence }) => evidence)), [added]);
}
