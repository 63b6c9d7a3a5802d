import { describe, expect, it } from 'vitest';
import { poolBlocks } from './poolBlocks.ts';

const POOL = { pool: 'average', kernelHeight: 2, kernelWidth: 2, stride: 2 } as const;
const BELOW = { channels: 6, height: 30, width: 30 };
const FORM = { LIF: 1, HISTORY: 1, SUM_STEPS: 0, ACCUMULATE: 0 };

describe('blocks of an average pool', () => {
  it('have one invocation per vector, those that stick out included', () => {
    expect(poolBlocks(POOL, BELOW, FORM)).toEqual({
      overrides: { BLOCK: 2, WINDOW: 2, SHARED: 1, PARTIAL: 0 },
      perSample: 15 * 15 * 2,
    });
    expect(poolBlocks(POOL, { channels: 16, height: 11, width: 9 }, FORM)).toEqual({
      overrides: { BLOCK: 2, WINDOW: 2, SHARED: 1, PARTIAL: 0 },
      perSample: 6 * 5 * 4,
    });
    // Only where windows leave positions out can a position that does not exist differ from the last one.
    expect(poolBlocks({ ...POOL, stride: 3 }, BELOW, FORM)?.overrides.PARTIAL).toBe(0);
    expect(poolBlocks({ ...POOL, stride: 3 }, { ...BELOW, width: 31 }, FORM)?.overrides.PARTIAL).toBe(1);
  });

  it('read a row of a block as one run where it has no more bits than a word', () => {
    const shared = (channels: number, stride: number) =>
      poolBlocks({ ...POOL, stride }, { ...BELOW, channels }, FORM)?.overrides.SHARED;
    expect([shared(28, 2), shared(29, 2), shared(14, 3), shared(15, 3)]).toEqual([1, 0, 1, 0]);
  });

  it('leave what they cannot do to poolBackward', () => {
    expect(poolBlocks({ ...POOL, pool: 'maximum' }, BELOW, FORM)).toBeNull();
    expect(poolBlocks({ ...POOL, stride: 1 }, BELOW, FORM)).toBeNull();
    expect(poolBlocks({ ...POOL, kernelHeight: 3, kernelWidth: 3 }, BELOW, FORM)).toBeNull();
    expect(poolBlocks({ ...POOL, kernelHeight: 1 }, BELOW, FORM)).toBeNull();
    expect(poolBlocks({ ...POOL, stride: 4 }, BELOW, FORM)).toBeNull();
    const others: Record<string, number>[] = [
      { LIF: 0 },
      { HISTORY: 2 },
      { RESET: 1 },
      { SUM_STEPS: 1 },
      { ACCUMULATE: 1 },
    ];
    for (const other of others) expect(poolBlocks(POOL, BELOW, { ...FORM, ...other })).toBeNull();
  });
});
