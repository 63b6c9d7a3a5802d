import type { HistoryPoint } from '../../session/metricsHistory.ts';
import type { EpochMetrics } from '../../session/sessionStore.ts';
import type { ChartRow } from './chartRows.ts';

/** GPU memory over epochs, bytes: `live` now and `peak` of the run so far, both from the ledger. */
export function memoryRows(points: readonly HistoryPoint[]): ChartRow[] {
  return points.map(({ epoch, liveBytes, peakBytes }) => ({ at: epoch, live: liveBytes, peak: peakBytes }));
}

/** Samples trained per second over epochs; key `speed`. */
export function throughputRows(points: readonly HistoryPoint[]): ChartRow[] {
  return points.map(({ epoch, samplesPerSecond }) => ({ at: epoch, speed: samplesPerSecond }));
}

/** Mean firing rate on test samples over epochs, 0..1; one key per layer, its name. */
export function firingRows(epochs: readonly EpochMetrics[]): ChartRow[] {
  return epochs.map(({ epoch, firingRates }) => ({
    ...Object.fromEntries(firingRates.map(({ layer, rate }) => [layer, rate])),
    at: epoch,
  }));
}
