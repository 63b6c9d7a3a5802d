/** Losses without progress after which a run stops by itself. */
export const MAX_LOSSES = 3;
/** A loss after such a time has nothing to do with the one before. */
const CALM_MS = 10 * 60_000;

/** Tells a GPU that stumbles from one that never gets on. */
export class LossTally {
  #count = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** The furthest place at which the device was lost. */
  #furthest = -1;

  /**
   * Counts a loss.
   * @param iteration How far the run had come; -1 where there is none.
   * @returns False when the run should not be tried again: {@link MAX_LOSSES} losses without getting further.
   */
  lost(iteration: number, nowMs: number): boolean {
    if (iteration > this.#furthest || nowMs - this.#lastMs > CALM_MS) this.#count = 0;
    this.#furthest = Math.max(this.#furthest, iteration);
    this.#lastMs = nowMs;
    this.#count++;
    return this.#count < MAX_LOSSES;
  }

  /** Somebody wants to try again. */
  forgive(): void {
    this.#count = 0;
    this.#furthest = -1;
  }
}
