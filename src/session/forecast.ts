import { baselineFigures, costFigures, DEFAULT_RULES, figureOfMerit } from '../core/costModel.ts';
import { type ErrorData, toErrorData } from '../core/errors.ts';
import { bodyLayerCount, inferShapes, layerName, usesBatchNorm } from '../core/network.ts';
import { planTraining } from '../core/plan/planTraining.ts';
import type { DeviceLimits, TrainingPlan } from '../core/plan/types.ts';
import type { Range, Schedule } from '../core/schedule.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { type LayerBytes, layerBytes, type PlanWalk, walkPlan } from './planWalk.ts';
import { expectedMeta, type Session, toNetworkSpec, toTrainingConfig } from './session.ts';

export interface CategoryBytes {
  category: string;
  bytes: number;
}

/** What one batch costs by the paper's equations, beside full backpropagation through time. */
export interface ModelledCost {
  kind: 'access' | 'additions' | 'macs';
  here: number;
  full: number;
}

/** What the page knows before Train is pressed; all of it read off the plan that the trainer runs. */
export interface Forecast {
  peakBytes: number;
  /** Largest first, the smallest added up as `other`; they sum to the peak. */
  categories: CategoryBytes[];
  /** What keeping f32 history would take (the paper's Eq. 10, pool neurons included), at this (k, n) and at (T, L). */
  f32Bytes: { here: number; full: number };
  costs: ModelledCost[];
  /** Eq. 18 from costs alone, full backpropagation through time = 1. */
  fom: number;
  parameterCount: number;
  updatesPerIteration: number;
  /** How the batch is cut to fit, and samples of the largest part; one part when it fits whole. */
  microBatches: { count: number; size: number };
  /** True where cutting the batch changes numbers: batch norm takes its statistics over a micro-batch. */
  hasBatchNorm: boolean;
  /** Whether batch norm's gamma is made again to fit, instead of kept for an interval. */
  recomputesNormGamma: boolean;
  /** One iteration in order, pass by pass. */
  walk: PlanWalk;
  /** One per entry of the network's layers. */
  layerBytes: LayerBytes[];
  intervals: Range[];
  /** Local blocks. */
  blockCount: number;
}

/** The network as the diagram draws it, which needs no plan that fits. */
export interface NetworkOutline {
  layers: { name: string; shape: string; bodyLayers: number }[];
  inputShape: string;
  layerCount: number;
  /** Synaptic weights and biases of the body. */
  parameterCount: number;
}

export type Outcome<Value> =
  | { value: Value; problem?: undefined }
  | { value?: undefined; problem: ErrorData };

function attempt<Value>(compute: () => Value): Outcome<Value> {
  try {
    return { value: compute() };
  } catch (error) {
    return { problem: toErrorData(error) };
  }
}

/** More parts than this cannot be told apart in a bar; the smallest are added up. */
const SHOWN_CATEGORIES = 6;

function categoriesOf(plan: TrainingPlan): CategoryBytes[] {
  const sorted = Object.entries(plan.bytesByCategory)
    .map(([category, bytes]) => ({ category, bytes }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  if (sorted.length <= SHOWN_CATEGORIES) return sorted;
  const rest = sorted.slice(SHOWN_CATEGORIES - 1).reduce((sum, { bytes }) => sum + bytes, 0);
  return [...sorted.slice(0, SHOWN_CATEGORIES - 1), { category: 'other', bytes: rest }];
}

/** Bytes of the paper's Eq. 10: f32 history of all blocks, as an autograd framework keeps it. Modelled, not planned. */
function f32HistoryBytes({ network, stepCount, batchSize }: TrainingConfig, schedule: Schedule): number {
  const rules = { ...DEFAULT_RULES, countPoolNeurons: true };
  return costFigures(network, { schedule, stepCount, batchSize, rules }).memory.total;
}

function modelledCosts({ network, stepCount, batchSize, schedule }: TrainingConfig) {
  const run = { schedule, stepCount, batchSize };
  const here = costFigures(network, run);
  const full = baselineFigures(network, run);
  const costs = (['access', 'additions', 'macs'] as const).map(
    (kind): ModelledCost => ({ kind, here: here[kind].total, full: full[kind].total }),
  );
  return { costs, fom: figureOfMerit(here, full).total };
}

/**
 * Plans the session as the trainer would on an adapter with these limits (WebGPU's defaults when undefined).
 * @param memoryBudget Bytes that the plan may take; undefined = what the limits allow.
 * @returns The problem instead where the network, (k, n) or the memory does not work out.
 */
export function forecastTraining(
  session: Session,
  limits?: DeviceLimits,
  memoryBudget?: number,
): Outcome<Forecast> {
  return attempt(() => {
    const config = toTrainingConfig(session, expectedMeta(session));
    const plan = planTraining({ config, limits, memoryBudget });
    const [{ start, stop }] = plan.microBatches;
    return {
      peakBytes: plan.peakBytes,
      categories: categoriesOf(plan),
      f32Bytes: {
        here: f32HistoryBytes(config, config.schedule),
        full: f32HistoryBytes(config, {
          truncationInterval: config.stepCount,
          blockSize: bodyLayerCount(config.network),
        }),
      },
      ...modelledCosts(config),
      parameterCount: plan.tensors
        .filter(({ trainable }) => trainable)
        .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0),
      updatesPerIteration: plan.updatesPerIteration,
      microBatches: { count: plan.microBatches.length, size: stop - start },
      hasBatchNorm: usesBatchNorm(config.network),
      recomputesNormGamma: plan.recomputesNormGamma,
      walk: walkPlan(plan),
      layerBytes: layerBytes(plan),
      intervals: plan.intervals,
      blockCount: plan.graph.blocks.length,
    };
  });
}

/**
 * Peak bytes of full backpropagation through time (k = T, n = L) with the same network and batch. Planned without
 * limits: the comparison stands even where no adapter could hold it.
 */
export function fullBpttBytes(session: Session): Outcome<number> {
  return attempt(() => {
    const meta = expectedMeta(session);
    const schedule = {
      truncationInterval: session.encoding.stepCount,
      blockSize: bodyLayerCount(toNetworkSpec(session, meta)),
    };
    const unlimited = Number.MAX_SAFE_INTEGER;
    return planTraining({
      config: toTrainingConfig({ ...session, schedule }, meta),
      limits: { maxBufferSize: unlimited, maxStorageBufferBindingSize: unlimited },
    }).peakBytes;
  });
}

/** Names, shapes and counts of the session's layers. */
export function outlineNetwork(session: Session): Outcome<NetworkOutline> {
  return attempt(() => {
    const network = toNetworkSpec(session, expectedMeta(session));
    const { channels, height, width } = network.input.shape;
    const shapes = inferShapes(network);
    return {
      layers: shapes.map(({ spec, index, output, bodyLayers }) => ({
        name: layerName(spec, index),
        shape:
          output.height === 1 && output.width === 1
            ? `${output.channels}`
            : `${output.channels}×${output.height}×${output.width}`,
        bodyLayers,
      })),
      inputShape: `${channels}×${height}×${width}`,
      layerCount: bodyLayerCount(network),
      parameterCount: shapes.reduce((sum, shape) => sum + shape.parameterCount, 0),
    };
  });
}
