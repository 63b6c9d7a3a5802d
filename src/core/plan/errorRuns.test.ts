import { describe, expect, it } from 'vitest';
import { errorRuns } from './errorRuns.ts';

const FORM = { LIF: 1, HISTORY: 1, DROPOUT: 0, SUM_STEPS: 0, ACCUMULATE: 0, CONSTANT: 0, IN_PLACE: 1 };
const runs = (channels: number, height: number, width: number) =>
  errorRuns({ channels, height, width }, FORM)?.overrides;

describe('runs of errorBackwardRuns', () => {
  it('join positions with few channels, as many as divide the map', () => {
    expect(errorRuns({ channels: 6, height: 15, width: 15 }, FORM)).toEqual({
      overrides: { POSITIONS: 3, VECTORS: 2 },
      perSample: 75,
    });
    expect(runs(1, 4, 5)).toEqual({ POSITIONS: 5, VECTORS: 1 });
    expect(runs(4, 8, 8)).toEqual({ POSITIONS: 4, VECTORS: 1 });
    expect(runs(5, 2, 2)).toEqual({ POSITIONS: 2, VECTORS: 2 });
  });

  it('join the vectors of a position where it has many channels', () => {
    expect(runs(16, 11, 11)).toEqual({ POSITIONS: 1, VECTORS: 4 });
    expect(runs(64, 3, 3)).toEqual({ POSITIONS: 1, VECTORS: 4 });
    expect(runs(120, 1, 1)).toEqual({ POSITIONS: 1, VECTORS: 6 });
  });

  it('have their history in one word, and divide what there is', () => {
    for (let channels = 1; channels <= 132; channels++) {
      for (const [height, width] of [
        [1, 1],
        [3, 5],
        [8, 8],
        [11, 11],
      ]) {
        const found = errorRuns({ channels, height, width }, FORM);
        const { POSITIONS, VECTORS } = { POSITIONS: 1, VECTORS: 1, ...found?.overrides };
        const vectors = Math.ceil(channels / 4);
        expect((POSITIONS - 1) * channels + 4 * VECTORS).toBeLessThanOrEqual(32);
        expect([(height * width) % POSITIONS, vectors % VECTORS]).toEqual([0, 0]);
        if (POSITIONS > 1) expect(VECTORS).toBe(vectors);
        if (found) expect(found.perSample * POSITIONS * VECTORS).toBe(height * width * vectors);
      }
    }
  });

  it('leave what they cannot do to errorBackward', () => {
    expect(runs(4, 1, 1)).toBeUndefined();
    expect(runs(28, 3, 3)).toBeUndefined();
    const others: Record<string, number>[] = [
      { LIF: 0 },
      { HISTORY: 2 },
      { RESET: 1 },
      { SUM_STEPS: 1 },
      { ACCUMULATE: 1 },
      { CONSTANT: 1 },
    ];
    const shape = { channels: 6, height: 15, width: 15 };
    for (const other of others) expect(errorRuns(shape, { ...FORM, ...other })).toBeNull();
  });
});
