import { describe, expect, it } from 'vitest';
import type { OptimizerSpec } from '../core/trainingConfig.ts';
import { optimizerStep, zeroOptimizerState } from './optimizerStep.ts';

function run(optimizer: OptimizerSpec, learningRate: number, gradients: number[], start = 1): number[] {
  const weights = Float64Array.of(start);
  const state = zeroOptimizerState(1);
  return gradients.map((gradient, i) => {
    optimizerStep(optimizer, learningRate, i + 1, [gradient], weights, state);
    return weights[0];
  });
}

describe('optimizerStep', () => {
  it('SGD with momentum', () => {
    const sgd: OptimizerSpec = { kind: 'sgd', learningRate: 0, momentum: 0.5, weightDecay: 0 };
    // m = 1, 2.5, 1.25
    expect(run(sgd, 0.125, [1, 2, 0])).toEqual([0.875, 0.5625, 0.40625]);
  });

  it('weight decay pulls on weights that get no gradient', () => {
    const sgd: OptimizerSpec = { kind: 'sgd', learningRate: 0, momentum: 0, weightDecay: 0.5 };
    expect(run(sgd, 0.5, [0, 0])).toEqual([0.75, 0.5625]);
  });

  it('Adam steps by the learning rate at first, whatever the size of the gradient', () => {
    const adam: OptimizerSpec = {
      kind: 'adam',
      learningRate: 0,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-12,
      weightDecay: 0,
    };
    for (const gradient of [1e-3, 5, -40]) {
      expect(run(adam, 0.1, [gradient])[0]).toBeCloseTo(1 - 0.1 * Math.sign(gradient), 7);
    }
  });

  it('Adam, two steps by hand', () => {
    const adam: OptimizerSpec = {
      kind: 'adam',
      learningRate: 0,
      beta1: 0.5,
      beta2: 0.75,
      epsilon: 0.5,
      weightDecay: 0,
    };
    const [first, second] = run(adam, 1, [2, 4], 0);
    // m = 1, v = 1; corrected 2 and 4: 2 / (2 + 0.5).
    expect(first).toBeCloseTo(-0.8, 14);
    // m = 0.5 + 2, v = 0.75 + 4; corrected by 0.75 and 0.4375.
    expect(second).toBeCloseTo(-0.8 - 2.5 / 0.75 / (Math.sqrt(4.75 / 0.4375) + 0.5), 14);
  });
});
