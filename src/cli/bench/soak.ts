import type { Engine } from '../../trainer/engine.ts';
import type { SoakMark } from '../pageApi.ts';

/** Iterations between two marks; each ends with an evaluation. */
const MARK_EVERY = 100;

function heapBytes(): number | null {
  const { memory } = performance as Performance & { memory?: { usedJSHeapSize: number } };
  return memory?.usedJSHeapSize ?? null;
}

/** Trains on with an evaluation every hundred iterations, and notes time and memory at each of these marks. */
export async function runSoak(
  engine: Engine,
  iterations: number,
  iterate: () => Promise<unknown>,
): Promise<SoakMark[]> {
  const marks: SoakMark[] = [];
  let times: number[] = [];
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const start = performance.now();
    await iterate();
    times.push(performance.now() - start);
    if (iteration % MARK_EVERY !== 0) continue;
    await engine.evaluate();
    times.sort((a, b) => a - b);
    marks.push({
      iteration,
      msPerIteration: times[times.length >> 1],
      liveBytes: engine.liveBytes,
      heapBytes: heapBytes(),
    });
    times = [];
  }
  return marks;
}
