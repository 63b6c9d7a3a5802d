import { AppError, toErrorData } from '../core/errors.ts';
import { captureCheckpoint } from './checkpoint.ts';
import { CheckpointPace } from './checkpointPace.ts';
import { DeviceHolder } from './deviceHolder.ts';
import type { EngineDevice } from './engine.ts';
import { LossTally, MAX_LOSSES } from './lossTally.ts';
import type { TrainerMessage, TrainerStatus } from './messages.ts';
import { hasEnded, type Run, restoreRun } from './run.ts';
import { currentMetrics, evaluateEpoch, trainBatch } from './runSteps.ts';

/**
 * The device, the run on it, and the loop that trains it. What it computes is a function of configuration, data set and the
 * requests that change them: pausing, holding, going on and losing the GPU leave no trace in the weights.
 */
export class TrainingLoop {
  readonly post: (message: TrainerMessage) => void;
  /** Asks for `recover` to be called, in its turn. */
  readonly #askRecovery: () => void;
  readonly #device: DeviceHolder;
  #run: Run | null = null;
  #wanted: 'run' | 'step' | 'stop' = 'stop';
  /** Requests that wait for the loop to stand still, or are being carried out. */
  #holds = 0;
  #status: TrainerStatus = 'idle';
  #loop: Promise<void> = Promise.resolve();
  #losses = new LossTally();
  #pace = new CheckpointPace(performance.now());
  #isCheckpointWanted = false;
  /** What the visitor was last told about the storage. */
  #toldCode: string | null = null;
  /** Why the run is to stop once its last good state is back. */
  #fault: unknown = null;

  constructor(post: (message: TrainerMessage) => void, askRecovery: () => void) {
    this.post = post;
    this.#askRecovery = askRecovery;
    this.#device = new DeviceHolder({
      lost: () => this.#break(),
      fault: (error) => this.#distrust(error),
    });
  }

  get status(): TrainerStatus {
    return this.#status;
  }

  setStatus(status: TrainerStatus): void {
    this.#status = status;
    this.post({ type: 'status', status });
  }

  /** The status of a run that nobody trains. */
  setRestingStatus(): void {
    const run = this.#run;
    if (!run) this.setStatus('idle');
    else if (hasEnded(run) && run.evaluated) this.setStatus('finished');
    else this.setStatus(run.iteration > 0 ? 'paused' : 'ready');
  }

  get hasRun(): boolean {
    return this.#run !== null;
  }

  /** @throws AppError `not-configured` where there is no run. */
  get run(): Run {
    if (this.#run) return this.#run;
    throw new AppError('not-configured', 'There is no run yet.', 'Choose data and press Train first.');
  }

  /** Puts a run in the place of the present one, which gives its memory and its lock back. */
  replaceRun(run: Run | null): void {
    this.#run?.kernels?.detach();
    this.#run?.engine.destroy();
    this.#run?.keeper?.close();
    this.#run = run;
    this.#fault = null;
    this.#toldCode = null;
    this.#pace = new CheckpointPace(performance.now());
    // How far the run before came says nothing of this one.
    this.#losses.forgive();
  }

  /** The run begins anew: how far it had come says nothing of how far it comes now. */
  forgetLosses(): void {
    this.#losses.forgive();
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

  /** The device; a new one where there is none. @throws AppError of {@link DeviceHolder.get}. */
  device(): Promise<EngineDevice> {
    return this.#device.get();
  }

  isLoss(error: unknown): Promise<boolean> {
    return this.#device.isLoss(error);
  }

  /** Gives run and device back. */
  dispose(): void {
    this.replaceRun(null);
    this.#device.dispose();
  }

  /** Stops and says why. What the run has reached is kept, and said. */
  async stopFor(error: unknown): Promise<void> {
    this.#wanted = 'stop';
    if (this.#run?.isBroken) {
      this.#fault ??= error;
      this.#askRecovery();
      return;
    }
    // Where that fails too, the one before is kept.
    await this.checkpoint().catch(() => {});
    this.#report(error);
  }

  #report(error: unknown): void {
    const data = toErrorData(error);
    const run = this.#run;
    const kept = run ? ` ${keptSentence(run)}` : '';
    this.post({ type: 'error', error: { ...data, hint: `${data.hint}${kept}`.trim() } });
    if (run) this.setRestingStatus();
    else this.setStatus('failed');
  }

  #break(): void {
    if (this.#run) this.#run.isBroken = true;
    this.#askRecovery();
  }

  /** What the GPU holds may be wrong since some moment before: back to the last checkpoint, and stop there. */
  #distrust(error: unknown): void {
    this.#wanted = 'stop';
    this.#fault ??= error;
    this.#break();
  }

  /**
   * Brings a device and the run's last checkpoint back, if anything is broken; the run then goes on if it was going on.
   * @returns False where that was not possible; the reason is posted, and the run stays as it was in memory.
   */
  async recover(): Promise<boolean> {
    if (!this.#device.isGone && !this.#run?.isBroken) return true;
    this.hold();
    try {
      await this.idle();
      return await this.#bringBack();
    } finally {
      this.release();
    }
  }

  async #bringBack(): Promise<boolean> {
    const run = this.#run;
    if (run) this.setStatus('recovering');
    while (true) {
      try {
        if (this.#device.isGone) this.#countLoss(run);
        const device = await this.#device.get();
        if (run) {
          // Changed since the checkpoint, if at all; the visitor's latest word counts.
          const { learningRate } = run;
          await restoreRun(device, run);
          run.learningRate = learningRate;
        }
        break;
      } catch (error) {
        if (run) run.isBroken = true;
        if (!(error instanceof GivenUp) && (await this.#device.isLoss(error))) continue;
        this.#giveUp(error);
        return false;
      }
    }
    if (run) this.postRestored();
    const fault = this.#fault;
    this.#fault = null;
    if (fault) this.#report(fault);
    else if (run && !this.goesOn) this.setRestingStatus();
    return true;
  }

  /** @throws GivenUp after too many losses. */
  #countLoss(run: Run | null): void {
    const now = performance.now();
    this.#pace.lost(now);
    if (!this.#losses.lost(run?.iteration ?? -1, now)) throw new GivenUp();
  }

  #giveUp(error: unknown): void {
    this.#wanted = 'stop';
    this.#fault = null;
    this.#losses.forgive();
    const reason = this.#device.lastReason;
    this.#report(
      error instanceof GivenUp
        ? new AppError(
            'device-lost',
            `The GPU was lost ${MAX_LOSSES} times in a row without getting further${reason ? ` (${reason})` : ''}.`,
            'Close other programs that use the GPU or choose a smaller batch, then press Continue. If that does not help, reload the page: after several crashes a browser may refuse the GPU until then.',
          )
        : error,
    );
  }

  postRestored(): void {
    const { config, learningRate, epochs } = this.run;
    const metrics = currentMetrics(this.run);
    this.post({
      type: 'restored',
      metrics,
      schedule: config.schedule,
      learningRate,
      epochs: [...epochs],
    });
  }

  /** The next pause between two batches takes a checkpoint. */
  wantCheckpoint(): void {
    this.#isCheckpointWanted = true;
  }

  /** Takes a checkpoint and keeps it, unless the last one says the same. The loop must stand still. */
  async checkpoint(): Promise<void> {
    const run = this.#run;
    this.#isCheckpointWanted = false;
    if (!run || run.isBroken || run.iteration === 0 || isAtCheckpoint(run)) return;
    const started = performance.now();
    const checkpoint = await captureCheckpoint(run);
    // Something may have come to light meanwhile.
    if (run.isBroken) return;
    run.checkpoint = checkpoint;
    const { iteration, epoch } = run;
    if (run.keeper) {
      const problem = await run.keeper.save(run.checkpoint, run.config, run.dataset.fingerprint);
      // Storage that stays full is not told again with every checkpoint.
      if (problem && problem.code !== this.#toldCode) this.post({ type: 'notice', problem });
      this.#toldCode = problem?.code ?? null;
      const isKept = problem === null || problem.code === 'storage-wiped';
      this.post({ type: 'checkpoint', iteration, epoch, bytes: isKept ? bytesOf(run) : 0 });
    }
    const now = performance.now();
    this.#pace.taken(now, now - started);
  }

  #launch(): void {
    const { run } = this;
    this.#loop = this.#loop.then(() => this.#work(run)).catch((error) => this.#handle(run, error));
  }

  /** What the loop threw. */
  async #handle(run: Run, error: unknown): Promise<void> {
    if (this.#run !== run) return;
    if (await this.#device.isLoss(error)) this.#break();
    else if (error instanceof AppError && error.code === 'not-finite') this.#distrust(error);
    else await this.stopFor(error);
  }

  #isHalted(): boolean {
    return this.#wanted === 'stop' || this.#holds > 0;
  }

  async #work(run: Run): Promise<void> {
    if (this.#isHalted() || this.#run !== run || run.isBroken) return;
    if (hasEnded(run) && run.evaluated) {
      this.#finish();
      return;
    }
    this.setStatus('running');
    while (!this.#isHalted()) {
      if (!run.evaluated && !(await this.#evaluate(run))) break;
      if (hasEnded(run)) {
        await this.checkpoint();
        this.#finish();
        return;
      }
      const epochEnded = run.epochIteration === 0 && run.iteration > 0;
      if (this.#isCheckpointWanted || this.#pace.isDue(performance.now(), epochEnded))
        await this.checkpoint();
      const metrics = await trainBatch(run, () => this.#wanted !== 'run');
      if (metrics) this.post({ type: 'iteration', metrics });
      if (this.#wanted === 'step') this.#wanted = 'stop';
      await nextTask();
    }
    // An epoch that this step ended is evaluated when training goes on; a paused run shows what it has.
    if (this.#wanted === 'stop' && !run.isBroken) this.setRestingStatus();
  }

  #finish(): void {
    this.#wanted = 'stop';
    this.#run?.kernels?.rest();
    this.setStatus('finished');
  }

  /** @returns False when it was stopped half-way. */
  async #evaluate(run: Run): Promise<boolean> {
    this.setStatus('evaluating');
    const figures = await evaluateEpoch(run, () => this.#isHalted());
    if (!figures) return false;
    this.post({ type: 'epoch', metrics: figures.metrics });
    this.post({ type: 'testPredictions', predictions: figures.predictions });
    this.post({ type: 'stepRates', stepRates: figures.stepRates });
    this.setStatus('running');
    return true;
  }
}

/** Too many losses. */
class GivenUp extends Error {}

function isAtCheckpoint({ checkpoint, config, ...run }: Run): boolean {
  if (!checkpoint) return false;
  const { progress, schedule } = checkpoint;
  return (
    progress.iteration === run.iteration &&
    progress.evaluated === run.evaluated &&
    progress.learningRate === run.learningRate &&
    schedule.truncationInterval === config.schedule.truncationInterval &&
    schedule.blockSize === config.schedule.blockSize
  );
}

function bytesOf({ checkpoint }: Run): number {
  return [...(checkpoint?.parameters.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
}

function keptSentence({ iteration, epoch, keeper }: Run): string {
  const where = keeper ? "in this browser's storage" : 'in memory';
  return iteration === 0
    ? 'The run is back at its initial weights.'
    : `Kept ${where}: the state after iteration ${iteration} (epoch ${epoch}).`;
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
