import { NO_LIMITS } from '../../core/cost/costReport.ts';
import { baselineFigures, costFigures, figureOfMerit } from '../../core/costModel.ts';
import { AppError } from '../../core/errors.ts';
import { planTraining, tryPlanTraining } from '../../core/plan/planTraining.ts';
import type { DeviceLimits } from '../../core/plan/types.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { TrainingConfig } from '../../core/trainingConfig.ts';
import { expectedMeta, type Session, toNetworkSpec } from '../session.ts';

/** What every cell of a map depends on besides its own (k, n). */
export interface MapRequest {
  session: Session;
  /** Those of the adapter; undefined = WebGPU's defaults. */
  limits?: DeviceLimits;
  /** Bytes; undefined = what the limits allow. */
  memoryBudget?: number;
}

/** `whole`: the batch fits as it is; `cut`: in micro-batches; `none`: not even one sample at a time. */
export type Fit = 'whole' | 'cut' | 'none';

/** One (k, n) of the map. */
export interface MapCell {
  schedule: Schedule;
  fit: Fit;
  /** Peak GPU memory of the plan with the batch in one piece, bytes; null where there is no such plan. */
  peakBytes: number | null;
  /** Eq. 18 from costs alone (no accuracy is known before runs), full BPTT = 1. */
  fom: number;
}

/** Most columns or rows that a map has. */
export const MAX_CHOICES = 24;

/**
 * Values of k or n that a map shows: all of them where there is room, else the divisors of `high` (no interval is cut
 * short) and, between them, steps of equal ratio; always 1, `high` and the choice that is made.
 * @returns Ascending.
 */
export function mapChoices(high: number, chosen: number): number[] {
  if (high <= MAX_CHOICES) return Array.from({ length: high }, (_, index) => index + 1);
  const kept = new Set([1, high, chosen]);
  const divisors = Array.from({ length: high }, (_, index) => index + 1).filter(
    (value) => high % value === 0,
  );
  for (const value of divisors.slice(0, MAX_CHOICES / 2)) kept.add(value);
  for (let parts = 8; kept.size < MAX_CHOICES && parts <= 64; parts *= 2) {
    for (let part = 1; part < parts && kept.size < MAX_CHOICES; part += 2)
      kept.add(Math.round(high ** (part / parts)));
  }
  return [...kept].filter((value) => value >= 1 && value <= high).sort((a, b) => a - b);
}

/** The settings that a map depends on, as text: (k, n), epochs, seeds and rates change no cell. */
export function mapKey({ session, limits, memoryBudget }: MapRequest): string {
  const { encoding, batchSize, loss, update, optimizer } = session;
  const network = toNetworkSpec(session, expectedMeta(session));
  return JSON.stringify([
    network,
    encoding.stepCount,
    batchSize,
    loss,
    update,
    optimizer.kind,
    limits,
    memoryBudget,
  ]);
}

/** The peak of the plan with the batch in one piece, or null where a buffer exceeds the limits. */
function peakOf(config: TrainingConfig, limits: DeviceLimits | undefined): number | null {
  try {
    return planTraining({ config, limits, microBatch: config.batchSize }).peakBytes;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/**
 * Plans and counts one (k, n) after the other for the same settings.
 * @returns One cell; it is milliseconds to a few hundred of them, so many of them belong into a worker.
 * @throws AppError `network-invalid`, `schedule-out-of-range` as `costFigures`.
 */
export function createMapper({ session, limits, memoryBudget }: MapRequest): (schedule: Schedule) => MapCell {
  const network = toNetworkSpec(session, expectedMeta(session));
  const { batchSize } = session;
  const { stepCount } = session.encoding;
  const run = (schedule: Schedule) => ({ schedule, stepCount, batchSize });
  const baseline = baselineFigures(network, run(session.schedule));
  const budget = memoryBudget ?? Number.POSITIVE_INFINITY;

  return (schedule) => {
    const config: TrainingConfig = { ...session, network, schedule, stepCount };
    const whole = peakOf(config, limits);
    const fit =
      whole !== null && whole <= budget
        ? 'whole'
        : tryPlanTraining({ config, limits, memoryBudget })
          ? 'cut'
          : 'none';
    return {
      schedule,
      fit,
      peakBytes: whole ?? peakOf(config, NO_LIMITS),
      fom: figureOfMerit(costFigures(network, run(schedule)), baseline).total,
    };
  };
}
