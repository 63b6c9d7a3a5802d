import type { Engine } from '../../trainer/engine.ts';
import type { PageEvent } from '../pageApi.ts';

/** Iterations between two marks; each ends with an evaluation. */
const MARK_EVERY = 100;

/** Trains on with an evaluation every hundred iterations, and tells time and memory at each of these marks. */
export async function runSoak(
  engine: Engine,
  iterations: number,
  iterate: () => Promise<unknown>,
  emit: (event: PageEvent) => void | Promise<void>,
): Promise<void> {
  const times = new Float64Array(MARK_EVERY);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const start = performance.now();
    await iterate();
    times[iteration % MARK_EVERY] = performance.now() - start;
    if (iteration % MARK_EVERY !== 0) continue;
    await engine.evaluate();
    const msPerIteration = times.slice().sort()[MARK_EVERY >> 1];
    await emit({ type: 'soakMark', mark: { iteration, msPerIteration, liveBytes: engine.liveBytes } });
  }
}
