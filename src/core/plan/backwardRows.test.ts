import { describe, expect, it } from 'vitest';
import { backwardKernel, backwardQuadTile, backwardRowTile } from './backwardRows.ts';

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

describe('the tile of synapseBackwardQuads', () => {
  it('covers every column and channel, in loops that a processor keeps decoded wherever that can be', () => {
    for (const [kernelWidth, padding] of [
      [1, 0],
      [3, 1],
      [5, 0],
      [7, 3],
    ]) {
      for (const channels of SIZES) {
        for (const width of SIZES) {
          const outWidth = Math.max(1, width + 2 * padding - kernelWidth + 1);
          const tile = backwardQuadTile({ kernelWidth, padding, outWidth }, { channels, width });
          const { TILE, ABOVE, CHANNELS, SHIFT, WHOLE, LOADS } = tile;
          expect([ABOVE, SHIFT]).toEqual(
            WHOLE === 1 ? [outWidth, padding] : [TILE + kernelWidth - 1, kernelWidth - 1],
          );
          if (WHOLE === 1) expect(TILE).toBe(width);
          expect(TILE).toBeLessThanOrEqual(16);
          expect(CHANNELS).toBeLessThanOrEqual(Math.min(4, channels));
          expect(4 * LOADS).toBeGreaterThanOrEqual(kernelWidth * CHANNELS);
          expect((Math.ceil(width / TILE) - 1) * TILE).toBeLessThan(width);
          // Vectors that are loaded: what makes a loop long.
          expect(ABOVE + LOADS).toBeLessThan(24);
        }
      }
    }
  });

  it('takes two channels of whole rows where three would not fit', () => {
    const consumer = { kernelWidth: 5, padding: 0, outWidth: 11 };
    const below = { channels: 6, height: 15, width: 15 };
    expect(backwardKernel('quadRows', consumer, below, 110)).toEqual({
      kernel: 'synapseBackwardQuads',
      overrides: {
        KERNEL_WIDTH: 5,
        TILE: 15,
        ABOVE: 11,
        SHIFT: 0,
        WHOLE: 1,
        LOADS: 3,
        CHANNELS: 2,
      },
      // Frames filled up to whole quads.
      invocations: 112 * 15 * 3,
    });
    expect(backwardKernel('rows', consumer, below, 110)).toMatchObject({
      kernel: 'synapseBackwardRows',
      invocations: 55 * 15 * 2,
    });
  });
});
