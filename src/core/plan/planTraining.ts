import type { Range } from '../schedule.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import { alignUp, type LiveRange, placeBuffers } from './arena.ts';
import { BlockPasses } from './blockPasses.ts';
import { planFitting, searchFitting } from './fitting.ts';
import { PlanBuilder, type PlanRequest, UNIFORM_STRIDE } from './planBuilder.ts';
import { parameterTensors } from './tensors.ts';
import {
  BUFFER_CATEGORIES,
  type BufferCategory,
  DEFAULT_LIMITS,
  type ProgramStep,
  type StepWindow,
  type TrainingPlan,
} from './types.ts';

/** Read back after every batch (of each micro-batch, where they have their own). */
const READ_EVERY_BATCH = new Set([
  'losses',
  'predictions',
  'stepPredictions',
  'flags',
  'totals',
  'stepTotals',
]);
/** Weights travel to the page in pieces of at most this many bytes. */
const TRANSFER_BYTES = 256 * 1024;
function intervalWindows(config: TrainingConfig, intervals: Range[]): StepWindow[] {
  return intervals.map(({ start, stop }, interval) => ({
    stepStart: start,
    historyStart: 0,
    stepCount: stop - start,
    isFirst: start === 0,
    isLast: stop === config.stepCount,
    interval,
    updateAccumulate: config.update === 'sequence' && interval > 0,
    updateIndex: config.update === 'sequence' ? 0 : interval,
  }));
}

/** One window per step, for the time-outer order. */
function stepWindows(config: TrainingConfig, intervals: Range[]): StepWindow[] {
  return intervals.flatMap(({ start, stop }, interval) =>
    Array.from({ length: stop - start }, (_, t) => ({
      stepStart: start + t,
      historyStart: t,
      stepCount: 1,
      isFirst: start + t === 0,
      isLast: start + t + 1 === config.stepCount,
      interval,
      updateAccumulate: false,
      updateIndex: 0,
    })),
  );
}

/**
 * Fills in when each interval- or chunk-scoped buffer is live, from the first interval's stretch of a program.
 *
 * Chunks, and micro-batches of a block, repeat the same passes on the same buffers, so the first one's places stand for
 * all. What outlives a micro-batch (its boundary spikes, the gradients) is live from the block's first pass on, and what
 * outlives a chunk (partial gradients, the gamma carried from chunk to chunk) from the block's first backward pass on: the
 * passes before its own first use run again, and write all their buffers, while its content is needed. Sweeps repeat passes too,
 * but one after the other: a chunk's buffer is live once in each.
 */
function markLifetimes(
  builder: PlanBuilder,
  program: ProgramStep[],
  windows: StepWindow[],
  base: number,
): void {
  const { passes, requests } = builder;
  const several = builder.microBatches.length > 1;
  const spans = new Map<string, { span: LiveRange; sweep: number }>();
  let block = -1;
  let blockStart = base;
  let backwardStart = -1;
  for (const [index, step] of program.entries()) {
    if (windows[step.window].interval > 0) break;
    const at = base + index;
    const pass = step.kind === 'run' ? passes[step.pass] : null;
    const place = step.kind === 'clear' ? step : passes[step.pass];
    if (place.block !== block) {
      block = place.block;
      blockStart = at;
      backwardStart = -1;
    }
    const chunkStart = pass?.params.chunkStart;
    const sweep = step.kind === 'run' ? step.sweep : 0;
    const isChunked = chunkStart !== undefined;
    if (isChunked && backwardStart < 0) backwardStart = at;
    const laterChunk =
      pass !== null &&
      chunkStart !== undefined &&
      chunkStart + pass.params.chunkSteps < windows[step.window].stepCount;
    for (const name of step.kind === 'clear' ? step.buffers : Object.values(passes[step.pass].buffers)) {
      const request = requests.get(name);
      if (!request || request.scope === 'run' || (request.scope === 'chunk' && laterChunk)) continue;
      if (request.scope === 'evaluation') {
        // From end to end, over all intervals.
        if (request.live.length === 0) request.live.push({ first: base, last: base + program.length - 1 });
        continue;
      }
      const outlives = request.category === 'gradients' || builder.boundarySpikes.has(name);
      if (place.micro > 0 && !outlives) continue;
      const known = spans.get(name);
      if (known && (request.scope === 'interval' || known.sweep === sweep)) {
        known.span.last = at;
        continue;
      }
      const outlivesChunk = isChunked && request.scope === 'interval';
      const span = {
        first: several && outlives ? blockStart : outlivesChunk ? backwardStart : at,
        last: at,
      };
      request.live.push(span);
      spans.set(name, { span, sweep });
    }
  }
}

/**
 * Plans one training run: names and places every buffer, lists every pass and the order in which they run. Pure.
 *
 * Per interval and block: forward, local loss, backward in time chunks (last chunk first, top layer first), update. A
 * block reads only the boundary spikes of the one below, so its history, temporaries and gradients give their bytes to the
 * next block. k = T and n = L give ordinary backpropagation through time.
 *
 * @throws AppError `schedule-out-of-range`, `batch-out-of-range`, `network-invalid`, `neuron-out-of-range`,
 *   `buffer-too-large` for a given microBatch that exceeds the limits; `does-not-fit` when no micro-batch fits.
 */
export function planTraining(request: PlanRequest): TrainingPlan {
  if (request.microBatch !== undefined) return planAt(request, request.microBatch);
  return planFitting(request, planAt);
}

/** As {@link planTraining}; null where the batch fits neither whole nor in micro-batches, without saying what would. */
export function tryPlanTraining(request: PlanRequest): TrainingPlan | null {
  return searchFitting(request, planAt);
}

/** @throws AppError `buffer-too-large`. */
function planAt(request: PlanRequest, microBatch: number): TrainingPlan {
  const builder = new PlanBuilder(request, microBatch);
  const { config, graph, intervals, microBatches } = builder;
  const limits = request.limits ?? DEFAULT_LIMITS;
  const windows = intervalWindows(config, intervals);
  const blocks = graph.blocks.map((_, block) =>
    [...microBatches.keys()].map((micro) => new BlockPasses(builder, block, micro)),
  );
  const updates = (interval: number) => config.update === 'interval' || windows[interval].isLast;

  const trainProgram: ProgramStep[] = [];
  if (request.order === 'timeOuter') {
    const firstStepWindow = windows.length;
    windows.push(...stepWindows(config, intervals));
    for (const [interval, { start, stop }] of intervals.entries()) {
      for (const [block] of blocks) trainProgram.push(block.clear(interval));
      for (let t = start; t < stop; t++) {
        for (const [block] of blocks) trainProgram.push(...block.forward(firstStepWindow + t));
      }
      for (const [block] of blocks) {
        trainProgram.push(...block.learn(interval, windows[interval]));
        if (updates(interval)) trainProgram.push(...block.update(interval));
      }
    }
  } else {
    for (const interval of intervals.keys()) {
      for (const block of blocks) {
        for (const micro of block) {
          trainProgram.push(micro.clear(interval), ...micro.forward(interval));
          trainProgram.push(...micro.learn(interval, windows[interval]));
        }
        if (updates(interval)) trainProgram.push(...block[0].update(interval));
      }
    }
  }

  const evaluateProgram: ProgramStep[] = [
    { kind: 'clear', block: 0, micro: 0, window: 0, buffers: ['stepTotals'] },
  ];
  for (const interval of intervals.keys()) {
    for (const block of blocks) {
      for (const micro of block) evaluateProgram.push(micro.clear(interval), ...micro.evaluate(interval));
    }
  }

  markLifetimes(builder, trainProgram, windows, 0);
  markLifetimes(builder, evaluateProgram, windows, trainProgram.length);
  const used = [...builder.requests.values()].filter((r) => r.scope === 'run' || r.live.length > 0);
  const placement = placeBuffers(used, limits);
  return finishPlan(builder, placement, { windows, trainProgram, evaluateProgram });
}

function finishPlan(
  builder: PlanBuilder,
  placement: ReturnType<typeof placeBuffers>,
  programs: Pick<TrainingPlan, 'windows' | 'trainProgram' | 'evaluateProgram'>,
): TrainingPlan {
  const { config, graph, intervals, passes, requests } = builder;
  const slabs = [...placement.slabs];
  const uniformBytes = (passes.length + programs.windows.length) * UNIFORM_STRIDE;
  const metricsBytes = [...requests.values()]
    .filter(({ name }) => READ_EVERY_BATCH.has(name.split('#')[0]))
    .reduce((sum, { bytes }) => sum + alignUp(bytes), 0);
  const largestTensor = Math.max(
    ...[...requests.values()].filter((r) => r.heap === 'parameters').map((r) => r.bytes),
  );
  const readbackBytes = alignUp(Math.max(metricsBytes, Math.min(largestTensor, TRANSFER_BYTES)));
  slabs.push({ heap: 'uniform', bytes: uniformBytes }, { heap: 'readback', bytes: readbackBytes });

  const bytesByCategory = Object.fromEntries(
    BUFFER_CATEGORIES.map((category) => [category, placement.bytesByCategory[category] ?? 0]),
  ) as Record<BufferCategory, number>;
  bytesByCategory.transfer += uniformBytes + readbackBytes;
  return {
    config,
    graph,
    intervals,
    microBatches: builder.microBatches,
    chunkSteps: builder.chunkSteps,
    recomputesNormGamma: builder.recomputesNormGamma,
    passes,
    ...programs,
    buffers: placement.buffers,
    tensors: parameterTensors(graph, (stage) => builder.weightParts(stage)),
    slabs,
    peakBytes: slabs.reduce((sum, slab) => sum + slab.bytes, 0),
    bytesByCategory,
    updatesPerIteration: config.update === 'sequence' ? 1 : intervals.length,
    countedStages: builder.countedStages,
  };
}
