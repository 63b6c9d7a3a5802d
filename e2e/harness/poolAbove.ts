import { frameSize } from '../../src/core/encodedDataset.ts';
import { poolBackward } from '../../src/reference/poolBackward.ts';
import type { PoolKind } from '../../src/reference/poolForward.ts';
import { type BackwardCase, CHUNK_STEPS, type Chunk, chunkLength, HISTORY_BEFORE } from './backwardCase.ts';
import { type LayerCase, layerParams, TestNumbers } from './kernelCase.ts';
import { packPlanes, padVectors } from './layouts.ts';

/** The pool above: random gammas, what it pooled, and the error that it sends down. */
export function poolAbove(
  layer: LayerCase,
  kind: PoolKind,
  chunk: Chunk,
  wholeSample: boolean,
): BackwardCase['above'] {
  const { field, batchSize, planes } = layer;
  const numbers = new TestNumbers(4);
  const length = chunkLength(chunk, CHUNK_STEPS);
  const gamma = numbers.normal(length * batchSize * frameSize(field.outputShape));
  const before = wholeSample ? 5 : HISTORY_BEFORE;
  const perStep = batchSize * frameSize(field.inputShape);
  const counts = numbers.counts((before + CHUNK_STEPS) * perStep, planes, 0.5);
  const from = (before + chunk.start) * perStep;
  const { outHeight, outWidth, outChannels, outVectors, kernelHeight, kernelWidth, stride, inPlanes } =
    layerParams(layer);
  return {
    params: {
      outHeight,
      outWidth,
      outChannels,
      outVectors,
      kernelHeight,
      kernelWidth,
      stride,
      inPlanes,
      inWholeSample: wholeSample ? 1 : 0,
    },
    overrides: {
      MAXIMUM: kind === 'maximum' ? 1 : 0,
      DISJOINT: stride >= Math.max(kernelHeight, kernelWidth) ? 1 : 0,
    },
    window: { stepStart: before },
    buffers: {
      gammaAbove: padVectors(gamma, field.outputShape),
      countBits: packPlanes(counts, field.inputShape, planes),
    },
    errors: poolBackward(field, kind, gamma, counts.slice(from, from + length * perStep)),
  };
}
