import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanRequest } from '../core/plan/planBuilder.ts';
import { planTraining } from '../core/plan/planTraining.ts';
import { layerBytes, walkPlan } from './planWalk.ts';
import { defaultSession, expectedMeta, type Session, toTrainingConfig } from './session.ts';
import { applySetting } from './sessionFields.ts';

function planOf(values: Record<string, unknown>, options: Partial<PlanRequest> = {}) {
  const session = Object.entries(values).reduce<Session>(
    (current, [name, value]) => applySetting(current, name, value),
    defaultSession(),
  );
  return planTraining({ config: toTrainingConfig(session, expectedMeta(session)), ...options });
}
const SMALL = { layers: '4C5s2-AP2-8C3-16FC', batch: 4, T: 5 };

/** The order of a walk in words, and that of the plan it was read from. */
function orders(plan: ReturnType<typeof planOf>) {
  const { steps, order } = walkPlan(plan);
  const walked: string[] = [];
  for (let at = 0; at < order.length; at += 2) {
    const { kind, kernel, stage, steps: range } = steps[order[at]];
    if (kind !== 'freed') walked.push(`${order[at + 1]} ${kernel}/${stage} ${range.start}`);
  }
  const planned = plan.trainProgram.flatMap((step) => {
    if (step.kind !== 'run') return [];
    const pass = plan.passes[step.pass];
    return pass.micro === 0
      ? [`${plan.windows[step.window].interval} ${pass.label} ${pass.params.chunkStart ?? 0}`]
      : [];
  });
  return { walked, planned };
}

describe('the walk through an iteration', () => {
  it.each([
    [{ k: 2, n: 1 }],
    [{ k: 1, n: 2 }],
    [{ k: 5, n: 3 }],
    [{ k: 2, n: 1, update: 'sequence' }],
    [{ k: 4, n: 2, layers: '4C5s2n-AP2-8SEWs2-16FC' }],
  ])('has the passes of the plan in the order of the plan: %j', (values) => {
    const { walked, planned } = orders(planOf({ ...SMALL, ...values }));
    expect(walked.length).toBeGreaterThan(8);
    expect(walked).toEqual(planned);
  });

  it('has those of the first micro-batch where the batch is cut', () => {
    const { walked, planned } = orders(planOf({ ...SMALL, k: 2, n: 1 }, { microBatch: 2 }));
    expect(walked).toEqual(planned);
  });

  it('goes every sweep where batch norm makes gamma again, with each pass once among its steps', () => {
    const plan = planOf(
      { ...SMALL, k: 4, n: 2, layers: '4C5s2n-AP2-8C3n-16FC' },
      { normGamma: 'recomputed' },
    );
    const { walked, planned } = orders(plan);
    expect(walked).toEqual(planned);
    const { steps, order } = walkPlan(plan);
    expect(order.length / 2).toBeGreaterThan(steps.length);
    expect(steps.filter(({ kernel }) => kernel === 'batchNormBackward').map(({ kind }) => kind)).toContain(
      'backward',
    );
    for (const { heldBytes } of steps) expect(heldBytes).toBeLessThanOrEqual(plan.peakBytes);
  });

  it('frees a block’s memory once per interval, after its last pass, and the next block finds it free', () => {
    const plan = planOf({ ...SMALL, k: 2, n: 1 });
    const { steps, order } = walkPlan(plan);
    const freed = [];
    for (let at = 0; at < order.length; at += 2)
      if (steps[order[at]].kind === 'freed') freed.push([order[at + 1], steps[order[at]].block]);
    expect(freed).toEqual([0, 1, 2].flatMap((interval) => [0, 1, 2].map((block) => [interval, block])));
    const names = steps
      .filter(({ kind }) => kind === 'freed')
      .flatMap(({ writes }) => writes.map(({ name }) => name));
    const temporary = plan.buffers
      .filter(({ scope }) => scope === 'interval' || scope === 'chunk')
      .map(({ name }) => name);
    expect(names.sort()).toEqual(temporary.sort());
    // The spikes of a block are the input of the next one, so they outlive it.
    const outlives = steps.find(({ kind, block }) => kind === 'freed' && block === 0)?.writes ?? [];
    expect(outlives.map(({ name }) => name)).not.toContain('pool2.spikes');
    expect(outlives.map(({ name }) => name)).toContain('conv1.spikes');
  });

  it('says what a pass reads and writes, with its bytes', () => {
    const { steps } = walkPlan(planOf({ ...SMALL, k: 2, n: 1 }));
    const names = (list: { name: string }[]) => list.map(({ name }) => name);
    expect(names(steps[0].reads)).toEqual(['input', 'conv1.weights']);
    expect(names(steps[0].writes)).toEqual(['conv1.membrane', 'conv1.spikes', 'conv1.surrogateHistory']);
    expect(steps[0].reads.every(({ bytes }) => bytes > 0)).toBe(true);
    const update = steps.find(({ kind }) => kind === 'update');
    expect(names(update?.reads ?? [])).toEqual(['conv1.partials']);
    expect(names(update?.writes ?? [])).toContain('conv1.weights');
  });

  it('never holds more than the plan’s peak, and comes near it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), (k, n) => {
        const plan = planOf({ ...SMALL, k, n });
        const held = walkPlan(plan).steps.map(({ heldBytes }) => heldBytes);
        expect(Math.max(...held)).toBeLessThanOrEqual(plan.peakBytes);
        expect(Math.max(...held)).toBeGreaterThan(0.75 * plan.peakBytes);
        expect(Math.min(...held)).toBeGreaterThan(0);
      }),
      { numRuns: 12 },
    );
  });
});

describe('the bytes of a layer', () => {
  it('are those of its buffers', () => {
    const plan = planOf({ ...SMALL, k: 2, n: 1 });
    const rows = layerBytes(plan);
    expect(rows).toHaveLength(4);
    const bytes = (name: string) => plan.buffers.find((buffer) => buffer.name === name)?.bytes ?? 0;
    expect(rows[0].historyPerStep * 2).toBe(bytes('conv1.spikes') + bytes('conv1.surrogateHistory'));
    expect(rows[0].membranes).toBe(bytes('conv1.membrane'));
    expect(rows[1].weights).toBe(0);
    expect(rows[3].weights).toBe(bytes('fc4.weights'));
    expect(rows[3].optimizer).toBe(bytes('fc4.moment1'));
  });
});
