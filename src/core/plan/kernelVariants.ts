import { BACKWARD_VARIANTS, type BackwardVariant, backwardVariantOfKernel } from './backwardRows.ts';
import { FORWARD_VARIANTS, type ForwardVariant, variantOfKernel } from './forwardVariants.ts';
import {
  gradientVariantOfKernel,
  WEIGHT_GRADIENT_VARIANTS,
  type WeightGradientVariant,
} from './gradientVariants.ts';
import type { Pass } from './types.ts';

export const KERNEL_VARIANTS = [
  ...FORWARD_VARIANTS,
  ...BACKWARD_VARIANTS,
  ...WEIGHT_GRADIENT_VARIANTS,
] as const;
export type KernelVariant = (typeof KERNEL_VARIANTS)[number];

/** Which kernels a plan uses where several can do the work: by the stage's name, or `all` for those not named. */
export interface KernelVariants {
  forward: Readonly<Record<string, ForwardVariant>>;
  /** By the stage that receives the error. */
  backward?: Readonly<Record<string, BackwardVariant>>;
  weightGradient?: Readonly<Record<string, WeightGradientVariant>>;
}

/** Nothing asked for: every layer gets the variant that is fastest on most adapters. */
export const DEFAULT_VARIANTS: KernelVariants = { forward: {} };

/** One variant for every layer that it serves; nothing asked for where it is absent. */
export function forcedVariant(variant: KernelVariant | undefined): KernelVariants {
  if (variant === undefined) return DEFAULT_VARIANTS;
  const gradient = WEIGHT_GRADIENT_VARIANTS.find((name) => name === variant);
  if (gradient) return { forward: {}, weightGradient: { all: gradient } };
  const backward = BACKWARD_VARIANTS.find((name) => name === variant);
  if (backward) return { forward: {}, backward: { all: backward } };
  return { forward: { all: variant as ForwardVariant } };
}

/** The kinds of pass for which there is a choice. */
export type ChosenPassKind = keyof KernelVariants;

export const CHOSEN_PASS_KINDS: readonly ChosenPassKind[] = ['forward', 'backward', 'weightGradient'];

/** The variant that a pass runs; null where there is no choice. */
export function variantOfPass({ kind, kernel }: Pick<Pass, 'kind' | 'kernel'>): KernelVariant | null {
  if (kind === 'forward') return variantOfKernel(kernel);
  if (kind === 'backward') return backwardVariantOfKernel(kernel);
  return gradientVariantOfKernel(kernel);
}
