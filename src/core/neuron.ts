import { AppError } from './errors.ts';

/** Names of the surrogate derivatives; formulas in surrogate.ts and docs/maths.md. */
export type SurrogateKind = 'rectangular' | 'triangular' | 'atan' | 'fastSigmoid' | 'sigmoid';

/**
 * What a spike does to the membrane of the next step. `soft`: theta is subtracted (the paper). `hard`: the membrane starts
 * again from 0, as in NIR's IF and LIF; theta then has no say.
 */
export type ResetKind = 'soft' | 'hard';

/**
 * Constants of a LIF neuron (all dimensionless):
 *
 *   u[t] = beta u[t-1] + I[t] - theta s[t-1]        s[t] = 1 if u[t] >= threshold else 0        soft reset
 *   u[t] = beta u[t-1] (1 - s[t-1]) + I[t]                                                      hard reset
 */
export interface NeuronParameters {
  /** Leak factor per step (the paper's tau). Equivalent time constant: 1 / (1 - beta) steps. */
  beta: number;
  reset: ResetKind;
  /** What a spike subtracts from the membrane in the next step (soft reset only). */
  theta: number;
  threshold: number;
  surrogate: SurrogateKind;
  /** Width a of the rectangular window, or the parameter a of the other surrogates. */
  surrogateWidth: number;
  /** True cuts the gradient through the reset (snnTorch's convention); the paper's is false. */
  detachReset: boolean;
}

/** The paper's constants: beta 0.8 and theta 0.3 are stated, a = 0.6 and threshold 0.3 are inferred. */
export const PAPER_NEURON: NeuronParameters = {
  beta: 0.8,
  reset: 'soft',
  theta: 0.3,
  threshold: 0.3,
  surrogate: 'rectangular',
  surrogateWidth: 0.6,
  detachReset: false,
};

/** @throws AppError `neuron-out-of-range` naming the constant, its value and its range. */
export function checkNeuron(neuron: NeuronParameters): void {
  const ranges: [keyof NeuronParameters, number, number][] = [
    ['beta', 0, 1],
    ['theta', 0, 100],
    ['threshold', 1e-6, 100],
    ['surrogateWidth', 1e-6, 1000],
  ];
  for (const [name, low, high] of ranges) {
    const value = neuron[name];
    if (typeof value !== 'number' || !(value >= low && value <= high)) {
      throw new AppError(
        'neuron-out-of-range',
        `The neuron's ${name} is ${value}, allowed is ${low} to ${high}.`,
        `Choose a ${name} from ${low} to ${high}.`,
      );
    }
  }
}
