import { AppError, toErrorData } from '../../core/errors.ts';
import type { TrainerMessage, TrainerRequest } from '../../trainer/messages.ts';
import type { TrainerPort } from '../ports.ts';

/** One trainer for two: the run of the page and the runs of a sweep take turns. */
export interface TrainerSwitch {
  /** What the page trains through. While the sweep has the trainer, its requests are not carried out. */
  page: TrainerPort;
  /** What a sweep trains through, between `take` and `giveBack`. */
  sweep: TrainerPort;
  /** Gives the trainer to the sweep; the run that the page had is gone from it. */
  take(): void;
  /** Gives the trainer to the page, which configures a new run before it hears of one. */
  giveBack(): void;
  isWithSweep(): boolean;
}

/** Requests that need no run: they are answered whoever trains. */
const ALWAYS: readonly TrainerRequest['type'][] = ['connect'];

export function createTrainerSwitch(trainer: TrainerPort): TrainerSwitch {
  let toPage: (message: TrainerMessage) => void = () => {};
  let toSweep: (message: TrainerMessage) => void = () => {};
  let isWithSweep = false;
  /** After a turn of the sweep, what it left behind is not the page's until the page's own run is prepared. */
  let isPageClean = true;

  trainer.onMessage((message) => {
    if (message.type === 'adapter') toPage(message);
    else if (isWithSweep) toSweep(message);
    else {
      if (message.type === 'status' && message.status === 'preparing') isPageClean = true;
      if (isPageClean) toPage(message);
    }
  });

  return {
    page: {
      post(request) {
        const isAlways = ALWAYS.includes(request.type);
        if (isWithSweep && request.type === 'configure')
          toPage({ type: 'error', error: toErrorData(busyError()) });
        // Without a run of its own the page has nothing to pause or rewind.
        else if (isAlways || (!isWithSweep && (isPageClean || request.type === 'configure')))
          trainer.post(request);
      },
      onMessage(listener) {
        toPage = listener;
      },
    },
    sweep: {
      post: (request) => {
        if (isWithSweep) trainer.post(request);
      },
      onMessage(listener) {
        toSweep = listener;
      },
    },
    take() {
      isWithSweep = true;
      isPageClean = false;
    },
    giveBack() {
      isWithSweep = false;
      toSweep = () => {};
    },
    isWithSweep: () => isWithSweep,
  };
}

/** Why the page cannot train now. */
export function busyError(): AppError {
  return new AppError(
    'sweep-is-training',
    'A sweep is training, and the trainer does one run at a time.',
    'Pause the sweep under Compare & sweep, then train.',
  );
}
