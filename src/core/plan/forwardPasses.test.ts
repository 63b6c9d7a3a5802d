import { describe, expect, it } from 'vitest';
import { writtenWindow } from './forwardPasses.ts';

describe('the window of a pool', () => {
  const pool = (side: number, channels: number) => ({
    kernelHeight: side,
    kernelWidth: side,
    outputShape: { channels, height: 4, width: 4 },
  });

  it('is written out where each of its rows fits a word', () => {
    expect(writtenWindow(pool(2, 6), 2)).toEqual({ ROWS: 2, COLUMNS: 2, LOOPS: 0 });
    expect(writtenWindow(pool(2, 16), 4)).toEqual({ ROWS: 2, COLUMNS: 2, LOOPS: 0 });
    expect(writtenWindow(pool(3, 8), 2)).toEqual({ ROWS: 3, COLUMNS: 3, LOOPS: 0 });
  });

  it('is a loop where rows are longer, or the window has many positions', () => {
    for (const [side, channels, vectors] of [
      [2, 17, 4],
      [3, 11, 3],
      [4, 1, 1],
    ])
      expect(writtenWindow(pool(side, channels), vectors)).toEqual({ ROWS: 0, COLUMNS: 0, LOOPS: 1 });
  });
});
