/** Time that one submit aims at: the screen stays smooth, and there is room for an estimate that is wrong by half. */
const TARGET_MS = 40;
/** Submits longer than this are cut shorter at once. */
const CAP_MS = 100;
/** Steps of a submit before anything is known: little, so that no watchdog ends a slow GPU's first iteration. */
const FIRST_STEPS = 8;
/** Weight of a new measurement that is shorter than expected; longer ones count in full. */
const SMOOTHING = 0.3;

/** Steps [start, stop) of a program. */
export interface SubmitRange {
  start: number;
  stop: number;
}

/**
 * Decides where a program is cut into submits, from how long the submits before took: about 40 ms each, never knowingly more
 * than 100 ms, as far as cuts between steps can do it (a single step is never cut). Cutting changes no number: the steps run in
 * the same order.
 */
export class SubmitPacer {
  /** Estimated ms of every step; null before the first measurement. */
  #stepMs: Float64Array | null = null;

  /** Where to cut a program of `length` steps; the ranges cover it in order. */
  cut(length: number): SubmitRange[] {
    const ranges: SubmitRange[] = [];
    let start = 0;
    let ms = 0;
    for (let step = 0; step < length; step++) {
      const next = this.#stepMs?.[step] ?? TARGET_MS / FIRST_STEPS;
      if (step > start && ms + next > TARGET_MS) {
        ranges.push({ start, stop: step });
        start = step;
        ms = 0;
      }
      ms += next;
    }
    if (length > start) ranges.push({ start, stop: length });
    return ranges;
  }

  /** @param ms What each of the ranges took, as far as it is known. */
  measured(ranges: readonly SubmitRange[], ms: readonly number[]): void {
    const length = ranges.at(-1)?.stop ?? 0;
    const isFirst = this.#stepMs?.length !== length;
    const stepMs = isFirst ? new Float64Array(length) : (this.#stepMs as Float64Array);
    this.#stepMs = stepMs;
    for (const [i, { start, stop }] of ranges.entries()) {
      const found = ms[i];
      if (found === undefined || !(found >= 0)) continue;
      let expected = 0;
      for (let step = start; step < stop; step++) expected += stepMs[step];
      if (isFirst || expected === 0) {
        stepMs.fill(found / (stop - start), start, stop);
        continue;
      }
      // A submit that was too long is cut at once; one that was short is joined with its neighbours by and by.
      const weight = found > expected || found > CAP_MS ? 1 : SMOOTHING;
      const factor = 1 + weight * (found / expected - 1);
      for (let step = start; step < stop; step++) stepMs[step] *= factor;
    }
  }
}
