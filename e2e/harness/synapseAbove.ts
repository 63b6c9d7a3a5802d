import { frameSize } from '../../src/core/encodedDataset.ts';
import { roundToHalf } from '../../src/core/halfFloat.ts';
import type { Range } from '../../src/core/schedule.ts';
import { weightCount } from '../../src/reference/receptiveField.ts';
import { synapseBackward } from '../../src/reference/synapseBackward.ts';
import { type BackwardCase, CHUNK_STEPS, type Chunk, chunkLength } from './backwardCase.ts';
import { HALVES, type LayerCase, layerParams, TestNumbers } from './kernelCase.ts';
import { packWeights, padVectors, sliceVectors, storedWeights } from './layouts.ts';

/**
 * The layer above: random weights and gammas, and the error that they send down.
 * @param part Output vectors of the weight buffer, where it holds only some; the error is theirs alone.
 * @param half The kernel reads the weights as halves, and the error is that of the weights rounded to them.
 */
export function synapseAbove(
  layer: LayerCase,
  chunk: Chunk,
  part?: Range,
  half = false,
): BackwardCase['above'] {
  const { field, batchSize } = layer;
  const numbers = new TestNumbers(3);
  const length = chunkLength(chunk, CHUNK_STEPS);
  const weights = numbers.normal(weightCount(field));
  const gamma = numbers.normal(length * batchSize * frameSize(field.outputShape));
  const { outHeight, outWidth, outChannels, outVectors, kernelHeight, kernelWidth, stride, padding } =
    layerParams(layer);
  const { start, stop } = part ?? { start: 0, stop: outVectors };
  const perChannel = weights.length / outChannels;
  const own = weights.map((weight, i) => {
    const vector = Math.floor(i / perChannel / 4);
    const read = half ? roundToHalf(weight) : weight;
    return vector >= start && vector < stop ? read : 0;
  });
  return {
    params: {
      outHeight,
      outWidth,
      outChannels,
      outVectors,
      weightVectors: stop - start,
      vectorStart: start,
      kernelHeight,
      kernelWidth,
      stride,
      padding,
    },
    buffers: {
      gammaAbove: padVectors(gamma, field.outputShape),
      weights: storedWeights(sliceVectors(packWeights(field, weights, null), outVectors, start, stop), half),
    },
    overrides: half ? HALVES : {},
    errors: synapseBackward(field, own, gamma),
  };
}
