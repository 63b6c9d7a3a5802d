import { AppError } from '../errors.ts';
import { bodyLayerCount, usesBatchNorm } from '../network.ts';
import type { Schedule } from '../schedule.ts';
import type { PlanRequest } from './planBuilder.ts';
import type { TrainingPlan } from './types.ts';

/** The planner at a given micro-batch; handed in, since it calls this file. */
type PlanAt = (request: PlanRequest, microBatch: number) => TrainingPlan;

/** The plan, or null where it exceeds the device's limits or the budget. Other errors pass through. */
function tryPlan(planAt: PlanAt, request: PlanRequest, microBatch: number): TrainingPlan | null {
  // Before a batch is cut, gamma of batch norm is made twice: that changes no number, and batch norm over less than a batch does.
  const canRecompute = request.normGamma === undefined && usesBatchNorm(request.config.network);
  const ways = canRecompute ? (['kept', 'recomputed'] as const) : [request.normGamma];
  for (const normGamma of ways) {
    try {
      const plan = planAt({ ...request, normGamma }, microBatch);
      if (plan.peakBytes <= (request.memoryBudget ?? Number.POSITIVE_INFINITY)) return plan;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'buffer-too-large')) throw error;
    }
  }
  return null;
}

/**
 * The plan with the largest micro-batch that fits the limits and the budget; micro-batches are made equally large.
 * @throws AppError `does-not-fit` with the largest (k, n, batch) that would fit.
 */
export function planFitting(request: PlanRequest, planAt: PlanAt): TrainingPlan {
  const plan = searchFitting(request, planAt);
  if (!plan) throw doesNotFit(request, planAt);
  return plan;
}

/** As {@link planFitting}; null where nothing fits, without the search for what would. */
export function searchFitting(request: PlanRequest, planAt: PlanAt): TrainingPlan | null {
  const { batchSize } = request.config;
  const whole = tryPlan(planAt, request, batchSize);
  if (whole) return whole;
  let best: TrainingPlan | null = null;
  let low = 1;
  let high = batchSize - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const plan = tryPlan(planAt, request, middle);
    if (plan) {
      best = plan;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  if (!best) return null;
  const size = best.microBatches[0].stop;
  const even = Math.ceil(batchSize / Math.ceil(batchSize / size));
  return even === size ? best : (tryPlan(planAt, request, even) ?? best);
}

/** Halves of a number down to 1, itself included. */
function halves(from: number): number[] {
  const values: number[] = [];
  for (let value = from; value > 1; value = value >> 1) values.push(value);
  return [...values, 1];
}

function doesNotFit(request: PlanRequest, planAt: PlanAt): AppError {
  const { config } = request;
  const { truncationInterval: k, blockSize: n } = config.schedule;
  const where =
    request.memoryBudget === undefined
      ? 'the buffers of this device'
      : `${request.memoryBudget} bytes of GPU memory on this device`;
  const found = largestThatFits(request, planAt);
  return new AppError(
    'does-not-fit',
    `Training with k = ${k}, n = ${n} and batch ${config.batchSize} does not fit into ${where}, not even one sample at a time.`,
    found
      ? `The largest that fits is k = ${found.schedule.truncationInterval}, n = ${found.schedule.blockSize}, batch ${found.batchSize}.`
      : 'No choice of k, n and batch fits; use a smaller network or a larger memory budget.',
    undefined,
    found
      ? { k: found.schedule.truncationInterval, n: found.schedule.blockSize, batch: found.batchSize }
      : undefined,
  );
}

/** Tries smaller batches first (they change least), then smaller k, then smaller n. */
function largestThatFits(
  request: PlanRequest,
  planAt: PlanAt,
): { schedule: Schedule; batchSize: number } | null {
  const { config } = request;
  const layers = bodyLayerCount(config.network);
  for (const blockSize of halves(Math.min(config.schedule.blockSize, layers))) {
    for (const truncationInterval of halves(config.schedule.truncationInterval)) {
      for (const batchSize of halves(config.batchSize)) {
        const schedule = { truncationInterval, blockSize };
        const smaller = { ...request, config: { ...config, schedule, batchSize } };
        if (tryPlan(planAt, smaller, 1)) return { schedule, batchSize };
      }
    }
  }
  return null;
}
