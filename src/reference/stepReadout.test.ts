import { describe, expect, it } from 'vitest';
import { createRandom } from '../core/random.ts';
import { localLoss } from './localLoss.ts';
import { stepReadout } from './stepReadout.ts';

describe('stepReadout', () => {
  it('reads out the class with most spikes so far, ties to the lowest', () => {
    // One sample, three classes: nothing; class 2; class 1 (tie 1:1 with 2); class 2 again.
    const spikes = [0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1];
    expect([...stepReadout({ batchSize: 1, classCount: 3, spikes, counts: [0, 0, 0] })]).toEqual([
      0, 2, 1, 2,
    ]);
  });

  it('goes on from the counts before the window and leaves them alone', () => {
    const counts = [0, 2, 0];
    const spikes = [1, 0, 0, 1, 0, 0, 1, 0, 0];
    expect([...stepReadout({ batchSize: 1, classCount: 3, spikes, counts })]).toEqual([1, 0, 0]);
    expect(counts).toEqual([0, 2, 0]);
  });

  it('ends where the read-out of the loss stands', () => {
    const random = createRandom(4, 'test', 0);
    const [batchSize, classCount, steps] = [9, 6, 11];
    const spikes = Array.from({ length: steps * batchSize * classCount }, () => random.integer(2));
    const counts = Float64Array.from({ length: batchSize * classCount }, () => random.integer(4));
    const found = stepReadout({ batchSize, classCount, spikes, counts });
    const labels = new Int32Array(batchSize);
    const { predictions } = localLoss({ kind: 'mse', classCount, spikes, labels, counts });
    expect([...found.slice(-batchSize)]).toEqual([...predictions]);
  });
});
