import { accessOf } from '../core/plan/passAccess.ts';
import type { Pass, PassKind, PlannedBuffer, TrainingPlan } from '../core/plan/types.ts';
import type { Range } from '../core/schedule.ts';

export type WalkKind = 'forward' | 'loss' | 'backward' | 'update' | 'freed';

/** A buffer as the page names it. */
export interface WalkBuffer {
  name: string;
  bytes: number;
}

/** One thing that happens to a block in an interval: a pass, or the release of memory after the last one. */
export interface WalkStep {
  kind: WalkKind;
  block: number;
  /** Entry of the network's layers; -1 for the local classifier, and for `freed`. */
  layer: number;
  /** conv1, sew3.lif2, classifier1; '' for `freed`. */
  stage: string;
  kernel: string;
  /** Steps that it works on, counted from the interval's first; an interval that is shorter cuts them off. */
  steps: Range;
  reads: WalkBuffer[];
  /** Written and updated buffers; of `freed`, those whose memory others may now have. */
  writes: WalkBuffer[];
  /** Bytes that are needed while it runs: weights, state, and what is live of everything else. */
  heldBytes: number;
}

/** One iteration of a plan in the order in which it runs; of several micro-batches, the first. */
export interface PlanWalk {
  steps: WalkStep[];
  /** Pairs: index of a step, interval. */
  order: Int32Array;
}

const KIND_OF: Record<PassKind, WalkKind> = {
  forward: 'forward',
  normalize: 'forward',
  loss: 'loss',
  backward: 'backward',
  weightGradient: 'backward',
  update: 'update',
  count: 'forward',
};

interface LiveSegment {
  first: number;
  last: number;
  /** Chunk that it belongs to; buffers of a chunk are free between chunks. */
  chunk: number | undefined;
}

/** When each buffer is needed, as positions in one interval's passes. */
function liveSegments(passes: readonly Pass[], buffers: ReadonlyMap<string, PlannedBuffer>) {
  const segments = new Map<string, LiveSegment[]>();
  for (const [at, pass] of passes.entries()) {
    for (const name of Object.values(pass.buffers)) {
      const buffer = buffers.get(name);
      if (!buffer || buffer.scope === 'run') continue;
      const chunk = buffer.scope === 'chunk' ? pass.params.chunkStart : undefined;
      const known = segments.get(name) ?? [];
      const newest = known[known.length - 1];
      if (newest && newest.chunk === chunk) newest.last = at;
      else known.push({ first: at, last: at, chunk });
      segments.set(name, known);
    }
  }
  return segments;
}

/** Batch norm's passes belong to the forward pass, but for those that carry gamma through it. */
function kindOf({ kind, kernel, overrides }: Pass): WalkKind {
  if (kernel === 'batchNormBackward' || (kind === 'normalize' && overrides.MODE === 2)) return 'backward';
  return KIND_OF[kind];
}

function stepsOf({ params }: Pass, longest: number): Range {
  const { chunkStart, chunkSteps } = params;
  if (chunkStart === undefined) return { start: 0, stop: longest };
  return { start: chunkStart, stop: Math.min(longest, chunkStart + chunkSteps) };
}

type WalkAccess = Pick<WalkStep, 'reads' | 'writes'>;

/**
 * Names what passes read and write. Chunks run the same passes on the same buffers: they share one answer, so that a
 * walk stays small on its way to the page.
 */
function accessReader(buffers: ReadonlyMap<string, PlannedBuffer>): (pass: Pass) => WalkAccess {
  const named = new Map([...buffers].map(([name, { bytes }]) => [name, { name, bytes }]));
  const known = new Map<string, WalkAccess>();
  return (pass) => {
    const key = [pass.kernel, ...Object.values(pass.buffers)].join();
    const before = known.get(key);
    if (before) return before;
    const access: WalkAccess = { reads: [], writes: [] };
    for (const [binding, name] of Object.entries(pass.buffers)) {
      const buffer = named.get(name);
      // Bound because a kernel's variant names it, but not used.
      if (!buffer || name.startsWith('unused')) continue;
      access[accessOf(pass.kernel, binding) === 'reads' ? 'reads' : 'writes'].push(buffer);
    }
    known.set(key, access);
    return access;
  };
}

/** Reads one iteration off the plan that the trainer runs: its passes in its order, and what each one needs. */
export function walkPlan(plan: TrainingPlan): PlanWalk {
  const buffers = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
  const layerOf = new Map(plan.graph.stages.map(({ name, layer }) => [name, layer]));
  const longest = plan.intervals[0].stop - plan.intervals[0].start;
  const runs = plan.trainProgram.flatMap((step) =>
    step.kind === 'run' && plan.passes[step.pass].micro === 0
      ? [{ pass: plan.passes[step.pass], interval: plan.windows[step.window].interval }]
      : [],
  );
  // Passes of the first interval, in order; later ones repeat them. An update per sample runs in the last one only.
  const first = runs.filter(({ interval }) => interval === 0).map(({ pass }) => pass);
  const seen = new Set(first.map(({ id }) => id));
  const extra = runs.map(({ pass }) => pass).filter(({ id }) => !seen.has(id) && seen.add(id));
  const segments = liveSegments(first, buffers);
  const always =
    plan.slabs
      .filter(({ heap }) => heap === 'uniform' || heap === 'readback')
      .reduce((sum, { bytes }) => sum + bytes, 0) +
    plan.buffers.filter(({ scope }) => scope === 'run').reduce((sum, { bytes }) => sum + bytes, 0);

  // Bytes that come to be needed at each position, and those that no longer are; their sum so far is what is held.
  const change = new Float64Array(first.length + 1);
  for (const [name, live] of segments) {
    const bytes = buffers.get(name)?.bytes ?? 0;
    for (const segment of live) {
      change[segment.first] += bytes;
      change[segment.last + 1] -= bytes;
    }
  }
  // A pass that several sweeps repeat is one step of the walk, with what is held at the most.
  const heldBy = new Map<number, number>();
  let held = always;
  for (const [at, { id }] of first.entries()) {
    held += change[at];
    heldBy.set(id, Math.max(heldBy.get(id) ?? 0, held));
  }
  const accessOfPass = accessReader(buffers);
  const walked = [...new Set([...first, ...extra])];
  const steps: WalkStep[] = walked.map((pass) => ({
    kind: kindOf(pass),
    block: pass.block,
    layer: layerOf.get(pass.stage) ?? -1,
    stage: pass.stage,
    kernel: pass.kernel,
    steps: stepsOf(pass, longest),
    ...accessOfPass(pass),
    heldBytes: heldBy.get(pass.id) ?? always,
  }));
  const indexOf = new Map(walked.map(({ id }, index) => [id, index]));

  // What a block leaves behind: buffers whose last use is its own last pass or one before.
  const freedOf = plan.graph.blocks.map((_, block) => {
    const lastOf = (of: number) => first.findLastIndex((pass) => pass.block === of);
    const [after, last] = [block === 0 ? -1 : lastOf(block - 1), lastOf(block)];
    const writes: WalkBuffer[] = [];
    for (const [name, live] of segments) {
      const end = live[live.length - 1].last;
      if (end > after && end <= last) writes.push({ name, bytes: buffers.get(name)?.bytes ?? 0 });
    }
    const freed = writes.reduce((sum, { bytes }) => sum + bytes, 0);
    const heldBytes = always + heldAfter(last, segments, buffers);
    steps.push({
      kind: 'freed',
      block,
      layer: -1,
      stage: '',
      kernel: '',
      steps: { start: 0, stop: longest },
      reads: [],
      writes: freed > 0 ? writes : [],
      heldBytes,
    });
    return steps.length - 1;
  });

  const order: number[] = [];
  for (const [index, { pass, interval }] of runs.entries()) {
    order.push(indexOf.get(pass.id) ?? 0, interval);
    const next = runs[index + 1];
    if (!next || next.pass.block !== pass.block || next.interval !== interval)
      order.push(freedOf[pass.block], interval);
  }
  return { steps, order: Int32Array.from(order) };
}

/** Bytes that are needed after a position as well as before it: boundary spikes for the next block. */
function heldAfter(
  at: number,
  segments: ReadonlyMap<string, LiveSegment[]>,
  buffers: ReadonlyMap<string, PlannedBuffer>,
): number {
  let bytes = 0;
  for (const [name, live] of segments) {
    if (live.some(({ first, last }) => first <= at && last > at)) bytes += buffers.get(name)?.bytes ?? 0;
  }
  return bytes;
}

/** Bytes that the plan keeps for one layer, its residual units' parts together. */
export interface LayerBytes {
  /** Spikes and surrogate history of one step, until its block's backward pass has run. */
  historyPerStep: number;
  /** Membranes, one value per neuron. */
  membranes: number;
  /** Weights, and the optimizer's state of them. */
  weights: number;
  optimizer: number;
}

/** @returns One per entry of the network's layers. */
export function layerBytes(plan: TrainingPlan): LayerBytes[] {
  const longest = plan.intervals[0].stop - plan.intervals[0].start;
  const layerOf = new Map(plan.graph.stages.map(({ name, layer }) => [name, layer]));
  const rows = plan.config.network.layers.map(
    (): LayerBytes => ({ historyPerStep: 0, membranes: 0, weights: 0, optimizer: 0 }),
  );
  for (const { name, category, bytes } of plan.buffers) {
    const layer = layerOf.get(name.slice(0, name.lastIndexOf('.')));
    if (layer === undefined || layer < 0) continue;
    if (category === 'history') rows[layer].historyPerStep += bytes / longest;
    else if (category === 'membranes') rows[layer].membranes += bytes;
    else if (category === 'weights' || category === 'optimizer') rows[layer][category] += bytes;
  }
  return rows;
}
