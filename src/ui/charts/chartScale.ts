import type { ChartRow } from './chartRows.ts';

/** Maps values of an axis to pixels. */
export interface Scale {
  low: number;
  high: number;
  /** Pixel of `low` and of `high`. */
  start: number;
  stop: number;
}

export function toPixel({ low, high, start, stop }: Scale, value: number): number {
  return start + ((value - low) / (high - low)) * (stop - start);
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `step`. */
export function roundUpStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((each) => each * power >= step * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/**
 * Round values from 0 to at least `high`, about `count` of them.
 * @param wholeNumbers True where fractions make no sense (epochs).
 */
export function roundTicks(high: number, count: number, wholeNumbers = false): number[] {
  const raw = Math.max(high, 1e-9) / Math.max(1, count);
  const step = roundUpStep(wholeNumbers ? Math.max(1, raw) : raw);
  const last = Math.ceil(high / step - 1e-9);
  // From the index, not by adding up: 3 * 0.1 would not print as 0.3.
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: Math.max(1, last) + 1 }, (_, i) => Number((i * step).toFixed(digits)));
}

/** Like {@link roundTicks} for bytes: round in the unit in which the largest value is written, as 200 KiB. */
export function roundByteTicks(high: number, count: number): number[] {
  let unit = 1024 ** Math.max(0, Math.floor(Math.log(Math.max(1, high)) / Math.log(1024)));
  // 1000 KiB may need an axis that ends above 1 MiB: then it is one of MiB.
  if ((roundTicks(high / unit, count).at(-1) ?? 0) >= 1024) unit *= 1024;
  return roundTicks(high / unit, count).map((tick) => tick * unit);
}

/** Round values inside a stretch of an axis, about `count` of them. */
export function ticksBetween(low: number, high: number, count: number): number[] {
  const step = roundUpStep(Math.max(high - low, 1e-9) / Math.max(1, count));
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); i++)
    ticks.push(Number((i * step).toFixed(digits)));
  return ticks;
}

/** Largest value of any of the keys; 0 when there is none. */
export function largest(rows: readonly ChartRow[], keys: readonly string[]): number {
  let high = 0;
  for (const row of rows) for (const key of keys) if (row[key] > high) high = row[key];
  return high;
}

/** Path of one series; rows without a value are passed over, so the line connects its neighbours. */
export function linePath(rows: readonly ChartRow[], key: string, x: Scale, y: Scale): string {
  let path = '';
  for (const row of rows) {
    const value = row[key];
    if (value === undefined || !Number.isFinite(value)) continue;
    const shown = Math.min(y.high, Math.max(y.low, value));
    path += `${path === '' ? 'M' : 'L'}${toPixel(x, row.at).toFixed(1)} ${toPixel(y, shown).toFixed(1)}`;
  }
  return path;
}

/** The row nearest to `at` that has a value of `keys`, by bisection (rows are in order of `at`). */
export function nearestRow(rows: readonly ChartRow[], at: number, keys: readonly string[]): ChartRow | null {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].at < at) low = middle + 1;
    else high = middle;
  }
  const hasValue = (row: ChartRow) => keys.some((key) => row[key] !== undefined);
  let before = low - 1;
  while (before >= 0 && !hasValue(rows[before])) before--;
  let after = low;
  while (after < rows.length && !hasValue(rows[after])) after++;
  const left = rows[before];
  const right = rows[after];
  if (!left || !right) return left ?? right ?? null;
  return at - left.at <= right.at - at ? left : right;
}
