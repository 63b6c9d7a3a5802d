import { describe, expect, it } from 'vitest';
import { backwardRowTile, gradientRowTile } from './backwardRows.ts';

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 31, 32, 64, 100];

describe('the tile of synapseBackwardRows', () => {
  it('covers every column and channel, and stays short to compile', () => {
    for (const kernelWidth of [1, 2, 3, 5, 7]) {
      for (const channels of SIZES) {
        for (const width of SIZES) {
          const { TILE, ABOVE, CHANNELS } = backwardRowTile(kernelWidth, { channels, width });
          expect(TILE * CHANNELS * kernelWidth).toBeLessThanOrEqual(240);
          expect(ABOVE).toBe(TILE + kernelWidth - 1);
          expect(CHANNELS).toBeLessThanOrEqual(channels);
          // The last tile has work.
          expect((Math.ceil(width / TILE) - 1) * TILE).toBeLessThan(width);
        }
      }
    }
  });

  it('takes 15 columns of 6 channels in threes', () => {
    expect(backwardRowTile(5, { channels: 6, width: 15 })).toMatchObject({ TILE: 15, CHANNELS: 3 });
  });
});

describe('the words of weightGradRows', () => {
  it('are looked at in groups of channels that divide the channels, at most four at a time', () => {
    for (const channels of SIZES.filter((count) => count <= 32)) {
      for (const width of SIZES) {
        const { GROUP, WORDS } = gradientRowTile(3, { channels, width });
        expect(channels % GROUP).toBe(0);
        expect(WORDS).toBeGreaterThan(0);
        expect(WORDS).toBeLessThanOrEqual(4);
      }
    }
  });
});
