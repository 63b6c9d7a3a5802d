/** Bytes with a binary unit and three significant digits: 12.3 MiB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}\u00a0${units[unit]}`;
}

/** A share as a percentage: 93.5 %. */
export function formatPercent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}

/** A duration in the two largest units that matter: 45 s, 3 min 5 s, 2 h 10 min. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Counts in three significant digits with a metric suffix: 950, 12.3 k, 4.56 M. */
export function formatCount(count: number): string {
  if (count < 1000) return String(Math.round(count));
  const units = ['', ' k', ' M', ' G'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)}${units[power]}`;
}

/** Microseconds as people read them: 300 ms, 1.25 s, 500 µs. */
export function formatMicroseconds(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1e6) return `${Number((us / 1000).toPrecision(3))} ms`;
  return `${Number((us / 1e6).toPrecision(3))} s`;
}

/** A share for axes and bars, never negative: 38 % less, the same, 12 % more. */
export function formatChange(value: number, reference: number): string {
  const change = reference > 0 ? value / reference - 1 : 0;
  const percent = Math.round(Math.abs(change) * 100);
  if (percent === 0) return 'the same';
  return `${percent} % ${change < 0 ? 'less' : 'more'}`;
}
