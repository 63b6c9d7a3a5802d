import type { Evidence } from '../../core/claims/evidence.ts';

const NONE: readonly Evidence[] = [];

/** The runs that accuracy claims are checked on. */
export function useEvidence(): readonly Evidence[] {
  return NONE;
}
