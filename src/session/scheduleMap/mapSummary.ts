import type { Schedule } from '../../core/schedule.ts';
import type { MapCell } from './mapCells.ts';

/** What the map says as a whole. */
export interface MapSummary {
  /** Smallest and largest predicted peak, bytes; null before the first cell. */
  range: { low: number; high: number } | null;
  /** The (k, n) with the smallest figure of merit among those that fit; null before the first cell. */
  best: Schedule | null;
  /** Cells that are there, of those wanted. */
  known: number;
}

export function summarizeMap(cells: Iterable<MapCell>): MapSummary {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  let known = 0;
  let best: MapCell | null = null;
  for (const cell of cells) {
    known++;
    if (cell.peakBytes !== null) {
      low = Math.min(low, cell.peakBytes);
      high = Math.max(high, cell.peakBytes);
    }
    if (cell.fit !== 'none' && (best === null || cell.fom < best.fom)) best = cell;
  }
  return { range: high > 0 ? { low, high } : null, best: best?.schedule ?? null, known };
}

/** Where bytes lie between the ends of the scale, 0..1, by ratio: a halving is as far anywhere. */
export function shadeOf(bytes: number, { low, high }: { low: number; high: number }): number {
  return high > low ? Math.log(bytes / low) / Math.log(high / low) : 0;
}
