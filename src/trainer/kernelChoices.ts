import type { BackwardVariant } from '../core/plan/backwardRows.ts';
import type { ForwardVariant } from '../core/plan/forwardVariants.ts';
import type { WeightGradientVariant } from '../core/plan/gradientVariants.ts';
import {
  type ChosenPassKind,
  forcedVariant,
  KERNEL_VARIANTS,
  type KernelVariant,
  type KernelVariants,
  variantOfPass,
} from '../core/plan/kernelVariants.ts';
import type { Pass, TrainingPlan } from '../core/plan/types.ts';
import { ORDERED_QUADS } from '../gpu/device.ts';

/** One pass of one layer for which several kernels could do the work. */
export interface KernelPlace {
  kind: ChosenPassKind;
  layer: string;
  /** What the plan uses unless something else is asked for. */
  standard: KernelVariant;
  /** All that serve the layer and give the same bits, the standard one included. */
  candidates: KernelVariant[];
  /** Everything on which it depends which one is fastest: kind, sizes, steps. No names. */
  shape: string;
}

/** What was found for a place: how many times faster the variant is than the slowest one that was measured. */
export interface KernelChoice {
  variant: KernelVariant;
  ratio: number;
}

/** Of a pass's parameters those that say how much work it has, and of what form. */
const SIZES = [
  'batchSize',
  'inHeight',
  'inWidth',
  'inChannels',
  'inPlanes',
  'outHeight',
  'outWidth',
  'outChannels',
  'weightVectors',
  'kernelHeight',
  'kernelWidth',
  'stride',
  'padding',
  'hasBias',
  'chunkSteps',
  'splitSize',
  'splitCount',
] as const;
const FORMS = ['HISTORY', 'DROPOUT', 'BATCH_NORM', 'RESET', 'SUM_STEPS', 'HALF_WEIGHTS'] as const;

/** What an adapter must offer for a variant: WebGPU's name, or `quads` of the device. */
const NEEDED_FEATURES: Partial<Record<KernelVariant, string>> = {
  subgroup: 'subgroups',
  quadRows: ORDERED_QUADS,
  quadMasks: ORDERED_QUADS,
};

/** The variants that an adapter with these features can run. */
export function availableVariants(features: readonly string[]): readonly KernelVariant[] {
  return KERNEL_VARIANTS.filter((variant) => {
    const needed = NEEDED_FEATURES[variant];
    return needed === undefined || features.includes(needed);
  });
}

export function placeName({ kind, layer }: Pick<KernelPlace, 'kind' | 'layer'>): string {
  return `${kind}/${layer}`;
}

/** The first pass of every place in a training program, in order. */
function placesOf(plan: TrainingPlan): Map<string, Pass> {
  const found = new Map<string, Pass>();
  for (const step of plan.trainProgram) {
    if (step.kind !== 'run') continue;
    const pass = plan.passes[step.pass];
    const name = placeName({ kind: pass.kind as ChosenPassKind, layer: pass.stage });
    if (variantOfPass(pass) !== null && !found.has(name)) found.set(name, pass);
  }
  return found;
}

function shapeOf(pass: Pass, { config }: TrainingPlan): string {
  const steps = Math.min(config.schedule.truncationInterval, config.stepCount);
  const sizes = SIZES.map((size) => pass.params[size] ?? 0);
  const forms = FORMS.map((form) => pass.overrides[form] ?? 0);
  return [pass.kind, steps, ...sizes, ...forms].join(' ');
}

/**
 * Where there is a choice in a run.
 * @param planWith The plan of the run when these variants are asked for.
 * @param available Variants that the adapter can run.
 */
export function kernelPlaces(
  planWith: (variants: KernelVariants) => TrainingPlan,
  available: readonly KernelVariant[] = KERNEL_VARIANTS,
): KernelPlace[] {
  const plan = planWith(forcedVariant(undefined));
  const places = [...placesOf(plan)].map(([name, pass]): [string, KernelPlace] => [
    name,
    {
      kind: pass.kind as ChosenPassKind,
      layer: pass.stage,
      standard: variantOfPass(pass) as KernelVariant,
      candidates: [variantOfPass(pass) as KernelVariant],
      shape: shapeOf(pass, plan),
    },
  ]);
  const byName = new Map(places);
  for (const variant of available) {
    for (const [name, pass] of placesOf(planWith(forcedVariant(variant)))) {
      const place = byName.get(name);
      if (variantOfPass(pass) === variant && place && variant !== place.standard)
        place.candidates.push(variant);
    }
  }
  return [...byName.values()].filter(({ candidates }) => candidates.length > 1);
}

/** What to ask the planner for, from a variant per place. */
export function toKernelVariants(chosen: Iterable<readonly [KernelPlace, KernelVariant]>): KernelVariants {
  const forward: Record<string, ForwardVariant> = {};
  const backward: Record<string, BackwardVariant> = {};
  const weightGradient: Record<string, WeightGradientVariant> = {};
  for (const [{ kind, layer }, variant] of chosen) {
    if (kind === 'forward') forward[layer] = variant as ForwardVariant;
    else if (kind === 'backward') backward[layer] = variant as BackwardVariant;
    else weightGradient[layer] = variant as WeightGradientVariant;
  }
  return { forward, backward, weightGradient };
}
