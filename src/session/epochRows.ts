import type { EpochMetrics } from '../trainer/messages.ts';

/** Rows of epochs that are kept, and how many of the newest are kept without gaps, for the table. */
export const MAX_EPOCH_ROWS = 500;
export const NEWEST_EPOCH_ROWS = 100;

/**
 * Adds an epoch. A list that is full loses every second of its older rows, never its first one: the charts of a night
 * begin where the night began, and cost what those of a minute cost.
 */
export function keepEpochs(rows: readonly EpochMetrics[], next: EpochMetrics): EpochMetrics[] {
  const all = [...rows, next];
  if (all.length <= MAX_EPOCH_ROWS) return all;
  const older = all.slice(0, -NEWEST_EPOCH_ROWS).filter((_, index) => index % 2 === 0);
  return [...older, ...all.slice(-NEWEST_EPOCH_ROWS)];
}
