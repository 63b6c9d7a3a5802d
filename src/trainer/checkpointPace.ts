/** Time between two checkpoints while nothing goes wrong. */
const CALM_MS = 5000;
/** The shortest one, after losses. */
const ALARMED_MS = 500;
/** After an epoch a checkpoint is taken when the last one is at least this old. */
const EPOCH_MS = 1000;
/** Checkpoints may take one part in so many of the time. */
const SHARE = 40;

/**
 * When the next checkpoint is due: often enough that little is trained twice, so seldom that it costs at most 1/40 of the
 * time. After a loss they come closer together, so that a device that is lost again and again still gets on.
 */
export class CheckpointPace {
  #calmMs = CALM_MS;
  #costMs = 0;
  #lastMs: number;

  constructor(nowMs: number) {
    this.#lastMs = nowMs;
  }

  isDue(nowMs: number, epochEnded: boolean): boolean {
    const wanted = epochEnded ? Math.min(EPOCH_MS, this.#calmMs) : this.#calmMs;
    return nowMs - this.#lastMs >= Math.max(wanted, SHARE * this.#costMs);
  }

  /** @param costMs What the checkpoint took. */
  taken(nowMs: number, costMs: number): void {
    this.#lastMs = nowMs;
    this.#costMs = costMs;
    this.#calmMs = Math.min(CALM_MS, this.#calmMs * 1.5);
  }

  lost(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#calmMs = Math.max(ALARMED_MS, this.#calmMs / 4);
  }
}
