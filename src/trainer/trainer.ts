import { inspectSample, pictureSamples } from './lookRequests.ts';
import type { TrainerMessage, TrainerRequest } from './messages.ts';
import type { RequestHandler } from './requestHandler.ts';
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
  exportWeights: run.exportWeights,
  dispose: run.dispose,
};

/** Takes requests, sends messages. Requests are carried out in order, errors become messages. */
export class Trainer {
  readonly #loop: TrainingLoop;
  #queue: Promise<void> = Promise.resolve();

  constructor(post: (message: TrainerMessage) => void) {
    this.#loop = new TrainingLoop(post);
  }

  /** Settles when the request is carried out; never rejects. */
  handle(request: TrainerRequest): Promise<void> {
    const handler = HANDLERS[request.type] as RequestHandler<TrainerRequest['type']>;
    // At once, between two batches: a pause need not wait for its turn in the queue.
    if (handler.loop === 'stops') this.#loop.stop();
    if (handler.loop === 'waits') this.#loop.hold();
    this.#queue = this.#queue.then(() => this.#carryOut(handler, request));
    return this.#queue;
  }

  async #carryOut(handler: RequestHandler<TrainerRequest['type']>, request: TrainerRequest): Promise<void> {
    try {
      if (handler.loop !== 'goesOn') await this.#loop.idle();
      await handler.carryOut(this.#loop, request);
    } catch (error) {
      this.#loop.fail(error);
    } finally {
      if (handler.loop === 'waits') this.#loop.release();
    }
  }
}
