import { poolBlocks } from '../../src/core/plan/poolBlocks.ts';
import {
  BACKWARD_VARIANTS,
  type BackwardCase,
  CHUNK_STEPS,
  CHUNKS,
  type Chunk,
  compareBackward,
} from '../harness/backwardCase.ts';
import { type LayerCase, POOL_CASES, sameWords } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { poolAbove } from '../harness/poolAbove.ts';

/** A pool without padding. @param window Its side and its stride. */
function pool(
  name: string,
  [channels, height, width]: readonly [number, number, number],
  [side, stride]: readonly [number, number],
): LayerCase {
  const windows = (length: number) => Math.floor((length - side) / stride) + 1;
  const field = {
    inputShape: { channels, height, width },
    outputShape: { channels, height: windows(height), width: windows(width) },
    kernelHeight: side,
    kernelWidth: side,
    stride,
    padding: 0,
  };
  return { name, field, batchSize: 2, steps: CHUNK_STEPS, planes: 1 };
}

const ODD = pool('rows and columns left over', [6, 5, 7], [2, 2]);
const LEFT_OUT = pool('positions between windows, blocks that stick out', [5, 7, 8], [2, 3]);
const WIDE = pool('33 channels, read position by position', [33, 4, 5], [2, 2]);
const CASES: LayerCase[] = [
  ...POOL_CASES.slice(0, 5),
  ODD,
  LEFT_OUT,
  pool('windows of 3 x 3, a row of 32 bits', [14, 7, 9], [3, 3]),
  pool('windows of 3 x 3, positions read one by one', [15, 6, 10], [3, 3]),
  pool('one position of four', [3, 5, 5], [1, 2]),
  pool('28 channels, the most whose rows are read as a whole', [28, 4, 5], [2, 2]),
  pool('29 channels', [29, 4, 5], [2, 2]),
  WIDE,
  pool('64 channels', [64, 2, 4], [2, 2]),
];

const PLAIN = { LIF: 1, HISTORY: 1, SUM_STEPS: 0, ACCUMULATE: 0 };

/** Both kernels: each must equal the twin, and the blocks must give the bits of poolBackward. */
async function compareBoth(
  kernels: Parameters<typeof compareBackward>[0],
  layer: LayerCase,
  chunk: Chunk,
  variant: Partial<BackwardCase> = {},
): Promise<void> {
  const { field, batchSize } = layer;
  const plain = {
    kernel: 'poolBackward',
    shape: field.inputShape,
    batchSize,
    stepCount: CHUNK_STEPS,
    chunk,
    lif: true,
    surrogate: 'rectangular',
    above: poolAbove(layer, 'average', chunk, false),
    ...variant,
  } satisfies BackwardCase;
  const blocks = poolBlocks({ pool: 'average', ...field }, field.inputShape, PLAIN);
  if (!blocks) throw new Error(`${layer.name}: poolBackwardBlocks does not serve it.`);
  const byPosition = await compareBackward(kernels, plain);
  const { countBits: _, ...buffers } = plain.above.buffers;
  const byBlock = await compareBackward(kernels, {
    ...plain,
    kernel: 'poolBackwardBlocks',
    overrides: { ...blocks.overrides, ...variant.overrides },
    invocations: blocks.perSample,
    above: { ...plain.above, overrides: {}, buffers },
  });
  expect(sameWords(byBlock, byPosition)).toBe(true);
}

test.describe('poolBackwardBlocks equals its twin, and poolBackward to the bit', () => {
  for (const layer of CASES) {
    test(layer.name, async ({ kernels }) => {
      await compareBoth(kernels, layer, CHUNKS['whole interval']);
    });
  }

  for (const layer of [ODD, LEFT_OUT, WIDE]) {
    for (const [name, chunk] of Object.entries(CHUNKS)) {
      test(`${name}: ${layer.name}`, async ({ kernels }) => {
        await compareBoth(kernels, layer, chunk);
      });
    }
  }

  for (const [name, variant] of Object.entries(BACKWARD_VARIANTS)) {
    const { lif, surrogate, reset = 'soft', sumSteps, accumulate, inPlace } = variant;
    if (!lif || surrogate !== 'rectangular' || reset !== 'soft' || sumSteps || accumulate || inPlace)
      continue;
    for (const layer of [ODD, WIDE]) {
      test(`${name}, middle chunk: ${layer.name}`, async ({ kernels }) => {
        await compareBoth(kernels, layer, CHUNKS['middle chunk'], variant);
      });
    }
  }
});
