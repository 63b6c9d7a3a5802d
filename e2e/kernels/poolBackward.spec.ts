import { frameSize } from '../../src/core/encodedDataset.ts';
import { poolBackward } from '../../src/reference/poolBackward.ts';
import type { PoolKind } from '../../src/reference/poolForward.ts';
import {
  BACKWARD_VARIANTS,
  type BackwardCase,
  CHUNK_STEPS,
  CHUNKS,
  type Chunk,
  chunkLength,
  compareBackward,
  HISTORY_BEFORE,
} from '../harness/backwardCase.ts';
import { type LayerCase, layerParams, POOL_CASES, TestNumbers } from '../harness/kernelCase.ts';
import { test } from '../harness/kernelTest.ts';
import { packPlanes, padVectors } from '../harness/layouts.ts';

/** The pool above: random gammas, what it pooled, and the error that it sends down. */
function poolAbove(
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

const OVERLAPPING = POOL_CASES.find(({ name }) => name.startsWith('overlapping')) ?? POOL_CASES[0];
/** The layer below the pool is what has the invocations. */
const SIZES: LayerCase[] = [
  ...POOL_CASES,
  ...[63, 64, 65].map((vectors) => ({
    name: `${vectors} vectors of neurons`,
    field: {
      inputShape: { channels: 4, height: 1, width: vectors },
      outputShape: { channels: 4, height: 1, width: vectors - 1 },
      kernelHeight: 1,
      kernelWidth: 2,
      stride: 1,
      padding: 0,
    },
    batchSize: 1,
    steps: CHUNK_STEPS,
    planes: 1,
  })),
];

test.describe('poolBackward equals its twin', () => {
  const caseOf = (layer: LayerCase, kind: PoolKind, chunk: Chunk, wholeSample = false) => ({
    kernel: 'poolBackward' as const,
    shape: layer.field.inputShape,
    batchSize: layer.batchSize,
    stepCount: CHUNK_STEPS,
    chunk,
    above: poolAbove(layer, kind, chunk, wholeSample),
  });

  for (const kind of ['average', 'maximum'] as const) {
    for (const layer of SIZES) {
      test(`${layer.name}, ${kind}`, ({ kernels }) =>
        compareBackward(kernels, {
          lif: true,
          surrogate: 'rectangular',
          ...caseOf(layer, kind, CHUNKS['whole interval']),
        }));
    }

    for (const [name, variant] of Object.entries(BACKWARD_VARIANTS)) {
      for (const part of ['whole interval', 'middle chunk']) {
        if (variant.sumSteps && part !== 'whole interval') continue;
        test(`${kind}, ${name}, ${part}`, ({ kernels }) =>
          compareBackward(kernels, { ...caseOf(OVERLAPPING, kind, CHUNKS[part]), ...variant }));
      }
    }
  }

  test('maximum over what lies in the input of the whole sample', ({ kernels }) =>
    compareBackward(kernels, {
      lif: true,
      surrogate: 'rectangular',
      ...caseOf(OVERLAPPING, 'maximum', CHUNKS['middle chunk'], true),
    }));
});
