import { describe, expect, it } from 'vitest';
import { NETWORK_BODY_NAMES, smallConfig } from '../../testing/randomNetwork.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import type { PlanRequest } from './planBuilder.ts';
import { planTraining } from './planTraining.ts';
import type { PlannedBuffer, ProgramStep, TrainingPlan } from './types.ts';

// Buffers may share bytes only when their contents are never needed at the same time. This walks the whole program as the
// GPU would run it, without looking at how the planner found the lifetimes.

interface Touches {
  first: number;
  last: number;
}

/** A stretch of the program over which a buffer's content must survive: what its scope promises. */
function unitOf(plan: TrainingPlan, buffer: PlannedBuffer, step: ProgramStep): string {
  const interval = plan.windows[step.window].interval;
  const place = step.kind === 'clear' ? step : plan.passes[step.pass];
  if (buffer.scope === 'run') return 'run';
  const boundary = plan.graph.blocks.some(
    ({ output }, block) =>
      block + 1 < plan.graph.blocks.length &&
      buffer.name.startsWith(`${plan.graph.stages[plan.graph.activations[output].producer].name}.spikes`),
  );
  if (buffer.scope === 'interval') {
    return boundary || buffer.category === 'gradients' ? `${interval}` : `${interval}/${place.micro}`;
  }
  const chunk = step.kind === 'run' ? `${step.sweep}/${plan.passes[step.pass].params.chunkStart}` : '';
  return `${interval}/${place.micro}/${chunk}`;
}

function touchesOf(plan: TrainingPlan, program: ProgramStep[]): Map<string, Touches[]> {
  const units = new Map<string, Map<string, Touches>>();
  const byName = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
  for (const [at, step] of program.entries()) {
    const names = step.kind === 'clear' ? step.buffers : Object.values(plan.passes[step.pass].buffers);
    for (const name of names) {
      const buffer = byName.get(name);
      if (!buffer) throw new Error(`${name} is used but not placed`);
      const own = units.get(name) ?? new Map<string, Touches>();
      units.set(name, own);
      const unit = unitOf(plan, buffer, step);
      const range = own.get(unit);
      if (range) range.last = at;
      else own.set(unit, { first: at, last: at });
    }
  }
  return new Map([...units].map(([name, own]) => [name, [...own.values()]]));
}

function overlapInBytes(a: PlannedBuffer, b: PlannedBuffer): boolean {
  return (
    a.heap === b.heap && a.slab === b.slab && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes
  );
}

/** Pairs of buffers that share bytes while both are needed. */
function clashes(plan: TrainingPlan, program: ProgramStep[]): string[] {
  const touches = touchesOf(plan, program);
  const found: string[] = [];
  for (const [i, a] of plan.buffers.entries()) {
    for (const b of plan.buffers.slice(0, i)) {
      if (!overlapInBytes(a, b)) continue;
      const clash = (touches.get(a.name) ?? []).some((x) =>
        (touches.get(b.name) ?? []).some((y) => x.first <= y.last && y.first <= x.last),
      );
      if (clash || a.scope === 'run' || b.scope === 'run') found.push(`${a.name} and ${b.name}`);
    }
  }
  return found;
}

function sharedBytes(plan: TrainingPlan): number {
  const total = plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    total -
    plan.slabs
      .filter(({ heap }) => heap !== 'uniform' && heap !== 'readback')
      .reduce((s, { bytes }) => s + bytes, 0)
  );
}

const OPTIONS: [string, Omit<PlanRequest, 'config'>][] = [
  ['whole', {}],
  ['one step per chunk', { temporaryBudget: 1 }],
  ['micro-batches', { microBatch: 2 }],
  ['micro-batches and chunks', { temporaryBudget: 1, microBatch: 2 }],
  ['time-outer order', { order: 'timeOuter' }],
  ['gamma of batch norm made again', { normGamma: 'recomputed' }],
  [
    'the same, in micro-batches, step by step',
    { normGamma: 'recomputed', temporaryBudget: 1, microBatch: 2 },
  ],
];

describe('buffers that share bytes', () => {
  for (const body of NETWORK_BODY_NAMES) {
    for (const [name, options] of OPTIONS) {
      for (const [truncationInterval, blockSize] of [
        [9, 2],
        [4, 1],
      ]) {
        it(`never hold two contents at once: ${body}, ${name}, k = ${truncationInterval}, n = ${blockSize}`, () => {
          const config: TrainingConfig = smallConfig({
            body,
            truncationInterval,
            blockSize,
            stepCount: 9,
            batchSize: 5,
          });
          const plan = planTraining({ config, ...options });
          expect(clashes(plan, plan.trainProgram)).toEqual([]);
          expect(clashes(plan, plan.evaluateProgram)).toEqual([]);
        });
      }
    }
  }

  it('do share (control)', () => {
    const config = smallConfig({
      body: 'averagePool',
      truncationInterval: 9,
      blockSize: 1,
      stepCount: 9,
      batchSize: 5,
    });
    expect(sharedBytes(planTraining({ config }))).toBeGreaterThan(0);
  });
});
