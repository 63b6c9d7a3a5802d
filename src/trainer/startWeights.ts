import { AppError } from '../core/errors.ts';
import type { StageGraph } from '../core/plan/stages.ts';
import { portableName } from '../core/plan/tensorNames.ts';
import type { NamedTensor } from './messages.ts';

/**
 * The drawn weights, with those that the run was given in the place of the ones of the same portable name. What is given
 * for classifiers that this (k, n) does not have waits for one that has them.
 * @throws AppError `tensor-mismatch` for a tensor of another length.
 */
export function withStartWeights(
  drawn: readonly NamedTensor[],
  given: readonly NamedTensor[] | undefined,
  graph: Pick<StageGraph, 'blocks'>,
): NamedTensor[] {
  const byName = new Map((given ?? []).map((tensor) => [tensor.name, tensor]));
  return drawn.map((tensor) => {
    const own = byName.get(portableName(graph, tensor.name));
    if (!own) return tensor;
    if (own.values.length !== tensor.values.length) {
      throw new AppError(
        'tensor-mismatch',
        `The start weights ${own.name} have ${own.values.length} values, this network's have ${tensor.values.length}.`,
        'Use weights of the same network.',
      );
    }
    return { ...tensor, values: own.values };
  });
}
