import type { DataProgress } from '../../session/ports.ts';

/** How fast a job goes, since its amounts were first known. */
export interface Pace {
  total: number;
  startedAtMs: number;
  startedAtDone: number;
  /** Per second; null while there is too little to go by. */
  rate: number | null;
}

/** Times below this say nothing about a rate. */
const SETTLING_MS = 500;

/** The pace after another report; a job of another size begins anew. */
export function paceOf(before: Pace | null, { done, total }: DataProgress, nowMs: number): Pace {
  if (!before || before.total !== total || done < before.startedAtDone)
    return { total, startedAtMs: nowMs, startedAtDone: done, rate: null };
  const elapsedMs = nowMs - before.startedAtMs;
  if (elapsedMs < SETTLING_MS) return before;
  return { ...before, rate: ((done - before.startedAtDone) * 1000) / elapsedMs };
}

/** "120 MiB of 2.00 GiB, 45 MiB/s, 42 s left"; what is not known is left out. */
export function progressText(
  { done, total, unit }: DataProgress,
  { rate }: Pace,
  bytesText: (bytes: number) => string,
  secondsText: (seconds: number) => string,
): string {
  if (total === 0) return '';
  const amount = (value: number) =>
    unit === 'bytes' ? bytesText(value) : String(Number(value.toPrecision(3)));
  const parts = [`${unit === 'bytes' ? amount(done) : Math.floor(done)} of ${amount(total)}`];
  if (rate !== null && rate > 0) {
    parts.push(`${amount(rate)}/s`);
    if (done < total) parts.push(`${secondsText((total - done) / rate)} left`);
  }
  return parts.join(', ');
}
