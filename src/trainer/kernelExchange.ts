import { AppError } from '../core/errors.ts';
import { variantOfPass } from '../core/plan/kernelVariants.ts';
import type { Pass, TrainingPlan } from '../core/plan/types.ts';

/**
 * The passes of `other` for which there is a choice of kernels, by their place in `plan`.
 * @throws AppError `plan-incomplete` unless both plans do the same work, pass by pass, on the same buffers.
 */
export function exchangeablePasses(plan: TrainingPlan, other: TrainingPlan): Map<number, Pass> {
  const places = ({ buffers }: TrainingPlan) =>
    JSON.stringify(buffers.map(({ name, heap, slab, offset }) => [name, heap, slab, offset]));
  const work = ({ kind, stage, params, buffers }: Pass) => JSON.stringify([kind, stage, params, buffers]);
  const isAlike =
    plan.passes.length === other.passes.length &&
    places(plan) === places(other) &&
    plan.passes.every((pass, index) => work(pass) === work(other.passes[index]));
  if (!isAlike) {
    throw new AppError(
      'plan-incomplete',
      'The kernels of another variant need other buffers.',
      'Please report this with the session that led here.',
    );
  }
  return new Map([...other.passes.entries()].filter(([, pass]) => variantOfPass(pass) !== null));
}
