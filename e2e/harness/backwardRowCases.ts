import { type FrameShape, frameSize } from '../../src/core/encodedDataset.ts';
import { type BackwardVariant, backwardKernel } from '../../src/core/plan/backwardRows.ts';
import type { Range } from '../../src/core/schedule.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { CHUNK_STEPS, CHUNKS, type Chunk, chunkLength } from './backwardCase.ts';
import {
  convolution,
  type LayerCase,
  runCase,
  SYNAPSE_CASES,
  sameWords,
  TestNumbers,
  unwritten,
} from './kernelCase.ts';
import type { KernelPage } from './kernelRun.ts';
import { expect, test } from './kernelTest.ts';
import { asFloats, paddedSize, paddingLanes, padVectors, unpadVectors } from './layouts.ts';
import { synapseAbove } from './synapseAbove.ts';

const ODD = SYNAPSE_CASES.find(({ name }) => name.startsWith('odd channels')) ?? SYNAPSE_CASES[0];
export const BACKWARD_ROW_CASES: LayerCase[] = [
  ODD,
  convolution('one neuron', [1, 1, 1], 1, [1, 0], [1, CHUNK_STEPS, 1]),
  convolution(
    'whole rows of 6 channels in threes, two frames at a time',
    [6, 7, 15],
    16,
    [5, 0],
    [1, CHUNK_STEPS, 1],
  ),
  convolution('a second tile that is short, padding 2', [4, 3, 19], 7, [5, 2], [2, CHUNK_STEPS, 1]),
  convolution('channels that are no multiple of the tile', [7, 4, 6], 5, [3, 0], [2, CHUNK_STEPS, 1]),
  convolution('several vectors of channels', [12, 3, 4], 9, [2, 1], [3, CHUNK_STEPS, 1]),
  convolution('a kernel as wide as its input', [2, 8, 7], 3, [7, 0], [1, CHUNK_STEPS, 1]),
  convolution('more padding than the input is wide', [3, 2, 2], 4, [3, 2], [2, CHUNK_STEPS, 1]),
];

interface Request {
  variant: BackwardVariant;
  layer: LayerCase;
  chunk: Chunk;
  accumulate?: boolean;
  part?: Range;
  /** Weights in half precision. */
  half?: boolean;
  /** Instead of the plan's choice. */
  tile?: Record<string, number>;
  workgroupSize?: number;
}

const tilesOf = ({ channels, height, width }: FrameShape, { TILE, CHANNELS }: Record<string, number>) =>
  height * Math.ceil(width / TILE) * Math.ceil(channels / CHANNELS);

/** Runs the kernel, asserts that the errors are the twin's, and hands their words back. */
export async function compareBackwardRows(kernels: KernelPage, request: Request): Promise<Uint32Array> {
  const { layer, chunk, accumulate, part } = request;
  const { field, batchSize } = layer;
  const { inputShape } = field;
  const above = synapseAbove(layer, chunk, part, request.half);
  const { kernelWidth, padding } = field;
  const planned = backwardKernel(
    request.variant,
    { kernelWidth, padding, outWidth: field.outputShape.width },
    inputShape,
    chunk.steps * batchSize,
  );
  const tile = { ...planned.overrides, ...request.tile };
  const length = chunkLength(chunk, CHUNK_STEPS);
  const padded = paddedSize(inputShape) * batchSize;
  const present = new TestNumbers(8).normal(chunk.steps * batchSize * frameSize(inputShape));
  const { gamma } = await runCase(kernels, {
    kernel: planned.kernel,
    overrides: {
      ...tile,
      ...above.overrides,
      ACCUMULATE: accumulate ? 1 : 0,
      WORKGROUP_SIZE: request.workgroupSize ?? 64,
    },
    params: {
      batchSize,
      inHeight: inputShape.height,
      inWidth: inputShape.width,
      inChannels: inputShape.channels,
      chunkStart: chunk.start,
      chunkSteps: chunk.steps,
      ...above.params,
    },
    window: { stepCount: CHUNK_STEPS },
    buffers: {
      ...above.buffers,
      gamma: accumulate ? padVectors(present, inputShape) : unwritten(chunk.steps * padded),
    },
    invocations: request.tile
      ? 4 * Math.ceil((chunk.steps * batchSize) / 4) * tilesOf(inputShape, tile)
      : planned.invocations,
  });
  const written = asFloats(gamma.slice(0, length * padded));
  const expected = above.errors.map((error, i) => error + (accumulate ? present[i] : 0));
  expect(
    compareArrays(unpadVectors(written, inputShape), expected, {
      label: `${planned.kernel}/gamma`,
      axes: { t: length, b: batchSize, c: inputShape.channels, y: inputShape.height, x: inputShape.width },
      tolerance: TOLERANCES.kernelSum,
    }),
  ).toBe('');
  expect(paddingLanes(written, inputShape.channels).every((lane) => lane === 0)).toBe(true);
  expect(expected.some((value) => value !== 0)).toBe(true);
  const behind = gamma.slice(length * padded);
  if (!accumulate) expect(sameWords(behind, unwritten(behind.length))).toBe(true);
  return gamma;
}

/** What holds for every kernel that finds the error below a convolution of stride 1. */
export function describeBackwardRows(variant: BackwardVariant): void {
  const whole = CHUNKS['whole interval'];
  for (const layer of BACKWARD_ROW_CASES) {
    test(layer.name, async ({ kernels }) => {
      await compareBackwardRows(kernels, { variant, layer, chunk: whole });
    });

    test(`weights in half precision, ${layer.name}`, async ({ kernels }) => {
      await compareBackwardRows(kernels, { variant, layer, chunk: whole, half: true });
    });
  }

  for (const [name, chunk] of Object.entries(CHUNKS)) {
    test(name, async ({ kernels }) => {
      await compareBackwardRows(kernels, { variant, layer: ODD, chunk });
    });
  }

  test('weights spread over two buffers: the second adds to the first', async ({ kernels }) => {
    await compareBackwardRows(kernels, {
      variant,
      layer: BACKWARD_ROW_CASES[5],
      chunk: whole,
      accumulate: true,
      part: { start: 1, stop: 3 },
    });
  });
}
