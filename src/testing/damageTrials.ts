import { AppError } from '../core/errors.ts';
import { createRandom } from '../core/random.ts';
import { damageBytes } from './damageBytes.ts';

/** How the damaged copies of one file ended. */
export interface DamageReport {
  /** `read`, what the reader says, or the code of its error, with the count. */
  outcomes: Map<string, number>;
  /** Of one copy: processor time, which other programs on the machine do not lengthen. */
  longestMs: number;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Reads `count` damaged copies of a file, the same ones every time.
 * @throws Error for a copy that ends in anything but a result or an error with a code and a sentence.
 */
export async function tryDamage(
  original: Uint8Array,
  read: (bytes: Uint8Array) => Promise<unknown>,
  count: number,
  seed: number,
): Promise<DamageReport> {
  const outcomes = new Map<string, number>();
  let longestMs = 0;
  for (let trial = 0; trial < count; trial++) {
    const bytes = damageBytes(original, createRandom(seed, 'test', trial));
    const startMs = processorMs();
    const outcome = await read(bytes).then(
      (result) => (typeof result === 'string' ? result : 'read'),
      (error: unknown) => {
        if (!(error instanceof AppError) || error.code === '' || error.message === '')
          throw new Error(`copy ${trial}: ${error}`, { cause: error });
        return error.code;
      },
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    longestMs = Math.max(longestMs, processorMs() - startMs);
  }
  return { outcomes, longestMs };
}

/** For the log: counts of the ends, the commonest first, and the longest time. */
export function describeDamage({ outcomes, longestMs }: DamageReport): string {
  const ends = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${count} ${outcome}`);
  return `${ends.join(', ')}; longest ${longestMs.toFixed(0)} ms of processor time`;
}
