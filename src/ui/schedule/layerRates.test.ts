import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../session/sessionStore.ts';
import { layerRates, rateAt } from './layerRates.ts';

const LATEST = {
  epoch: 2,
  firingRates: [
    { layer: 'conv1', rate: 0.25 },
    { layer: 'sew2.lif1', rate: 0.5 },
    { layer: 'sew2.lif2', rate: 0.125 },
  ],
} as EpochMetrics;
const STEPS = {
  epoch: 2,
  layers: [
    { layer: 'conv1', rates: [0, 0.5] },
    { layer: 'sew2.lif1', rates: [1, 0] },
    { layer: 'sew2.lif2', rates: [0.25, 0] },
  ],
};

describe('firing rates of the diagram', () => {
  it('are those of a step, of the second population of a residual unit, and none for a pool without neurons', () => {
    const rates = layerRates(['conv1', 'pool1', 'sew2'], LATEST, STEPS, 2);
    expect(rates).toEqual([{ mean: 0.25, steps: [0, 0.5] }, null, { mean: 0.125, steps: [0.25, 0] }]);
    expect([0, 1].map((step) => rateAt(rates[0], step))).toEqual([0, 0.5]);
    expect(rateAt(rates[1], 0)).toBeNull();
  });

  it('are means where steps are not known: none kept, another epoch, another number of steps', () => {
    for (const [steps, stepCount] of [
      [null, 2],
      [{ ...STEPS, epoch: 1 }, 2],
      [STEPS, 3],
    ] as const) {
      const [rate] = layerRates(['conv1'], LATEST, steps, stepCount);
      expect(rate).toEqual({ mean: 0.25 });
      expect(rateAt(rate, 1)).toBe(0.25);
    }
    expect(layerRates(['conv1'], undefined, STEPS, 2)).toEqual([undefined]);
  });
});
