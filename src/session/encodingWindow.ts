import { SESSION_LIMITS, type Session } from './session.ts';

/** Recordings this many times shorter or longer than the T steps of a sample are worth a word. */
const FACTOR = 3;

/** What to do where the T steps of a sample and the length of the recordings have little to do with each other. */
export interface WindowAdvice {
  /** T times dt, microseconds: what the network looks at, from the start on. */
  seenUs: number;
  isTooLong: boolean;
  /** dt with which T steps hold a recording of average length, microseconds. */
  stepDurationUs: number;
}

/** Null where they fit, or nothing is known. @param durationUs Mean length of the recordings. */
export function windowAdvice(
  { stepCount, stepDurationUs, startUs }: Session['encoding'],
  durationUs: number,
): WindowAdvice | null {
  const seenUs = stepCount * stepDurationUs;
  const left = durationUs - startUs;
  if (!(left > 0) || (left * FACTOR > seenUs && left < seenUs * FACTOR)) return null;
  const fitting = Math.min(SESSION_LIMITS.stepDurationUs, Math.max(1, Math.ceil((left + 1) / stepCount)));
  return fitting === stepDurationUs ? null : { seenUs, isTooLong: seenUs > left, stepDurationUs: fitting };
}
