import { describe, expect, it } from 'vitest';
import { cutIntoRanges } from '../../core/schedule.ts';
import { blockSizeAt, type GridLayer, gridHeight, intervalAt, layOutGrid } from './gridGeometry.ts';

const LENET: GridLayer[] = [1, 0, 1, 0, 1, 1].map((bodyLayers, index) => ({
  name: `layer${index}`,
  shape: '',
  bodyLayers,
}));
const BLOCKS = {
  1: [
    [0, 2],
    [2, 4],
    [4, 5],
    [5, 6],
  ],
  2: [
    [0, 4],
    [4, 6],
  ],
  4: [[0, 6]],
} as const;

function grid(n: 1 | 2 | 4, k = 5, stepCount = 20, width = 640) {
  const blocks = BLOCKS[n].map(([start, stop]) => ({ start, stop }));
  return layOutGrid(LENET, blocks, cutIntoRanges(stepCount, k), stepCount, width, 90);
}

describe('grid geometry', () => {
  it('has the same height for every n, and stacks rows without overlap from the input upwards', () => {
    for (const n of [1, 2, 4] as const) {
      const geometry = grid(n);
      expect(geometry.height).toBe(gridHeight(LENET));
      let below = geometry.inputY;
      for (const row of geometry.rows) {
        expect(row.y + row.height / 2).toBeLessThanOrEqual(below + 1e-9);
        below = row.y - row.height / 2;
      }
      expect(geometry.blocks[geometry.blocks.length - 1].classifierY).toBeGreaterThan(0);
      expect(geometry.rows.map(({ block }) => block)).toEqual(
        [...geometry.rows.map(({ block }) => block)].sort(),
      );
    }
  });

  it('covers the time axis with intervals, the last one shorter', () => {
    const { intervals, left, right } = grid(2, 8);
    expect(intervals.map(({ steps }) => steps.stop - steps.start)).toEqual([8, 8, 4]);
    expect(intervals[0].left).toBe(left);
    expect(intervals[2].right).toBe(right);
    expect(intervals[0].right).toBe(intervals[1].left);
  });

  it('draws fewer columns where there is no room, never none', () => {
    expect(grid(2).columnStride).toBe(1);
    const long = grid(2, 50, 2000, 320);
    expect(long.columns.length).toBeGreaterThan(5);
    expect(long.columns.length).toBeLessThan(30);
    expect(long.columns.every((step) => step < 2000)).toBe(true);
    expect(grid(2, 1, 2000, 320).dense).toBe(true);
  });

  it('turns the place of any border back into its k', () => {
    for (const k of [1, 3, 5, 10, 20]) {
      const geometry = grid(2, k);
      for (const [index, { right, steps }] of geometry.intervals.entries())
        if (steps.stop - steps.start === k) expect(intervalAt(geometry, right, index + 1, 20)).toBe(k);
    }
    expect(intervalAt(grid(2), -100, 1, 20)).toBe(1);
    expect(intervalAt(grid(2), 9999, 1, 20)).toBe(20);
  });

  it('turns the place of any block border back into its n', () => {
    for (const n of [1, 2, 4] as const) {
      const geometry = grid(n);
      for (const [index, { classifierY }] of geometry.blocks.entries())
        expect(blockSizeAt(geometry, classifierY, index + 1)).toBe(n);
    }
    expect(blockSizeAt(grid(2), 9999, 1)).toBe(1);
    expect(blockSizeAt(grid(2), -9999, 1)).toBe(4);
  });
});
