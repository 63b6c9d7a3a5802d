import type { ForwardVariant } from './forwardVariants.ts';

/** Which kernels a plan uses where several can do the work: by the stage's name, or `all` for those not named. */
export interface KernelVariants {
  forward: Readonly<Record<string, ForwardVariant>>;
}

/** Nothing asked for: every layer gets the variant that is fastest on most adapters. */
export const DEFAULT_VARIANTS: KernelVariants = { forward: {} };

/** One variant for every layer that it serves; nothing asked for where it is absent. */
export function forcedForward(variant: ForwardVariant | undefined): KernelVariants {
  return variant ? { forward: { all: variant } } : DEFAULT_VARIANTS;
}
