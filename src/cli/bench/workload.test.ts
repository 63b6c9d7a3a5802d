import { describe, expect, it } from 'vitest';
import { wordsPerFrame } from '../../core/encodedDataset.ts';
import { workloadBatch } from './workload.ts';

const WORDS = wordsPerFrame({ channels: 2, height: 34, width: 34 });

function spikeCount(words: Uint32Array): number {
  let count = 0;
  for (let word of words) for (; word !== 0; word = (word & (word - 1)) >>> 0) count++;
  return count;
}

describe('the input of workload A', () => {
  it('fires in 3 % of its places, in every step and sample', () => {
    const { input, labels } = workloadBatch(16);
    expect(input.length).toBe(20 * 16 * WORDS);
    expect(spikeCount(input) / (20 * 16 * 2 * 34 * 34)).toBeCloseTo(0.03, 3);
    for (let frame = 0; frame < 20 * 16; frame++)
      expect(spikeCount(input.subarray(frame * WORDS, (frame + 1) * WORDS))).toBeGreaterThan(30);
    expect(labels.length).toBe(16);
  });

  it('of the first sample begins alike, whatever the steps and the batch', () => {
    const long = workloadBatch(2, 40).input;
    const short = workloadBatch(1, 20).input;
    for (let t = 0; t < 20; t++) {
      expect(long.subarray(2 * t * WORDS, (2 * t + 1) * WORDS)).toEqual(
        short.subarray(t * WORDS, (t + 1) * WORDS),
      );
    }
    expect(spikeCount(long) / (40 * 2 * 2 * 34 * 34)).toBeCloseTo(0.03, 2);
  });
});
