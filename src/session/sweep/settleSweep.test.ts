import { describe, expect, it } from 'vitest';
import { pointCosts } from './pointCosts.ts';
import { settleSweep, stageEpochs } from './settleSweep.ts';
import type { SweepSpec } from './sweepSpec.ts';
import { createSweep, finishCell, removeCell, type SweepState, withCell } from './sweepState.ts';
import { type AccuracyRule, fakeResult, smallSweep } from './testSupport.ts';

/** Trains with a rule until nothing is left. @returns The end, and the runs in their order as `id epochs`. */
function runAll(spec: SweepSpec, rule: AccuracyRule, start = createSweep(spec)) {
  const costs = pointCosts(spec);
  let { state, task } = settleSweep(start, costs);
  const order: string[] = [];
  while (task) {
    const { record, epochs } = task;
    order.push(`${record.cell.id} ${epochs}`);
    ({ state, task } = settleSweep(finishCell(state, record.cell.id, fakeResult(task, rule)), costs));
  }
  return { state, order, costs };
}

const statuses = (state: SweepState) => [...new Set(state.cells.map(({ status }) => status))].sort();
const withStatus = (state: SweepState, status: string) =>
  state.cells.filter((each) => each.status === status).map(({ cell }) => cell.id);

describe('a sweep without early stopping', () => {
  it('trains every run once, in the order of its queue', () => {
    const spec = smallSweep();
    const { state, order } = runAll(spec, () => 0.5);
    expect(order).toEqual(createSweep(spec).queue.map((id) => `${id} 8`));
    expect(statuses(state)).toEqual(['done']);
    const reversed = { ...createSweep(spec), queue: [...createSweep(spec).queue].reverse() };
    expect(runAll(spec, () => 0.5, reversed).order).toEqual([...order].reverse());
  });

  it('passes over removed and failed runs', () => {
    const spec = smallSweep();
    const [first, second] = createSweep(spec).queue;
    let start = removeCell(createSweep(spec), first);
    start = withCell(start, second, { status: 'failed' });
    expect(runAll(spec, () => 0.5, start).order).toHaveLength(10);
  });

  it('leaves out points above the memory limit, and says by how much', () => {
    const free = smallSweep();
    const bytes = pointCosts(free).map(({ planBytes }) => planBytes);
    const memoryLimit = [...bytes].sort((a, b) => a - b)[2];
    const { state, order, costs } = runAll({ ...free, memoryLimit }, () => 0.5);
    const allowed = costs.filter(({ planBytes }) => planBytes <= memoryLimit);
    expect(allowed.length).toBeLessThan(6);
    expect(order).toHaveLength(2 * allowed.length);
    const [skipped] = state.cells.filter(({ status }) => status === 'skipped');
    const cost = costs.find(({ point }) => point.id === skipped.cell.point.id);
    expect(skipped.note).toBe(`needs ${cost?.planBytes} bytes, the limit is ${memoryLimit}`);
    expect(cost?.planBytes).toBeGreaterThan(memoryLimit);
  });
});

describe('successive halving', () => {
  const spec = smallSweep({ halving: { factor: 3, firstEpochs: 1 } });
  /** Small k is useless here, and costs cannot make up for it. */
  const rule: AccuracyRule = (k) => ({ 4: 0.8, 2: 0.7, 1: 0.1 })[k] ?? 0;

  it('compares after so many epochs, then after factor times as many, up to whole runs', () => {
    expect(stageEpochs(spec)).toEqual([1, 3, 8]);
    expect(stageEpochs(smallSweep({ halving: { factor: 2, firstEpochs: 2 } }))).toEqual([2, 4, 8]);
    expect(stageEpochs(smallSweep())).toEqual([8]);
  });

  it('trains the best third on, and says whom it left behind and why', () => {
    const { state, order } = runAll(spec, rule);
    // Six points, then two and perhaps the reference, then one and the reference.
    expect(order.filter((each) => each.endsWith(' 1'))).toHaveLength(12);
    const done = withStatus(state, 'done');
    const stopped = state.cells.filter(({ status }) => status === 'stopped');
    expect(done.length + stopped.length).toBe(12);
    expect(done.length).toBeLessThan(12);
    expect(done).toContain('k4-n2-trainable-interval-s1');
    for (const { cell, note, result } of stopped) {
      expect(note).toMatch(/^stopped after (1|3) of 8 epochs: place \d of \d with a figure of merit of /);
      expect(result?.epochs).toBeLessThan(8);
      if (cell.point.truncationInterval === 1) expect(note).toContain('stopped after 1 of 8');
    }
    expect(stopped.filter(({ cell }) => cell.point.truncationInterval === 1)).toHaveLength(4);
    const epochs = order.reduce((sum, each) => sum + Number(each.split(' ')[1]), 0);
    // Stages are trained from the start, and it still takes fewer epochs than all runs would.
    expect(epochs).toBeLessThan(0.75 * 12 * 8);
  });

  it('decides the same whatever the order of the queue', () => {
    const { state } = runAll(spec, rule);
    const start = createSweep(spec);
    const turned = { ...start, queue: [...start.queue].reverse() };
    expect(runAll(spec, rule, turned).state.cells).toEqual(state.cells);
  });

  it('waits for every run of a stage before it compares', () => {
    const costs = pointCosts(spec);
    let { state, task } = settleSweep(createSweep(spec), costs);
    for (let i = 0; i < 11 && task; i++) {
      expect(statuses(state)).not.toContain('stopped');
      ({ state, task } = settleSweep(finishCell(state, task.record.cell.id, fakeResult(task, rule)), costs));
    }
    expect(task?.epochs).toBe(1);
    if (task)
      ({ state } = settleSweep(finishCell(state, task.record.cell.id, fakeResult(task, rule)), costs));
    expect(statuses(state)).toContain('stopped');
  });
});
