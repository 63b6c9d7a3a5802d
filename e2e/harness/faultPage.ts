import type { Schedule } from '../../src/core/schedule.ts';
import type { TrainerMessage } from '../../src/trainer/messages.ts';
import { Trainer } from '../../src/trainer/trainer.ts';
import type { FaultOutcome, FaultRun } from './engineRun.ts';
import { installFaults } from './gpuFaults.ts';
import { madeUpDataset } from './loopPage.ts';

/**
 * Trains under faults, as the page does: connects, configures, starts, and goes on where the run was stopped by a fault that
 * the run says it survived. What the page would show is followed message by message.
 */
export async function runFaulty(run: FaultRun): Promise<FaultOutcome> {
  const faults = installFaults(run.faults);
  const outcome: FaultOutcome = {
    digests: [],
    iterations: [],
    statuses: [],
    errors: [],
    restored: [],
    calls: [],
  };
  let resting: () => void = () => {};
  let hasStarted = false;
  const trainer = new Trainer((message: TrainerMessage) => {
    if (message.type === 'error') outcome.errors.push(message.error);
    else if (message.type === 'epoch') outcome.digests[message.metrics.epoch] = message.metrics.digest;
    else if (message.type === 'iteration') outcome.iterations.push(message.metrics.iteration);
    else if (message.type === 'restored') outcome.restored.push(message.metrics.iteration);
    else if (message.type === 'status') {
      outcome.statuses.push(message.status);
      if (hasStarted && isResting(message.status, outcome)) resting();
    }
  });
  const untilResting = async (work: () => Promise<void>) => {
    const rests = new Promise<void>((resolve) => {
      resting = resolve;
    });
    await work();
    await rests;
  };
  const { config } = run;
  await trainer.handle({ type: 'connect' });
  await trainer.handle({ type: 'configure', config, dataset: madeUpDataset(run) });
  if (outcome.statuses.at(-1) === 'ready') {
    hasStarted = true;
    await untilResting(async () => {
      void trainer.handle({ type: 'start' });
      for (const schedule of run.schedules ?? ([] as Schedule[]))
        void trainer.handle({ type: 'setSchedule', schedule });
    });
  }
  if (run.goOn && hasStarted && outcome.errors.length > 0) {
    outcome.stoppedAt = outcome.statuses.at(-1);
    await untilResting(async () => {
      void trainer.handle({ type: 'start' });
    });
  }
  outcome.calls = [...faults.calls];
  // What `dispose` says is no part of the outcome.
  const result = structuredClone(outcome);
  await trainer.handle({ type: 'dispose' });
  faults.remove();
  return result;
}

/** True when nothing more happens by itself; a run that is brought back before its start is `ready` and goes on. */
function isResting(status: string, { errors, stoppedAt }: FaultOutcome): boolean {
  if (status === 'finished' || status === 'failed') return true;
  // Continue brings the run back before it goes on.
  return stoppedAt === undefined && (status === 'paused' || (status === 'ready' && errors.length > 0));
}
