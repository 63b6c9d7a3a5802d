import { frameSize } from '../../src/core/encodedDataset.ts';
import { weightCount } from '../../src/reference/receptiveField.ts';
import { synapseBackward } from '../../src/reference/synapseBackward.ts';
import {
  BACKWARD_VARIANTS,
  type BackwardCase,
  CHUNK_STEPS,
  CHUNKS,
  type Chunk,
  chunkLength,
  compareBackward,
} from '../harness/backwardCase.ts';
import { type LayerCase, layerParams, SYNAPSE_CASES, TestNumbers } from '../harness/kernelCase.ts';
import { test } from '../harness/kernelTest.ts';
import { packWeights, padVectors } from '../harness/layouts.ts';

/** The layer above: random weights and gammas, and the error that they send down. */
function synapseAbove(
  { field, batchSize, planes, name, steps }: LayerCase,
  chunk: Chunk,
): BackwardCase['above'] {
  const numbers = new TestNumbers(3);
  const length = chunkLength(chunk, CHUNK_STEPS);
  const weights = numbers.normal(weightCount(field));
  const gamma = numbers.normal(length * batchSize * frameSize(field.outputShape));
  const {
    outHeight,
    outWidth,
    outChannels,
    outVectors,
    weightVectors,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
  } = layerParams({ field, batchSize, planes, name, steps });
  return {
    params: {
      outHeight,
      outWidth,
      outChannels,
      outVectors,
      weightVectors,
      kernelHeight,
      kernelWidth,
      stride,
      padding,
    },
    buffers: {
      gammaAbove: padVectors(gamma, field.outputShape),
      weights: packWeights(field, weights, null),
    },
    errors: synapseBackward(field, weights, gamma),
  };
}

/** A layer of `channels` neurons below a linear one: as many vectors as invocations. */
function below(name: string, channels: number): LayerCase {
  const field = {
    inputShape: { channels, height: 1, width: 1 },
    outputShape: { channels: 6, height: 1, width: 1 },
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: 0,
  };
  return { name, field, batchSize: 1, steps: CHUNK_STEPS, planes: 1 };
}

const SIZES = [
  ...SYNAPSE_CASES,
  below('63 vectors of neurons', 250),
  below('64 vectors of neurons', 256),
  below('65 vectors of neurons', 257),
];
const STRIDED = SYNAPSE_CASES.find(({ name }) => name.startsWith('stride 3')) ?? SYNAPSE_CASES[0];

test.describe('synapseBackward equals its twin', () => {
  const stepCount = CHUNK_STEPS;
  const caseOf = (layer: LayerCase, chunk: Chunk) => ({
    kernel: 'synapseBackward' as const,
    shape: layer.field.inputShape,
    batchSize: layer.batchSize,
    stepCount,
    chunk,
    above: synapseAbove(layer, chunk),
  });

  for (const layer of SIZES) {
    test(layer.name, ({ kernels }) =>
      compareBackward(kernels, {
        lif: true,
        surrogate: 'rectangular',
        ...caseOf(layer, CHUNKS['whole interval']),
      }),
    );
  }

  for (const [name, variant] of Object.entries(BACKWARD_VARIANTS)) {
    for (const [part, chunk] of Object.entries(CHUNKS)) {
      // The sum over the steps belongs to the whole interval; chunks of it are compared in e2e/gradients.
      if (variant.sumSteps && part !== 'whole interval') continue;
      test(`${name}, ${part}`, ({ kernels }) =>
        compareBackward(kernels, { ...caseOf(STRIDED, chunk), ...variant }));
    }
  }
});
