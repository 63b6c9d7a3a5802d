import type { TensorSpec } from '../core/plan/types.ts';
import { normal } from '../core/random.ts';
import type { InitializationSpec } from '../core/trainingConfig.ts';
import type { NamedTensor } from './messages.ts';
import { tensorLength } from './parameterLayout.ts';

/**
 * Draws the initial weights: N(0, g^2 / fanIn) with g = gain (firstLayerGain for the first body layer), biases 0,
 * batch-norm scale 1 and shift 0, running mean 0 and variance 1. A number depends on the seed, the tensor's name and
 * its place only, so a layer keeps its start when others change.
 */
export function drawInitialWeights(
  tensors: readonly TensorSpec[],
  initialization: InitializationSpec,
  seed: number,
): NamedTensor[] {
  return tensors.map((tensor) => {
    const values = new Float32Array(tensorLength(tensor));
    if (tensor.fanIn > 0) {
      const gain = tensor.isFirstLayer ? initialization.firstLayerGain : initialization.gain;
      const scale = gain / Math.sqrt(tensor.fanIn);
      const stream = streamOf(tensor.name);
      for (let i = 0; i < values.length; i++) values[i] = scale * normal(seed, 'weights', stream, i);
    } else if (tensor.name.endsWith('.running_var') || (tensor.layout === 'row' && tensor.row === 0)) {
      values.fill(1);
    }
    return { name: tensor.name, shape: tensor.shape, values };
  });
}

/** A number for a tensor's name (FNV-1a, 32 bits). */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
