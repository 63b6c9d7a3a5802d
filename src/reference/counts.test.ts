import { describe, expect, it } from 'vitest';
import { frameBit } from '../core/encodedDataset.ts';
import { LIMITS } from '../core/network.ts';
import { uniform } from '../core/random.ts';
import { dropoutMask, STREAMS_PER_ITERATION } from './dropoutMask.ts';
import { spikeCount } from './spikeCount.ts';
import { sumForward } from './sumForward.ts';

describe('sumForward and spikeCount', () => {
  it('add element by element, and step by step', () => {
    expect([...sumForward([0, 1, 1], [2, 0, 0.75])]).toEqual([2, 1, 1.75]);
    expect(spikeCount([0, 3, 1, 1], 1)).toEqual([5]);
    expect(spikeCount([0, 3, 1, 1], 2)).toEqual([3, 2]);
  });
});

describe('dropoutMask', () => {
  it('has a stream for every stage of the largest network', () => {
    // A residual unit has four stages, and every entry can be a block with a classifier of its own.
    expect(STREAMS_PER_ITERATION).toBeGreaterThanOrEqual(LIMITS.layers * 5);
  });

  const shape = { channels: 3, height: 4, width: 5 };
  const draw = { seed: 9, iteration: 2, stream: 5, dropout: 0.3 };

  it('keeps about 1 - p of the spikes', () => {
    const mask = dropoutMask(shape, 200, draw);
    const share = mask.reduce((a, b) => a + b, 0) / mask.length;
    // Standard error of 12000 draws: 0.004.
    expect(Math.abs(share - 0.7)).toBeLessThan(0.02);
  });

  it('draws each number at the place of the spike in the packed frame', () => {
    const mask = dropoutMask(shape, 2, draw);
    const place = 64 + frameBit(shape, 1, 2, 3);
    const stream = STREAMS_PER_ITERATION * 2 + 5;
    const kept = uniform(9, 'dropout', stream, place) >= 0.3;
    expect(mask[60 + (1 * 4 + 2) * 5 + 3]).toBe(kept ? 1 : 0);
  });

  it('changes with seed, iteration and layer, and with nothing else', () => {
    const masks = [draw, { ...draw, seed: 8 }, { ...draw, iteration: 3 }, { ...draw, stream: 6 }].map(
      (choice) => dropoutMask(shape, 2, choice).join(''),
    );
    expect(new Set(masks).size).toBe(4);
    expect(dropoutMask(shape, 2, draw).join('')).toBe(masks[0]);
    // A longer batch begins with the same samples.
    expect(dropoutMask(shape, 3, draw).join('').startsWith(masks[0])).toBe(true);
  });
});
