import { describe, expect, it } from 'vitest';
import { pointCosts } from './pointCosts.ts';
import { createSweep, finishCell } from './sweepState.ts';
import { accuracyLoss, referencePoint, summarizeSweep } from './sweepSummary.ts';
import { type AccuracyRule, fakeResult, smallSweep } from './testSupport.ts';

const spec = smallSweep();
const costs = pointCosts(spec);

function trained(rule: AccuracyRule) {
  return createSweep(spec).cells.reduce(
    (state, record) => finishCell(state, record.cell.id, fakeResult({ record, epochs: 8 }, rule)),
    createSweep(spec),
  );
}

describe('the summary of a sweep', () => {
  it('has means, intervals and figures of merit against the largest k and n', () => {
    const state = trained((k) => 0.16 * k);
    const { points, reference, best } = summarizeSweep(state, costs);
    const share = 1 - 0.5 / 8;
    expect(points[0].accuracy).toBeCloseTo((0.64 + 0.015) * share, 12);
    // Two seeds that differ by a hundredth: t = 12.7062, standard error a half of the difference.
    expect(points[0].margin).toBeCloseTo(12.7062 * 0.005 * share, 9);
    expect(reference?.point.id).toBe('k4-n2-trainable-interval');
    expect(reference?.figureOfMerit).toBeCloseTo(1, 12);
    const half = points.find(({ point }) => point.truncationInterval === 2 && point.blockSize === 2);
    const loss = 1 - (0.32 + 0.015) / (0.64 + 0.015);
    expect(half?.figureOfMerit).toBeCloseTo((half?.cost.costTerms ?? 0) + loss, 12);
    expect(best?.figureOfMerit).toBe(Math.min(...points.map(({ figureOfMerit }) => figureOfMerit ?? 9)));
  });

  it('puts on the front exactly what nothing beats in accuracy and memory at once', () => {
    const state = trained((k, n) => 0.3 + 0.1 * ((k * 7 + n * 3) % 5));
    const { points } = summarizeSweep(state, costs);
    const beats = (a: (typeof points)[number], b: (typeof points)[number]) =>
      (a.accuracy ?? 0) >= (b.accuracy ?? 0) &&
      a.cost.planBytes <= b.cost.planBytes &&
      ((a.accuracy ?? 0) > (b.accuracy ?? 0) || a.cost.planBytes < b.cost.planBytes);
    for (const point of points)
      expect(point.isOnFront, point.point.id).toBe(!points.some((other) => beats(other, point)));
    expect(points.some(({ isOnFront }) => isOnFront)).toBe(true);
    expect(points.some(({ isOnFront }) => !isOnFront)).toBe(true);
  });

  it('says nothing of what was not trained', () => {
    const { points, best, reference } = summarizeSweep(createSweep(spec), costs);
    for (const { accuracy, margin, figureOfMerit, isOnFront, measuredBytes } of points)
      expect([accuracy, margin, figureOfMerit, isOnFront, measuredBytes]).toEqual([
        null,
        null,
        null,
        false,
        null,
      ]);
    expect(best).toBeNull();
    expect(reference?.runs).toBe(0);
  });

  it('takes the largest k, then n, under the memory limit as its reference', () => {
    const bytesOf = (id: string) => costs.find(({ point }) => point.id === id)?.planBytes ?? 0;
    const full = bytesOf('k4-n2-trainable-interval');
    const below = costs.filter(({ planBytes }) => planBytes < full);
    const found = referencePoint({ ...spec, memoryLimit: full - 1 }, costs);
    expect(found?.point.truncationInterval).toBe(
      Math.max(...below.map(({ point }) => point.truncationInterval)),
    );
    expect(referencePoint({ ...spec, memoryLimit: 1 }, costs)).toBeNull();
  });

  it('does not divide by a reference that learnt nothing', () => {
    expect(accuracyLoss(0.5, 0)).toBe(-50);
    expect(accuracyLoss(0.4, 0.8)).toBeCloseTo(0.5, 12);
  });
});
