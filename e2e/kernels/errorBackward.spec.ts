import type { FrameShape } from '../../src/core/encodedDataset.ts';
import { BACKWARD_VARIANTS, CHUNK_STEPS, CHUNKS, compareBackward } from '../harness/backwardCase.ts';
import { errorsAbove } from '../harness/errorsAbove.ts';
import { test } from '../harness/kernelTest.ts';

const mapOf = (channels: number, height = 1, width = 1): FrameShape => ({ channels, height, width });

const SIZES: [string, FrameShape, number][] = [
  ['one neuron', mapOf(1), 1],
  ['63 vectors', mapOf(4), 63],
  ['64 vectors', mapOf(5), 32],
  ['65 vectors', mapOf(257), 1],
  ['an odd map', mapOf(7, 3, 5), 3],
];

test.describe('errorBackward equals its twin', () => {
  const stepCount = CHUNK_STEPS;
  for (const [name, size, batchSize] of SIZES) {
    for (const constant of [true, false]) {
      test(`${name}, ${constant ? 'the same error at every step' : 'an error per step'}`, ({ kernels }) => {
        const chunk = CHUNKS['whole interval'];
        const above = errorsAbove(size, batchSize, chunk, constant);
        const common = { shape: size, batchSize, stepCount, chunk, above };
        return compareBackward(kernels, {
          kernel: 'errorBackward',
          lif: true,
          surrogate: 'rectangular',
          ...common,
        });
      });
    }
  }

  for (const [part, chunk] of Object.entries(CHUNKS)) {
    test(`errors in the place of gamma, ${part}`, ({ kernels }) => {
      const [, shape, batchSize] = SIZES[4];
      const above = errorsAbove(shape, batchSize, chunk, false);
      return compareBackward(kernels, {
        kernel: 'errorBackward',
        lif: true,
        surrogate: 'rectangular',
        shape,
        batchSize,
        stepCount,
        chunk,
        above: { ...above, overrides: { CONSTANT: 0, IN_PLACE: 1 } },
        inPlace: true,
      });
    });
  }

  const [, odd, oddBatch] = SIZES[4];
  for (const [name, variant] of Object.entries(BACKWARD_VARIANTS)) {
    for (const [part, chunk] of Object.entries(CHUNKS)) {
      // The sum over the steps is kept for whole intervals and across chunks alike; one chunk shows the first of them.
      if (variant.sumSteps && part !== 'whole interval') continue;
      test(`${name}, ${part}`, ({ kernels }) => {
        return compareBackward(kernels, {
          kernel: 'errorBackward',
          shape: odd,
          batchSize: oddBatch,
          stepCount,
          chunk,
          above: errorsAbove(odd, oddBatch, chunk, false),
          ...variant,
        });
      });
    }
  }
});
