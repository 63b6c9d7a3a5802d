import type { RunSummary } from '../../session/runs/runRecord.ts';
import { formatPercent } from '../shared/format.ts';

/** A moment as people of this browser's language write it. */
export function runTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export const STATUS_NAMES: Record<RunSummary['status'], string> = {
  training: 'interrupted',
  paused: 'paused',
  finished: 'finished',
};

/** Test accuracy, or why there is none. */
export function runAccuracy({ testAccuracy }: RunSummary): string {
  return testAccuracy === null ? 'not evaluated' : formatPercent(testAccuracy);
}
