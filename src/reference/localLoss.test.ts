import { describe, expect, it } from 'vitest';
import { localLoss } from './localLoss.ts';

/** Two steps, two samples, three classes. Rates: sample 0 (1, 1/2, 0), sample 1 (0, 0, 1/2). */
const spikes = [1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0];

function run(kind: 'mse' | 'crossEntropy', labels: number[], counts = new Float64Array(6)) {
  return { ...localLoss({ kind, classCount: 3, spikes, labels, counts }), counts };
}

describe('localLoss', () => {
  it('mean squared error, by hand', () => {
    const { loss, errors } = run('mse', [0, 1]);
    // Sample 0: (0 + 1/4 + 0) / 3, sample 1: (0 + 1 + 1/4) / 3.
    expect(loss).toBeCloseTo((0.25 + 1.25) / 6, 14);
    // -2 (y - r) / (2 steps * 3 classes * 2 samples)
    const expected = [0, 1, 0, 0, -2, 1].map((twice) => twice / 12);
    for (const [i, value] of expected.entries()) expect(errors[i]).toBeCloseTo(value, 14);
  });

  it('cross-entropy, by hand', () => {
    const { loss, errors } = run('crossEntropy', [0, 1]);
    const sums = [Math.E + Math.exp(0.5) + 1, 2 + Math.exp(0.5)];
    expect(loss).toBeCloseTo((Math.log(sums[0]) - 1 + Math.log(sums[1])) / 2, 14);
    expect(errors[0]).toBeCloseTo((Math.E / sums[0] - 1) / 4, 14);
    expect(errors[2]).toBeCloseTo(1 / sums[0] / 4, 14);
    expect(errors[4]).toBeCloseTo((1 / sums[1] - 1) / 4, 14);
    // The softmax minus the one-hot target sums to zero.
    expect(errors.slice(0, 3).reduce((a, b) => a + b)).toBeCloseTo(0, 14);
  });

  it('counts over intervals and reads out the highest, ties to the lowest class', () => {
    const first = run('mse', [0, 1]);
    expect([...first.counts]).toEqual([2, 1, 0, 0, 0, 1]);
    expect([...first.predictions]).toEqual([0, 2]);
    const carried = run('mse', [0, 1], Float64Array.of(0, 1, 0, 1, 0, 0));
    expect([...carried.counts]).toEqual([2, 2, 0, 1, 0, 1]);
    expect([...carried.predictions]).toEqual([0, 0]);
  });

  it.each(['mse', 'crossEntropy'] as const)('%s: micro-batches add up to the batch', (kind) => {
    const whole = localLoss({ kind, classCount: 3, spikes, labels: [0, 1], counts: new Float64Array(6) });
    const parts = [0, 1].map((b) =>
      localLoss({
        kind,
        classCount: 3,
        spikes: [...spikes.slice(3 * b, 3 * b + 3), ...spikes.slice(6 + 3 * b, 9 + 3 * b)],
        labels: [b],
        counts: new Float64Array(3),
        sampleCount: 2,
      }),
    );
    expect(parts[0].loss + parts[1].loss).toBeCloseTo(whole.loss, 14);
    expect(parts.flatMap(({ errors }) => [...errors])).toEqual([...whole.errors]);
  });

  it.each(['mse', 'crossEntropy'] as const)('%s: an empty place changes neither mean nor error', (kind) => {
    const full = localLoss({
      kind,
      classCount: 3,
      spikes: [1, 0, 0, 1, 1, 0],
      labels: [2],
      counts: new Float64Array(3),
    });
    const { loss, errors } = run(kind, [2, -1]);
    expect(loss).toBeCloseTo(full.loss, 14);
    expect([...errors]).toEqual([...full.errors, 0, 0, 0]);
  });
});
