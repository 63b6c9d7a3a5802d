import type { Range } from '../schedule.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import { alignUp, type BufferRequest, type LiveRange, placeBuffers } from './arena.ts';
import { BlockPasses } from './blockPasses.ts';
import { PlanBuilder, type PlanRequest, UNIFORM_STRIDE } from './planBuilder.ts';
import { parameterTensors } from './tensors.ts';
import {
  BUFFER_CATEGORIES,
  type BufferCategory,
  DEFAULT_LIMITS,
  type Pass,
  type ProgramStep,
  type StepWindow,
  type TrainingPlan,
} from './types.ts';

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

/** Fills in when each interval- or chunk-scoped buffer is live, from the first interval's stretch of a program. */
function markLifetimes(
  requests: Map<string, BufferRequest>,
  program: ProgramStep[],
  passes: Pass[],
  windows: StepWindow[],
  base: number,
): void {
  const spans = new Map<string, LiveRange>();
  const use = (name: string, at: number, chunkScoped: boolean, firstChunk: boolean) => {
    const request = requests.get(name);
    if (!request || request.scope === 'run') return;
    // Every chunk runs the same passes, so a chunk-scoped buffer's place in the first one stands for all.
    if (chunkScoped && request.scope === 'chunk' && !firstChunk) return;
    const span = spans.get(name);
    if (span) span.last = at;
    else spans.set(name, { first: at, last: at });
  };
  for (const [index, step] of program.entries()) {
    if (windows[step.window].interval > 0) break;
    const at = base + index;
    if (step.kind === 'clear') {
      for (const name of step.buffers) use(name, at, false, true);
      continue;
    }
    const pass = passes[step.pass];
    const chunkStart = pass.params.chunkStart;
    const isChunked = chunkStart !== undefined;
    const firstChunk = !isChunked || chunkStart + pass.params.chunkSteps >= windows[step.window].stepCount;
    for (const name of Object.values(pass.buffers)) use(name, at, isChunked, firstChunk);
  }
  for (const [name, span] of spans) requests.get(name)?.live.push(span);
}

/**
 * Plans one training run: names and places every buffer, lists every pass and the order in which they run. Pure.
 *
 * Per interval and block: forward, local loss, backward in time chunks (last chunk first, top layer first), update. A
 * block reads only the boundary spikes of the one below, so its history, temporaries and gradients give their bytes to the
 * next block. k = T and n = L give ordinary backpropagation through time.
 *
 * @throws AppError `schedule-out-of-range`, `batch-out-of-range`, `network-invalid`, `neuron-out-of-range`,
 *   `buffer-too-large` when a buffer exceeds the limits.
 */
export function planTraining(request: PlanRequest): TrainingPlan {
  const builder = new PlanBuilder(request);
  const { config, graph, intervals, requests } = builder;
  const limits = request.limits ?? DEFAULT_LIMITS;
  const windows = intervalWindows(config, intervals);
  const blocks = graph.blocks.map((_, block) => new BlockPasses(builder, block));

  const trainProgram: ProgramStep[] = [];
  if (request.order === 'timeOuter') {
    const firstStepWindow = windows.length;
    windows.push(...stepWindows(config, intervals));
    for (const [interval, { start, stop }] of intervals.entries()) {
      for (const block of blocks) trainProgram.push(block.clear(interval));
      for (let t = start; t < stop; t++) {
        for (const block of blocks) trainProgram.push(...block.forward(firstStepWindow + t));
      }
      for (const block of blocks) trainProgram.push(...block.learn(interval, windows[interval]));
    }
  } else {
    for (const interval of intervals.keys()) {
      for (const block of blocks) {
        trainProgram.push(block.clear(interval), ...block.forward(interval));
        trainProgram.push(...block.learn(interval, windows[interval]));
      }
    }
  }

  const evaluateProgram: ProgramStep[] = [];
  for (const interval of intervals.keys()) {
    for (const block of blocks) evaluateProgram.push(block.clear(interval), ...block.evaluate(interval));
  }

  markLifetimes(requests, trainProgram, builder.passes, windows, 0);
  markLifetimes(requests, evaluateProgram, builder.passes, windows, trainProgram.length);
  const used = [...requests.values()].filter((r) => r.scope === 'run' || r.live.length > 0);
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
  const metricsBytes = ['losses', 'predictions', 'flags', 'totals']
    .map((name) => alignUp(requests.get(name)?.bytes ?? 0))
    .reduce((a, b) => a + b, 0);
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
    chunkSteps: builder.chunkSteps,
    passes,
    ...programs,
    buffers: placement.buffers,
    tensors: parameterTensors(graph),
    slabs,
    peakBytes: slabs.reduce((sum, slab) => sum + slab.bytes, 0),
    bytesByCategory,
    updatesPerIteration: config.update === 'sequence' ? 1 : intervals.length,
    countedStages: builder.countedStages,
  };
}
