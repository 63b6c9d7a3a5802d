import {
  BACKWARD_VARIANTS,
  CHUNK_STEPS,
  CHUNKS,
  type Chunk,
  compareBackward,
} from '../harness/backwardCase.ts';
import { type LayerCase, SYNAPSE_CASES } from '../harness/kernelCase.ts';
import { test } from '../harness/kernelTest.ts';
import { synapseAbove } from '../harness/synapseAbove.ts';

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

  // Two vectors at a time: short last groups, fewer channels than lanes, several groups.
  for (const layer of [SIZES[0], STRIDED, below('65 vectors of neurons', 257), below('6 channels', 6)]) {
    test(`${layer.name}, two vectors at a time`, ({ kernels }) =>
      compareBackward(kernels, {
        lif: true,
        surrogate: 'rectangular',
        overrides: {
          VECTORS: 2,
          CHANNELS: Math.min(8, layer.field.inputShape.channels),
          STEP_TILE: 4,
        },
        ...caseOf(layer, CHUNKS['whole interval']),
      }));
  }

  for (const STEP_TILE of [1, 4, 7]) {
    for (const [part, chunk] of Object.entries(CHUNKS)) {
      test(`${STEP_TILE} steps at a time, ${part}`, ({ kernels }) =>
        compareBackward(kernels, {
          lif: true,
          surrogate: 'rectangular',
          overrides: { STEP_TILE },
          ...caseOf(STRIDED, chunk),
        }));
    }
  }

  for (const layer of SYNAPSE_CASES) {
    test(`weights in half precision, ${layer.name}`, ({ kernels }) => {
      const chunk = CHUNKS['whole interval'];
      return compareBackward(kernels, {
        lif: true,
        surrogate: 'rectangular',
        ...caseOf(layer, chunk),
        above: synapseAbove(layer, chunk, undefined, true),
      });
    });
  }

  test('weights spread over two buffers: the second adds to the first', ({ kernels }) => {
    // The part's error alone; what the buffer held before stands for the other part's.
    const chunk = CHUNKS['whole interval'];
    return compareBackward(kernels, {
      lif: false,
      surrogate: 'rectangular',
      accumulate: true,
      ...caseOf(STRIDED, chunk),
      above: synapseAbove(STRIDED, chunk, { start: 1, stop: 3 }),
    });
  });

  for (const [name, variant] of Object.entries(BACKWARD_VARIANTS)) {
    for (const [part, chunk] of Object.entries(CHUNKS)) {
      // The sum over the steps belongs to the whole interval; chunks of it are compared in e2e/gradients.
      if (variant.sumSteps && part !== 'whole interval') continue;
      test(`${name}, ${part}`, ({ kernels }) =>
        compareBackward(kernels, { ...caseOf(STRIDED, chunk), ...variant }));
    }
  }
});
