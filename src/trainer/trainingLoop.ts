import { AppError, toErrorData } from '../core/errors.ts';
import { EngineDevice } from './engine.ts';
import type { TrainerMessage, TrainerStatus } from './messages.ts';
import { hasEnded, type Run } from './run.ts';
import { evaluateEpoch, trainBatch } from './runSteps.ts';

/**
 * The device, the run on it, and the loop that trains it. What it computes is a function of configuration, data set and the
 * requests that change them: pausing, holding and going on leave no trace in the weights.
 */
export class TrainingLoop {
  readonly post: (message: TrainerMessage) => void;
  #device: EngineDevice | null = null;
  #run: Run | null = null;
  #wanted: 'run' | 'step' | 'stop' = 'stop';
  /** Requests that wait for the loop to stand still, or are being carried out. */
  #holds = 0;
  #status: TrainerStatus = 'idle';
  #loop: Promise<void> = Promise.resolve();

  constructor(post: (message: TrainerMessage) => void) {
    this.post = post;
  }

  get status(): TrainerStatus {
    return this.#status;
  }

  setStatus(status: TrainerStatus): void {
    this.#status = status;
    this.post({ type: 'status', status });
  }

  /** @throws AppError `not-configured` where there is no run. */
  get run(): Run {
    if (this.#run) return this.#run;
    throw new AppError('not-configured', 'There is no run yet.', 'Choose data and press Train first.');
  }

  /** Puts a run in the place of the present one, which gives its memory back. */
  replaceRun(run: Run | null): void {
    this.#run?.engine.destroy();
    this.#run = run;
  }

  /** True while nobody has asked the run to stop: it goes on once it is no longer held. */
  get goesOn(): boolean {
    return this.#wanted !== 'stop';
  }

  /** Trains on: to the end of the run, or one batch. */
  start(wanted: 'run' | 'step'): void {
    this.#wanted = wanted;
    this.#launch();
  }

  /** The loop ends after the batch it is at. */
  stop(): void {
    this.#wanted = 'stop';
  }

  /** The loop stands still after the batch it is at, until `release` has been called as often. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    if (this.#holds === 0 && this.goesOn && this.#run) this.#launch();
  }

  /** Settles when the loop stands still. */
  idle(): Promise<void> {
    return this.#loop;
  }

  /** Stops, says that it failed, and why. */
  fail(error: unknown): void {
    this.#wanted = 'stop';
    this.setStatus('failed');
    this.post({ type: 'error', error: toErrorData(error) });
  }

  /** The device; a new one where there is none. @throws AppError of {@link EngineDevice.connect}. */
  async device(): Promise<EngineDevice> {
    this.#device ??= await this.#newDevice();
    return this.#device;
  }

  async #newDevice(): Promise<EngineDevice> {
    const device = await EngineDevice.connect();
    device.gpu.device.lost.then(({ reason, message }) => {
      if (this.#device !== device || reason === 'destroyed') return;
      this.#device = null;
      this.#run = null;
      this.fail(
        new AppError(
          'device-lost',
          `The GPU was lost: ${message || 'no reason given'}.`,
          'Press Train to begin again; choose a smaller batch if it happens again.',
        ),
      );
    });
    device.gpu.device.addEventListener('uncapturederror', (event) => {
      this.fail(new AppError('gpu-error', `The GPU reports: ${event.error.message}`, 'Please report this.'));
    });
    return device;
  }

  /** Gives run and device back. */
  dispose(): void {
    this.replaceRun(null);
    this.#device?.destroy();
    this.#device = null;
  }

  #launch(): void {
    const { run } = this;
    this.#loop = this.#loop.then(() => this.#work(run)).catch((error) => this.fail(error));
  }

  #isHalted(): boolean {
    return this.#wanted === 'stop' || this.#holds > 0;
  }

  async #work(run: Run): Promise<void> {
    if (this.#isHalted() || this.#run !== run) return;
    if (hasEnded(run) && run.evaluated) {
      this.#finish();
      return;
    }
    this.setStatus('running');
    while (!this.#isHalted()) {
      if (!run.evaluated && !(await this.#evaluate(run))) break;
      if (hasEnded(run)) {
        this.#finish();
        return;
      }
      const metrics = await trainBatch(run, () => this.#wanted !== 'run');
      if (metrics) this.post({ type: 'iteration', metrics });
      if (this.#wanted === 'step') this.#wanted = 'stop';
      await nextTask();
    }
    // An epoch that this step ended is evaluated when training goes on; a paused run shows what it has.
    if (this.#wanted === 'stop') this.setStatus('paused');
  }

  #finish(): void {
    this.#wanted = 'stop';
    this.setStatus('finished');
  }

  /** @returns False when it was stopped half-way. */
  async #evaluate(run: Run): Promise<boolean> {
    this.setStatus('evaluating');
    const figures = await evaluateEpoch(run, () => this.#isHalted());
    if (!figures) return false;
    this.post({ type: 'epoch', metrics: figures.metrics });
    this.post({ type: 'testPredictions', predictions: figures.predictions });
    this.setStatus('running');
    return true;
  }
}

/** Lets messages that arrived meanwhile be handled; unlike a timer it is not throttled in a hidden tab. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
