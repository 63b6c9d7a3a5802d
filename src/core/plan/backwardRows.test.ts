import { describe, expect, it } from 'vitest';
import { backwardRowTile } from './backwardRows.ts';

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 31, 32, 64, 100];

describe('the tile of synapseBackwardRows', () => {
  it('covers every column and channel, and stays short to compile', () => {
    for (const [kernelWidth, padding] of [
      [1, 0],
      [2, 1],
      [3, 1],
      [5, 0],
      [7, 3],
    ]) {
      for (const channels of SIZES) {
        for (const width of SIZES) {
          const outWidth = Math.max(1, width + 2 * padding - kernelWidth + 1);
          const tile = backwardRowTile({ kernelWidth, padding, outWidth }, { channels, width });
          const { TILE, ABOVE, CHANNELS, FRAMES, SHIFT, WHOLE } = tile;
          if (WHOLE === 1) {
            expect([TILE, ABOVE, SHIFT]).toEqual([width, outWidth, padding]);
            expect(ABOVE * CHANNELS * kernelWidth * FRAMES).toBeLessThanOrEqual(340);
          } else {
            expect(TILE * CHANNELS * kernelWidth).toBeLessThanOrEqual(240);
            expect([ABOVE, SHIFT, FRAMES]).toEqual([TILE + kernelWidth - 1, kernelWidth - 1, 1]);
          }
          expect(CHANNELS).toBeLessThanOrEqual(channels);
          // The last tile has work.
          expect((Math.ceil(width / TILE) - 1) * TILE).toBeLessThan(width);
        }
      }
    }
  });

  it('takes whole rows in two frames, where they are short', () => {
    const consumer = { kernelWidth: 5, padding: 0, outWidth: 11 };
    expect(backwardRowTile(consumer, { channels: 6, width: 15 })).toEqual({
      KERNEL_WIDTH: 5,
      TILE: 15,
      ABOVE: 11,
      SHIFT: 0,
      WHOLE: 1,
      FRAMES: 2,
      CHANNELS: 3,
    });
    expect(backwardRowTile({ ...consumer, outWidth: 28 }, { channels: 6, width: 32 })).toMatchObject({
      TILE: 16,
      WHOLE: 0,
      FRAMES: 1,
      CHANNELS: 3,
    });
  });
});
