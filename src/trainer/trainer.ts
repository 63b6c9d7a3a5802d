import { measureKernels } from './kernelRequests.ts';
import { inspectSample, pictureSamples } from './lookRequests.ts';
import type { TrainerMessage, TrainerRequest } from './messages.ts';
import { measureAdapter, profile } from './profileRequests.ts';
import type { RequestHandler } from './requestHandler.ts';
import { measureDrift } from './resetDrift.ts';
import * as run from './runRequests.ts';
import { setSchedule } from './scheduleChange.ts';
import { TrainingLoop } from './trainingLoop.ts';

/** A handler for every kind of request; a new request is a line here, a handler in a file, and its type in messages.ts. */
const HANDLERS: { [Type in TrainerRequest['type']]: RequestHandler<Type> } = {
  connect: run.connect,
  configure: run.configure,
  start: run.start,
  step: run.step,
  pause: run.pause,
  rewind: run.rewind,
  setSchedule,
  setLearningRate: run.setLearningRate,
  inspectSample,
  pictureSamples,
  checkpoint: run.checkpoint,
  forgetKept: run.forgetKept,
  measureKernels,
  profile,
  measureAdapter,
  exportWeights: run.exportWeights,
  measureDrift,
  dispose: run.dispose,
};

/** A request during which the GPU is lost is carried out again so many times. */
const MAX_ATTEMPTS = 3;

/** Takes requests, sends messages. Requests are carried out in order, errors become messages. */
export class Trainer {
  readonly #loop: TrainingLoop;
  #queue: Promise<void> = Promise.resolve();

  constructor(post: (message: TrainerMessage) => void) {
    this.#loop = new TrainingLoop(post, () => {
      this.#queue = this.#queue.then(async () => {
        await this.#loop.recover();
      });
    });
  }

  /** Settles when the request is carried out; never rejects. */
  handle(request: TrainerRequest): Promise<void> {
    const handler = HANDLERS[request.type] as RequestHandler<TrainerRequest['type']>;
    // At once, between two batches: a pause need not wait for its turn in the queue.
    if (handler.loop === 'stops') this.#loop.stop();
    if (handler.loop === 'waits') this.#loop.hold();
    this.#queue = this.#queue.then(async () => {
      try {
        if (handler.loop !== 'goesOn') await this.#loop.idle();
        await this.#carryOut(handler, request);
      } finally {
        if (handler.loop === 'waits') this.#loop.release();
      }
    });
    return this.#queue;
  }

  async #carryOut(handler: RequestHandler<TrainerRequest['type']>, request: TrainerRequest): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (!handler.withoutRun && !(await this.#loop.recover())) return;
        await handler.carryOut(this.#loop, request);
        return;
      } catch (error) {
        const isLoss = await this.#loop.isLoss(error);
        if (isLoss && attempt < MAX_ATTEMPTS) continue;
        await this.#loop.stopFor(error);
        return;
      }
    }
  }
}
