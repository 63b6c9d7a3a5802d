import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import type { EpochMetrics } from '../../trainer/messages.ts';
import type { DataPort, JobOptions, TrainerPort } from '../ports.ts';
import { clampSchedule, prepareRun } from '../runPreparation.ts';
import { type DatasetMeta, maxCountOf, type Session, toTrainingConfig } from '../session.ts';
import { createInbox } from '../trainerInbox.ts';
import type { TrainingRun } from './runSweep.ts';
import type { CellResult } from './sweepResults.ts';

/** The recordings of a sweep, encoded once for all of its runs. */
export interface SweepData {
  /** The sweep's base, with what the data set says filled in. */
  base: Session;
  dataset: EncodedDataset;
  meta: DatasetMeta;
}

/**
 * Encodes what is loaded for all runs of a sweep.
 * @param base As the loaded data set completes it, see `settingsForData`.
 * @throws AppError as {@link prepareRun}.
 */
export async function encodeForSweep(data: DataPort, base: Session, options: JobOptions): Promise<SweepData> {
  // The base's own (k, n) is not trained where the axes replace it, and need not fit.
  const { dataset } = await prepareRun(data, clampSchedule(base), options);
  const { kind, shape, classNames, maxCount } = dataset;
  return { base, dataset, meta: { kind, shape, classCount: classNames.length, ...maxCountOf(maxCount) } };
}

/** @throws AppError `sweep-data-differs` unless these are the recordings that a sweep began with. */
export function checkFingerprint(found: string, wanted: string | null): void {
  if (wanted === null || wanted === found) return;
  throw new AppError(
    'sweep-data-differs',
    `The recordings are not those that the sweep began with (fingerprint ${found.slice(0, 8)}, not ${wanted.slice(0, 8)}).`,
    'Load the same recordings again, or start the sweep anew.',
  );
}

/** What a run tells while it trains. */
export interface RunProgress {
  /** 0 to 1. */
  fraction: number;
  /** Last block; null before the first epoch has ended. */
  testAccuracy: number | null;
}

const last = <Value>(values: readonly Value[]): Value => values[values.length - 1];

function resultOf(epochs: readonly EpochMetrics[], peakBytes: number): CellResult {
  const final = last(epochs);
  const trained = epochs.filter(({ epoch }) => epoch > 0);
  return {
    epochs: final.epoch,
    testAccuracy: last(final.testAccuracyPerBlock),
    trainAccuracy: last(final.trainAccuracyPerBlock),
    blockAccuracy: final.testAccuracyPerBlock,
    accuracyByEpoch: trained.map(({ testAccuracyPerBlock }) => last(testAccuracyPerBlock)),
    testSamples: final.testSamples,
    loss: Number.isFinite(final.loss) ? final.loss : null,
    peakBytes,
    digest: final.digest,
    firingRates: final.firingRates,
    seconds: trained.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/**
 * Trains one session from its initial weights to its last epoch.
 * @param session With the epochs of this run.
 * @param trainer This run becomes its one listener until it ends.
 */
export function trainCell(
  trainer: TrainerPort,
  { dataset, meta }: SweepData,
  session: Session,
  onProgress: (progress: RunProgress) => void,
): TrainingRun {
  const inbox = createInbox(trainer);
  let isCancelled = false;
  let onRest: () => void = () => {};
  const atRest = new Promise<void>((resolve) => {
    onRest = resolve;
  });

  async function train(): Promise<CellResult> {
    let epochs: EpochMetrics[] = [];
    trainer.post({ type: 'configure', config: toTrainingConfig(session, meta), dataset });
    // What the trainer still says of an earlier run comes before this.
    let { measuredBytes: peakBytes } = await inbox.next('planned');
    let testAccuracy: number | null = null;
    trainer.post({ type: 'start' });
    while (true) {
      const message = await inbox.next('iteration', 'epoch', 'restored', 'status');
      if (message.type === 'iteration') {
        const { epoch, epochIteration, epochIterations } = message.metrics;
        peakBytes = Math.max(peakBytes, message.metrics.peakBytes);
        const fraction = (epoch + epochIteration / Math.max(1, epochIterations)) / session.epochs;
        onProgress({ fraction: Math.min(1, fraction), testAccuracy });
      } else if (message.type === 'epoch') {
        const { metrics } = message;
        // A run that lost its GPU goes on from an earlier state, and tells its epochs again.
        epochs = [...epochs.filter(({ epoch }) => epoch < metrics.epoch), metrics];
        if (message.metrics.epoch > 0) testAccuracy = last(message.metrics.testAccuracyPerBlock);
        onProgress({ fraction: message.metrics.epoch / session.epochs, testAccuracy });
      } else if (message.type === 'restored') {
        // The GPU was lost: what came after the checkpoint is trained again.
        epochs = [...message.epochs];
      } else if (message.status === 'finished') {
        return resultOf(epochs, peakBytes);
      } else if (message.status === 'failed') {
        // The reason follows as an error message.
        await inbox.next('error');
      }
    }
  }

  const trained = train();
  trained.then(onRest, onRest);
  return {
    // A cancelled run never settles: whoever gave it up is told by `cancel`.
    result: new Promise((resolve, reject) => {
      trained.then(
        (value) => !isCancelled && resolve(value),
        (error) => !isCancelled && reject(error),
      );
    }),
    pause: () => trainer.post({ type: 'pause' }),
    resume: () => trainer.post({ type: 'start' }),
    async cancel() {
      isCancelled = true;
      await Promise.race([atRest, restOf(trainer)]);
    },
  };
}

/** Pauses the trainer and waits until it says that it rests. */
async function restOf(trainer: TrainerPort): Promise<void> {
  const inbox = createInbox(trainer);
  trainer.post({ type: 'pause' });
  // Resting already, it says nothing to a pause; it does say that it cannot rewind what it does not have.
  trainer.post({ type: 'rewind' });
  try {
    while (true) {
      const { status } = await inbox.next('status');
      if (status === 'ready' || status === 'finished' || status === 'failed') return;
    }
  } catch {
    // Whatever it complains about, it is not training.
  }
}
