import type { IterationMetrics } from './messages.ts';

/** Messages to the page at most this often. */
const REPORT_MS = 100;
/** Weight of the newest iteration in the smoothed speed. */
const SMOOTHING = 0.2;

export interface ReportInput {
  iteration: number;
  epoch: number;
  epochIteration: number;
  epochIterations: number;
  iterationsLeft: number;
  liveBytes: number;
  peakBytes: number;
}

/** What a meter has gathered in the present epoch, as plain data; figures since the last report are not part of it. */
export interface MeterState {
  epochLoss: number[];
  epochIterations: number;
  correct: number[];
  samples: number;
  secondsPerIteration: number;
  samplesPerSecond: number;
}

/** Gathers the figures of iterations: means for the next report and for the epoch, speed, time left. */
export class ProgressMeter {
  readonly #blockCount: number;
  #reportLoss: number[];
  #reportIterations = 0;
  #epochLoss: number[];
  #epochIterations = 0;
  #correct: number[];
  #samples = 0;
  #secondsPerIteration = 0;
  #samplesPerSecond = 0;
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(blockCount: number) {
    this.#blockCount = blockCount;
    this.#reportLoss = this.#zeros();
    this.#epochLoss = this.#zeros();
    this.#correct = this.#zeros();
  }

  #zeros(): number[] {
    return new Array<number>(this.#blockCount).fill(0);
  }

  state(): MeterState {
    return {
      epochLoss: [...this.#epochLoss],
      epochIterations: this.#epochIterations,
      correct: [...this.#correct],
      samples: this.#samples,
      secondsPerIteration: this.#secondsPerIteration,
      samplesPerSecond: this.#samplesPerSecond,
    };
  }

  /** Goes on from a state; one of another number of blocks is left aside. */
  restore(state: MeterState): void {
    this.#reportLoss = this.#zeros();
    this.#reportIterations = 0;
    if (state.epochLoss.length !== this.#blockCount || state.correct.length !== this.#blockCount) return;
    this.#epochLoss = [...state.epochLoss];
    this.#epochIterations = state.epochIterations;
    this.#correct = [...state.correct];
    this.#samples = state.samples;
    this.#secondsPerIteration = state.secondsPerIteration;
    this.#samplesPerSecond = state.samplesPerSecond;
  }

  /** @param losses f32[intervals][blocks] @param correct Right answers per block, counted while the weights changed. */
  add(losses: Float32Array, correct: readonly number[], samples: number, seconds: number): void {
    const intervals = losses.length / this.#blockCount;
    for (let i = 0; i < losses.length; i++) {
      this.#reportLoss[i % this.#blockCount] += losses[i] / intervals;
      this.#epochLoss[i % this.#blockCount] += losses[i] / intervals;
    }
    for (const [block, hits] of correct.entries()) this.#correct[block] += hits;
    this.#reportIterations++;
    this.#epochIterations++;
    this.#samples += samples;
    const weight = this.#secondsPerIteration === 0 ? 1 : SMOOTHING;
    this.#secondsPerIteration += weight * (seconds - this.#secondsPerIteration);
    this.#samplesPerSecond += weight * (samples / Math.max(seconds, 1e-6) - this.#samplesPerSecond);
  }

  /** Mean loss per block since the last call; null when there was no iteration. */
  takeEpochLoss(): number[] | null {
    if (this.#epochIterations === 0) return null;
    const mean = this.#epochLoss.map((sum) => sum / this.#epochIterations);
    this.#epochLoss = this.#zeros();
    this.#epochIterations = 0;
    this.#correct = this.#zeros();
    this.#samples = 0;
    return mean;
  }

  /** The figures to send, or null when the last ones are too young. @param force Report now, whatever the rate. */
  report(input: ReportInput, force: boolean): IterationMetrics | null {
    const now = performance.now();
    if (this.#reportIterations === 0 || (!force && now - this.#lastReport < REPORT_MS)) return null;
    this.#lastReport = now;
    const metrics = this.#metrics(input, this.#reportLoss, this.#reportIterations);
    this.#reportLoss = this.#zeros();
    this.#reportIterations = 0;
    return metrics;
  }

  /** The figures since the epoch began. */
  figures(input: ReportInput): IterationMetrics {
    return this.#metrics(input, this.#epochLoss, this.#epochIterations);
  }

  #metrics(input: ReportInput, lossSums: number[], iterations: number): IterationMetrics {
    const { iterationsLeft, ...place } = input;
    return {
      ...place,
      lossPerBlock: lossSums.map((sum) => sum / Math.max(1, iterations)),
      runningAccuracyPerBlock: this.#correct.map((hits) => (this.#samples > 0 ? hits / this.#samples : 0)),
      samplesPerSecond: this.#samplesPerSecond,
      secondsLeft: iterationsLeft * this.#secondsPerIteration,
    };
  }
}
