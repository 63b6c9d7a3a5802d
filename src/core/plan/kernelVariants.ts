import { FORWARD_VARIANTS, type ForwardVariant, variantOfKernel } from './forwardVariants.ts';
import type { Pass } from './types.ts';

/**
 * The kernels that can find a layer's weight gradients: `rows` visits the spikes of every input row, `positions` asks at every
 * position which inputs are set. Both add the same products in the same order wherever there is a choice.
 */
export const WEIGHT_GRADIENT_VARIANTS = ['rows', 'positions'] as const;
export type WeightGradientVariant = (typeof WEIGHT_GRADIENT_VARIANTS)[number];

export const KERNEL_VARIANTS = [...FORWARD_VARIANTS, ...WEIGHT_GRADIENT_VARIANTS] as const;
export type KernelVariant = (typeof KERNEL_VARIANTS)[number];

/** Which kernels a plan uses where several can do the work: by the stage's name, or `all` for those not named. */
export interface KernelVariants {
  forward: Readonly<Record<string, ForwardVariant>>;
  weightGradient?: Readonly<Record<string, WeightGradientVariant>>;
}

/** Nothing asked for: every layer gets the variant that is fastest on most adapters. */
export const DEFAULT_VARIANTS: KernelVariants = { forward: {} };

/** One variant for every layer that it serves; nothing asked for where it is absent. */
export function forcedVariant(variant: KernelVariant | undefined): KernelVariants {
  if (variant === undefined) return DEFAULT_VARIANTS;
  if (variant === 'rows' || variant === 'positions') return { forward: {}, weightGradient: { all: variant } };
  return { forward: { all: variant } };
}

/** The kinds of pass for which there is a choice. */
export type ChosenPassKind = keyof KernelVariants;

/** The variant that a pass runs; null where there is no choice. */
export function variantOfPass({ kind, kernel }: Pick<Pass, 'kind' | 'kernel'>): KernelVariant | null {
  if (kind === 'forward') return variantOfKernel(kernel);
  if (kernel === 'weightGradRows') return 'rows';
  return kernel === 'weightGrad' ? 'positions' : null;
}
