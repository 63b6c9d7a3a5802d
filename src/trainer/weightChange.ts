import type { TensorSpec, TrainingPlan } from '../core/plan/types.ts';
import type { NamedTensor } from './messages.ts';

/** How far one layer's weights have moved, relative to their size. */
export interface WeightChange {
  layer: string;
  /** |W now - W before| / |W before|, Euclidean norms over weight and bias. */
  change: number;
}

/**
 * Follows how much each trainable layer learns, from the weights that are read back for the digest anyway: a layer that no
 * gradient reaches stands still. Costs the page's memory one copy of the weights, the GPU nothing.
 */
export class WeightChangeMeter {
  #before = new Map<string, Float32Array>();

  /**
   * Compares with the weights of the call before, and remembers these.
   * @returns One entry per trainable layer that both calls have in the same shape; empty the first time.
   */
  measure({ graph, tensors: specs }: TrainingPlan, tensors: readonly NamedTensor[]): WeightChange[] {
    const sums = new Map<string, { moved: number; size: number }>();
    for (const [i, { name, values }] of tensors.entries()) {
      const before = this.#before.get(name);
      if (!isWeight(specs[i]) || before?.length !== values.length) continue;
      const layer = graph.stages[specs[i].stage].name;
      const sum = sums.get(layer) ?? { moved: 0, size: 0 };
      for (const [j, value] of values.entries()) {
        sum.moved += (value - before[j]) ** 2;
        sum.size += before[j] ** 2;
      }
      sums.set(layer, sum);
    }
    this.#before = new Map(tensors.map(({ name, values }) => [name, values]));
    return [...sums].map(([layer, { moved, size }]) => ({
      layer,
      // Weights that began at 0 have changed altogether.
      change: size > 0 ? Math.sqrt(moved / size) : Math.sign(moved),
    }));
  }

  /** The next call is a first one again: after weights were set, not learnt. */
  forget(): void {
    this.#before.clear();
  }
}

function isWeight({ trainable, layout }: TensorSpec): boolean {
  return trainable && layout !== 'row';
}
