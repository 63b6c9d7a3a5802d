import { AppError } from '../core/errors.ts';
import { isHalfWeights } from '../core/plan/planBuilder.ts';
import type { TrainingPlan } from '../core/plan/types.ts';
import type { Engine } from './engine.ts';

/**
 * Weights and optimizer state as they lie in the GPU buffers, by a name that outlives a change of (k, n): the stage for
 * body layers, the body layer it sits on for classifiers ("classifier@4").
 */
export type ParameterStore = Map<string, Uint8Array<ArrayBuffer>>;

function storeName(plan: TrainingPlan, buffer: string): string {
  const at = buffer.lastIndexOf('.');
  const stage = plan.graph.stages.find(({ name }) => name === buffer.slice(0, at));
  if (!stage?.isClassifier) return buffer;
  return `classifier@${plan.graph.blocks[stage.block].layers.stop}${buffer.slice(at)}`;
}

/** Not the copies in half precision: the engine makes them again from the weights that they follow from. */
function parameterBuffers(plan: TrainingPlan): string[] {
  return plan.buffers
    .filter(({ heap, name }) => heap === 'parameters' && !isHalfWeights(name))
    .map(({ name }) => name);
}

/** Copies all weights and optimizer state into `store`; entries of other blocks' classifiers stay. */
export async function saveParameters(engine: Engine, store: ParameterStore): Promise<void> {
  for (const buffer of parameterBuffers(engine.plan)) {
    store.set(storeName(engine.plan, buffer), new Uint8Array(await engine.readBuffer(buffer)));
  }
}

/** True when the store has everything that the plan wants. */
export function hasAllParameters(engine: Engine, store: ParameterStore): boolean {
  return parameterBuffers(engine.plan).every((buffer) => store.has(storeName(engine.plan, buffer)));
}

/**
 * Writes what the store has for this plan; what it lacks keeps what it is.
 * @throws AppError `checkpoint-unusable` where a size differs: the store comes from an adapter that cuts buffers otherwise.
 */
export function restoreParameters(engine: Engine, store: ParameterStore): void {
  const sizes = new Map(engine.plan.buffers.map(({ name, bytes }) => [name, bytes]));
  for (const buffer of parameterBuffers(engine.plan)) {
    const bytes = store.get(storeName(engine.plan, buffer));
    if (!bytes) continue;
    if (bytes.length !== sizes.get(buffer)) {
      throw new AppError(
        'checkpoint-unusable',
        `The checkpoint has ${bytes.length} bytes of ${buffer}, this device's plan has ${sizes.get(buffer)}.`,
        'Continue on the device that the run was trained on, or start it anew here.',
      );
    }
    engine.writeBuffer(buffer, bytes);
  }
}
