import { describe, expect, it } from 'vitest';
import { judgeClaims } from '../../core/claims/claims.ts';
import { defaultSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import type { CellResult, SweepResults } from '../sweep/sweepResults.ts';
import { parseSweep, type SweepSpec, sweepCells } from '../sweep/sweepSpec.ts';
import { claimIntervals, claimSweep, evidenceOf } from './claimSweeps.ts';

const session = defaultSession();

/** Finished runs of a sweep; accuracy by formula. */
function finished(
  spec: SweepSpec,
  accuracy: (k: number, n: number, isRandom: boolean, seed: number) => number,
  fingerprint = 'f',
): SweepResults {
  const cells = sweepCells(spec).map((cell) => {
    const { truncationInterval: k, blockSize: n, classifier } = cell.point;
    const testAccuracy = accuracy(k, n, classifier === 'random', cell.seed);
    return { cell, status: 'done' as const, problem: null, note: '', result: { testAccuracy } as CellResult };
  });
  return { spec, fingerprint, cells };
}

describe('the sweeps that claims take', () => {
  it.each([
    [20, [20, 5, 2, 1]],
    [60, [60, 15, 6, 1]],
    [8, [8, 2, 1]],
    [2, [2, 1]],
    [1, [1]],
  ])('for T = %i have k in %j', (stepCount, ks) => {
    expect(claimIntervals(stepCount)).toEqual(ks);
  });

  it('are whole sweeps of the session: 36 and 12 runs', () => {
    const grid = claimSweep('grid', session);
    expect(parseSweep(JSON.parse(JSON.stringify(grid)))).toEqual(grid);
    expect(sweepCells(grid)).toHaveLength(36);
    const random = claimSweep('random', session);
    expect(parseSweep(JSON.parse(JSON.stringify(random)))).toEqual(random);
    expect(random.axes).toMatchObject({
      truncationInterval: [20, 5],
      blockSize: [4, 1],
      classifier: ['random'],
    });
    expect([grid.base, random.base]).toEqual([session, session]);
  });
});

describe('evidence from sweeps', () => {
  const accuracy = (k: number, n: number, isRandom: boolean, seed: number) =>
    0.8 + (k === 5 ? 0.05 : 0) + (n === 1 ? 0.02 : 0) - (isRandom ? 0.2 : 0) + 0.001 * seed;

  it('puts sweeps of the same network and data together, and gives claims their verdict', () => {
    const evidence = evidenceOf([
      finished(claimSweep('grid', session), accuracy),
      finished(claimSweep('random', applySetting(session, 'k', 1)), accuracy),
    ]);
    expect(evidence).toHaveLength(1);
    expect(evidence[0].runs).toHaveLength(48);
    const verdicts = new Map(
      judgeClaims(evidence).flatMap(({ parts }) => parts.map(({ id, verdict }) => [id, verdict])),
    );
    for (const id of [
      'events-optimum',
      'events-local',
      'events-random',
      'events-random-worst',
      'good-intervals',
    ])
      expect(verdicts.get(id), id).toBe('onData');
    expect(verdicts.get('frames-fall')).toBe('notRun');
  });

  it('keeps other data, other networks and other epochs apart, and takes no run twice', () => {
    const grid = finished(claimSweep('grid', session), accuracy);
    const evidence = evidenceOf([
      grid,
      grid,
      finished(claimSweep('grid', session), accuracy, 'other data'),
      finished(claimSweep('grid', applySetting(session, 'epochs', 3)), accuracy),
      finished(claimSweep('grid', applySetting(session, 'layers', '6C5-AP2-84FC')), accuracy),
    ]);
    expect(evidence.map(({ runs }) => runs.length)).toEqual([36, 36, 36, 24]);
  });

  it('counts only finished runs with an update per interval', () => {
    const spec = claimSweep('grid', session);
    const results = finished(spec, accuracy);
    const waiting = {
      ...results,
      cells: results.cells.map((record) => ({ ...record, status: 'waiting' as const, result: null })),
    };
    expect(evidenceOf([waiting])).toEqual([]);
    const sequence = finished({ ...spec, axes: { ...spec.axes, update: ['sequence'] } }, accuracy);
    expect(evidenceOf([sequence])).toEqual([]);
  });
});
