import { describe, expect, it } from 'vitest';
import { createRandom } from '../../core/random.ts';
import { pointCosts } from './pointCosts.ts';
import { explainSearch, searchStep } from './searchPoints.ts';
import { settleSweep } from './settleSweep.ts';
import { newSweep, type SweepSpec } from './sweepSpec.ts';
import { createSweep, finishCell, removeCell, type SweepState } from './sweepState.ts';
import { summarizeSweep } from './sweepSummary.ts';
import { type AccuracyRule, fakeResult, smallBase } from './testSupport.ts';

const base = smallBase({ T: 20, dt: 15_000, layers: '4C5s2-AP2-16C3-12FC-10FC', epochs: 1 });
const axes = { truncationInterval: [20, 10, 5, 2, 1], blockSize: [4, 2, 1], seed: [1, 2, 3] };
const spec: SweepSpec = { ...newSweep(base, axes), search: { maxPoints: 15 } };
const costs = pointCosts(spec);

/** Accuracies as a run gives them: the rule's, and noise of two points that the run alone decides. */
function noisy(rule: AccuracyRule): AccuracyRule {
  return (k, n) => 2 * (rule(k, n) + 0.02 * createRandom(k * 100 + n, 'syntheticGestures', 0).normal());
}

/** Lets the search train until it ends. The accuracy of `fakeResult` after one epoch is half of the rule's. */
function search(rule: AccuracyRule, fields: Partial<SweepSpec> = {}, start?: SweepState) {
  const own = { ...spec, ...fields };
  let { state, task } = settleSweep(start ?? createSweep(own), costs);
  let runs = 0;
  while (task) {
    runs++;
    ({ state, task } = settleSweep(finishCell(state, task.record.cell.id, fakeResult(task, rule)), costs));
  }
  return { state, runs, step: searchStep(state, costs) };
}

/** The best figure of merit among all points, and that of one of them, when every run is trained. */
function onGrid(rule: AccuracyRule, fields: Partial<SweepSpec> = {}) {
  let state = createSweep({ ...spec, ...fields, search: null });
  for (const record of state.cells)
    state = finishCell(state, record.cell.id, fakeResult({ record, epochs: 1 }, rule));
  return summarizeSweep(state, costs);
}

const RULES: [string, AccuracyRule][] = [
  [
    'rises to the middle of k, as event data do in the paper',
    (k) => 0.85 - 0.06 * Math.abs(Math.log2(k / 5)),
  ],
  ['falls with k, as frames do', (k) => 0.6 + 0.07 * Math.log2(k)],
  ['collapses at k = 1', (k) => (k === 1 ? 0.2 : 0.85)],
  ['likes small blocks', (_, n) => 0.9 - 0.05 * n],
  ['needs large blocks', (_, n) => 0.5 + 0.1 * n],
  ['does not depend on (k, n)', () => 0.8],
];

describe('a search for the smallest figure of merit', () => {
  it.each(RULES)(
    'finds what the grid finds, with half of its runs or fewer, where accuracy %s',
    (_, rule) => {
      const { runs, step, state } = search(noisy(rule));
      const { points, best } = onGrid(noisy(rule));
      const chosen = points.find(({ point }) => point.id === step.chosen?.cost.point.id);
      expect(runs).toBeLessThanOrEqual(22);
      expect((chosen?.figureOfMerit ?? 9) - (best?.figureOfMerit ?? 0)).toBeLessThan(0.05);
      expect(state.cells.filter(({ status }) => status === 'waiting')).toEqual([]);
      // The choice is known from every seed.
      expect(step.chosen?.runs).toBe(3);
    },
  );

  it('keeps to the memory limit', () => {
    const memoryLimit = [...costs].sort((a, b) => a.planBytes - b.planBytes)[6].planBytes;
    const [, rule] = RULES[1];
    const { state, step } = search(noisy(rule), { memoryLimit });
    const trained = state.cells.filter(({ result }) => result !== null);
    const bytes = new Map(costs.map(({ point, planBytes }) => [point.id, planBytes]));
    for (const { cell } of trained) expect(bytes.get(cell.point.id)).toBeLessThanOrEqual(memoryLimit);
    expect(step.chosen?.cost.planBytes).toBeLessThanOrEqual(memoryLimit);
    expect(explainSearch(step, state).at(-1)).toBe(
      '24 runs are above the memory limit and were never considered.',
    );
  });

  it('tries no more points than it may', () => {
    const { state } = search(noisy(RULES[5][1]), { search: { maxPoints: 3 } });
    const tried = new Set(state.cells.filter(({ result }) => result).map(({ cell }) => cell.point.id));
    expect(tried.size).toBeLessThanOrEqual(3);
  });

  it('begins with full BPTT, and is a function of the results alone', () => {
    const fresh = settleSweep(createSweep(spec), costs);
    expect(fresh.task?.record.cell.id).toBe('k20-n4-trainable-interval-s1');
    const rule = noisy(RULES[0][1]);
    const once = search(rule);
    expect(search(rule).state).toEqual(once.state);
  });

  it('goes around runs that were removed', () => {
    const start = createSweep(spec);
    const without = start.queue
      .filter((id) => id.startsWith('k20-'))
      .reduce((state, id) => removeCell(state, id), start);
    const { step, runs } = search(noisy(RULES[0][1]), {}, without);
    expect(runs).toBeGreaterThan(2);
    expect(step.chosen?.cost.point.truncationInterval).toBeLessThan(20);
  });

  it('says in words what it chose, what it cost, and what could still be better', () => {
    const { state, step } = search(noisy(RULES[0][1]));
    const text = explainSearch(step, state).join(' ');
    const { point } = step.chosen?.cost ?? costs[0];
    expect(text).toContain(
      `k = ${point.truncationInterval}, n = ${point.blockSize} has the smallest figure of merit`,
    );
    expect(text).toMatch(/\d+ of 45 runs were trained\./);
    expect(text).toMatch(/a chance of \d+ % to be better/);
  });
});
