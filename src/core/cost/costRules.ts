import { AppError } from '../errors.ts';

/**
 * Accounting rules that Eqs. 8-16 leave open, each under a name; equation numbers in the cost model are the paper's.
 * `DEFAULT_RULES` holds the choices that reproduce the numbers which the paper states; they were fitted to those
 * numbers, so that agreement is no evidence for them. docs/cost-model.md lists what is the paper's and what was fitted.
 */
export interface CostRules {
  /**
   * Counts the neurons of pools with a LIF of their own in |U|, with the trainable layer before them. Off by default:
   * the stated costs fit networks whose pools have no neurons, although the paper's text gives them some.
   */
  countPoolNeurons: boolean;
  /**
   * Eq. 13 as printed writes gamma at every step. Nothing reads the gamma of an interval's first step, and the stated
   * savings of truncation are out of reach when it is written, so it is left out by default.
   */
  gammaWrittenAtFirstStep: boolean;
  /** The gamma of an interval's last step is read one step earlier, so it is written. Intervals of one step: see above. */
  gammaWrittenAtLastStep: boolean;
  /** With random classifiers: times that |W_c| is still read per step in the forward pass (they can be regenerated: 0). */
  randomClassifierForwardReads: 0 | 1;
  /** With random classifiers: times that |W_c| is still read at an interval's last step (Eq. 14 as printed: 1). */
  randomClassifierEndReads: 0 | 1;
  /** How many of the 2|U| additions of Eq. 16 vanish at an interval's last step, where no later gamma exists. */
  temporalAdditionsSkippedAtEnd: 0 | 1 | 2;
  /**
   * Additions that collect a kernel's gradient: `perWeight` is Eq. 16 as printed (B alpha |W|); `perPosition`
   * (alpha M) is what a convolution really takes, since a kernel weight collects from every position.
   */
  weightGradientAdditions: 'perWeight' | 'perPosition';
  /**
   * `timeOuter` is Eq. 10: all blocks step together. `blockOuter` frees a block before the next one starts.
   * `blockOuterBits` also keeps one spike bit and one window bit per neuron and step instead of f32 history.
   */
  memoryOrder: 'timeOuter' | 'blockOuter' | 'blockOuterBits';
  /** Bytes that one neuron adds to MC(CG) of one step; 16 stands for u, s, dropout output and one saved operand. */
  bytesPerNeuronStep: number;
  /** Bytes per weight in N(w); 12 stands for weight, gradient and momentum. Not read by `blockOuterBits`. */
  bytesPerWeight: number;
  /** C of Eq. 8: workspace of the framework. */
  workspaceBytes: number;
}

export const DEFAULT_RULES: CostRules = {
  countPoolNeurons: false,
  gammaWrittenAtFirstStep: false,
  gammaWrittenAtLastStep: true,
  randomClassifierForwardReads: 0,
  randomClassifierEndReads: 1,
  temporalAdditionsSkippedAtEnd: 2,
  weightGradientAdditions: 'perWeight',
  memoryOrder: 'timeOuter',
  bytesPerNeuronStep: 16,
  bytesPerWeight: 12,
  workspaceBytes: 0,
};

/**
 * alpha of Eqs. 15 and 16: the share of ones among the spikes that enter a layer, 0 to 1. The paper does not state
 * its values; 0.5 everywhere fits what it reports.
 */
export interface SpikeDensity {
  /** Density of the network's input. */
  input: number;
  /** Density of the output of every body entry: one number for all, or one per entry of `network.layers`. */
  layers: number | readonly number[];
}

export const DEFAULT_DENSITY: SpikeDensity = { input: 0.5, layers: 0.5 };

/**
 * @param entryCount Entries of `network.layers`.
 * @returns One density per entry.
 * @throws AppError `density-invalid` for a value outside 0..1 or a list of the wrong length.
 */
export function layerDensities(density: SpikeDensity, entryCount: number): number[] {
  const { layers } = density;
  const list = typeof layers === 'number' ? new Array<number>(entryCount).fill(layers) : [...layers];
  if (list.length !== entryCount) {
    throw new AppError(
      'density-invalid',
      `There are ${list.length} spike densities, but the network has ${entryCount} body entries.`,
      'Give one density per entry, pools included, or one number for all.',
    );
  }
  for (const value of [density.input, ...list]) {
    if (!(value >= 0 && value <= 1)) {
      throw new AppError(
        'density-invalid',
        `A spike density is ${value}, allowed is 0 to 1.`,
        'A density is the share of ones among the spikes.',
      );
    }
  }
  return list;
}
