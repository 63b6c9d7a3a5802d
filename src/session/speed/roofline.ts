import type { AdapterLimits, PassProfile } from './speedState.ts';

/** What bounds a pass on an adapter. */
export interface PassBound {
  /** Time that the adapter would take at the least: for the bytes at its copy's rate, or the operations at its product's. */
  leastMs: number;
  by: 'bytes' | 'operations';
  /** Least time over measured time; above 1 where zeros were skipped, because operations are counted as if every input fired. */
  share: number;
}

/** @returns Null where no time was measured. */
export function boundOf(
  { ms, bytes, denseOperations }: Pick<PassProfile, 'ms' | 'bytes' | 'denseOperations'>,
  { bytesPerSecond, operationsPerSecond }: AdapterLimits,
): PassBound | null {
  if (!(ms > 0)) return null;
  const bytesMs = (1000 * bytes) / bytesPerSecond;
  const operationsMs = (1000 * denseOperations) / operationsPerSecond;
  const leastMs = Math.max(bytesMs, operationsMs);
  return { leastMs, by: operationsMs > bytesMs ? 'operations' : 'bytes', share: leastMs / ms };
}

/** A point of the roofline diagram. */
export interface RooflinePoint {
  pass: PassProfile;
  /** Operations per byte. */
  intensity: number;
  operationsPerSecond: number;
}

/** Passes that multiply, where they stand under the roof; others have no place in the diagram. */
export function rooflinePoints(passes: readonly PassProfile[]): RooflinePoint[] {
  return passes
    .filter(({ ms, bytes, denseOperations }) => ms > 0 && bytes > 0 && denseOperations > 0)
    .map((pass) => ({
      pass,
      intensity: pass.denseOperations / pass.bytes,
      operationsPerSecond: pass.denseOperations / (pass.ms / 1000),
    }));
}

/** Operations per second that the adapter allows at so many operations per byte. */
export function roofAt(intensity: number, { bytesPerSecond, operationsPerSecond }: AdapterLimits): number {
  return Math.min(operationsPerSecond, intensity * bytesPerSecond);
}

/** Passes of one layer added up, longest layer first. */
export function perLayer(passes: readonly PassProfile[]): PassProfile[] {
  const layers = new Map<string, PassProfile>();
  for (const pass of passes) {
    const sum = layers.get(pass.layer);
    if (!sum) layers.set(pass.layer, { ...pass, label: pass.layer });
    else {
      sum.runs += pass.runs;
      sum.ms += pass.ms;
      sum.bytes += pass.bytes;
      sum.denseOperations += pass.denseOperations;
    }
  }
  return [...layers.values()].sort((a, b) => b.ms - a.ms);
}
