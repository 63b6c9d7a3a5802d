import type { OptimizerSpec } from '../core/trainingConfig.ts';

/** Running means of one tensor; zero before its first update. SGD uses the first one as its momentum. */
export interface OptimizerState {
  firstMoment: Float64Array;
  secondMoment: Float64Array;
}

export function zeroOptimizerState(elements: number): OptimizerState {
  return { firstMoment: new Float64Array(elements), secondMoment: new Float64Array(elements) };
}

/**
 * One optimizer step of one tensor (docs/maths.md 12, 13); updates weights and state in place. Twin of
 * shaders/optimizerStep.wgsl, which adds the partial gradients first.
 *
 * @param update Counts this tensor's updates from 1: Adam's bias correction. @param gradient Same length as weights.
 */
export function optimizerStep(
  optimizer: OptimizerSpec,
  learningRate: number,
  update: number,
  gradient: ArrayLike<number>,
  weights: Float64Array,
  state: OptimizerState,
): void {
  const { firstMoment, secondMoment } = state;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i] + optimizer.weightDecay * weights[i];
    if (optimizer.kind === 'sgd') {
      firstMoment[i] = optimizer.momentum * firstMoment[i] + g;
      weights[i] -= learningRate * firstMoment[i];
      continue;
    }
    const { beta1, beta2, epsilon } = optimizer;
    firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * g;
    secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * g * g;
    const first = firstMoment[i] / (1 - beta1 ** update);
    const second = secondMoment[i] / (1 - beta2 ** update);
    weights[i] -= (learningRate * first) / (Math.sqrt(second) + epsilon);
  }
}
