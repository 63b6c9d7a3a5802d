import type { EpochMetrics } from '../../session/sessionStore.ts';
import type { ChartRow } from './chartRows.ts';

/** A reading this near to the last one is as good: one percentage point. */
const TOLERANCE = 0.01;

/** Test accuracy against the number of steps seen, from 1 to T; key `test`. */
export function earlyReadoutRows({ earlyReadout }: Pick<EpochMetrics, 'earlyReadout'>): ChartRow[] {
  return earlyReadout.map((test, index) => ({ at: index + 1, test }));
}

/**
 * The number of steps from which on the accuracy stays within one percentage point of that after all steps.
 * @returns 0 where nothing was read out.
 */
export function stepsThatSuffice({ earlyReadout }: Pick<EpochMetrics, 'earlyReadout'>): number {
  const final = earlyReadout[earlyReadout.length - 1];
  const lastShort = earlyReadout.findLastIndex((accuracy) => Math.abs(accuracy - final) > TOLERANCE + 1e-9);
  return earlyReadout.length === 0 ? 0 : lastShort + 2;
}
