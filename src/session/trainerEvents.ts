import type { TrainerMessage, TrainerStatus } from '../trainer/messages.ts';
import { keepEpochs } from './epochRows.ts';
import { reduceInside } from './inside/insideState.ts';
import { appendMetrics, cutHistory } from './metricsHistory.ts';
import type { SessionState } from './sessionStore.ts';
import { reduceSpeed } from './speed/speedState.ts';

const SPOKEN: Partial<Record<TrainerStatus, string>> = {
  running: 'Training runs.',
  recovering: 'The graphics processor was lost; the last checkpoint is being brought back.',
  paused: 'Training is paused.',
  finished: 'Training is finished.',
  failed: 'Training has failed; see the problems listed on the page.',
};

/** How one message of the trainer changes what the page shows. Pure; problems are listed by the caller. */
export function reduceTrainerMessage(state: SessionState, message: TrainerMessage): Partial<SessionState> {
  // A kept run is shown, and what comes is still about the run before it.
  if (state.kept.openId !== null && state.status !== 'preparing' && isAboutRun(message)) return {};
  switch (message.type) {
    case 'adapter':
      return { gpu: { state: 'ready', adapter: message.adapter, problem: null } };
    case 'planned':
      return state.run
        ? {
            run: {
              ...state.run,
              forecastBytes: message.forecastBytes,
              measuredBytes: message.measuredBytes,
              parameterCount: message.parameterCount,
            },
          }
        : {};
    case 'status':
      return {
        status: message.status,
        // A run that rests at its last checkpoint is paused, and what stopped it is still true.
        ...(GOES_ON.has(message.status) &&
          state.run?.failure && { run: { ...state.run, failure: undefined } }),
        announcement: SPOKEN[message.status] ?? state.announcement,
      };
    case 'iteration':
      return { iteration: message.metrics, history: appendMetrics(state.history, message.metrics) };
    case 'epoch': {
      const { metrics } = message;
      const accuracy = metrics.testAccuracyPerBlock[metrics.testAccuracyPerBlock.length - 1];
      return {
        epochs: keepEpochs(state.epochs, metrics),
        announcement: `Epoch ${metrics.epoch}: test accuracy ${Math.round(100 * (accuracy ?? 0))} percent.`,
      };
    }
    case 'error':
      // An error before any run is the device's: there is nothing to train on.
      return state.gpu.state === 'checking'
        ? { gpu: { state: 'missing', adapter: null, problem: message.error }, status: 'idle' }
        : {
            status: 'failed',
            announcement: message.error.message,
            run: state.run && { ...state.run, failure: message.error, failedWith: state.run.settings },
          };
    case 'testPredictions':
    case 'stepRates':
    case 'inspection':
    case 'pictures':
    case 'inspectionFailed':
      return { inside: reduceInside(state.inside, message) };
    case 'restored':
      return restore(state, message);
    case 'kernels':
    case 'profile':
    case 'adapterLimits':
      return { speed: reduceSpeed(state.speed, message) };
    case 'checkpoint':
    case 'notice':
    case 'weights':
    case 'drift':
      return {};
  }
}

/** What is shown of a run that stands at its checkpoint again: nothing that came after it. */
function restore(
  state: SessionState,
  { metrics, epochs, schedule, learningRate }: Extract<TrainerMessage, { type: 'restored' }>,
): Partial<SessionState> {
  const { run } = state;
  const epoch = metrics.epoch + metrics.epochIteration / Math.max(1, metrics.epochIterations);
  return {
    iteration: metrics.iteration > 0 ? metrics : null,
    epochs,
    history: cutHistory(state.history, metrics.iteration),
    marks: state.marks.filter((mark) => mark.epoch <= epoch),
    ...(run && {
      run: {
        ...run,
        settings: {
          ...run.settings,
          schedule,
          optimizer: { ...run.settings.optimizer, learningRate },
        },
      },
    }),
    announcement: `The run stands at iteration ${metrics.iteration}.`,
  };
}

/** Statuses of a run that has left its failure behind. */
const GOES_ON: ReadonlySet<TrainerStatus> = new Set(['preparing', 'running', 'finished']);

const ABOUT_RUN: readonly TrainerMessage['type'][] = [
  'planned',
  'status',
  'iteration',
  'epoch',
  'restored',
  'testPredictions',
  'stepRates',
];

function isAboutRun({ type }: TrainerMessage): boolean {
  return ABOUT_RUN.includes(type);
}
