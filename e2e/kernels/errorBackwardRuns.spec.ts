import { errorRuns } from '../../src/core/plan/errorRuns.ts';
import {
  BACKWARD_VARIANTS,
  type BackwardCase,
  CHUNK_STEPS,
  CHUNKS,
  type Chunk,
  compareBackward,
} from '../harness/backwardCase.ts';
import { errorsAbove } from '../harness/errorsAbove.ts';
import { sameWords } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';

type Size = readonly [channels: number, height: number, width: number, batchSize: number];

const JOINED: Size = [6, 5, 3, 3];
const PART: Size = [64, 3, 3, 2];
const SIZES: Record<string, Size> = {
  'two positions of one channel': [1, 1, 2, 1],
  'six positions of one channel': [1, 3, 4, 2],
  'runs over the edge of a row': JOINED,
  'five channels, the most positions that one word has': [5, 6, 5, 2],
  'twelve channels, two positions': [12, 2, 3, 1],
  'one position of 23 channels': [23, 3, 5, 2],
  'a part of the vectors of a position': PART,
  'the last vectors of 35 channels': [35, 2, 2, 3],
  '63 runs': [8, 7, 9, 2],
  '64 runs': [8, 8, 8, 2],
  '65 runs': [8, 5, 13, 2],
};

const FORM = { LIF: 1, HISTORY: 1, SUM_STEPS: 0, ACCUMULATE: 0, CONSTANT: 0 };

/** Both kernels: each must equal the twin, and the runs must give the bits of errorBackward. */
async function compareBoth(
  kernels: Parameters<typeof compareBackward>[0],
  [channels, height, width, batchSize]: Size,
  chunk: Chunk,
  variant: Partial<BackwardCase> = {},
): Promise<void> {
  const shape = { channels, height, width };
  const runs = errorRuns(shape, FORM);
  if (!runs) throw new Error(`errorBackwardRuns does not serve ${channels} x ${height} x ${width}.`);
  const above = errorsAbove(shape, batchSize, chunk, false);
  const form = { IN_PLACE: variant.inPlace ? 1 : 0 };
  const one = {
    kernel: 'errorBackward',
    shape,
    batchSize,
    stepCount: CHUNK_STEPS,
    chunk,
    lif: true,
    surrogate: 'rectangular',
    above: { ...above, overrides: { CONSTANT: 0, ...form } },
    ...variant,
  } satisfies BackwardCase;
  const byVector = await compareBackward(kernels, one);
  const byRun = await compareBackward(kernels, {
    ...one,
    kernel: 'errorBackwardRuns',
    overrides: { ...runs.overrides, ...variant.overrides },
    invocations: runs.perSample,
    above: { ...above, overrides: form },
  });
  expect(sameWords(byRun, byVector)).toBe(true);
}

test.describe('errorBackwardRuns equals its twin, and errorBackward to the bit', () => {
  for (const [name, size] of Object.entries(SIZES)) {
    test(name, async ({ kernels }) => {
      await compareBoth(kernels, size, CHUNKS['whole interval']);
    });
  }

  for (const size of [JOINED, PART]) {
    for (const [name, chunk] of Object.entries(CHUNKS)) {
      for (const inPlace of [false, true]) {
        test(`${name}, errors ${inPlace ? 'in the place of gamma' : 'apart'}: ${size}`, async ({
          kernels,
        }) => {
          await compareBoth(kernels, size, chunk, { inPlace });
        });
      }
    }
  }

  for (const [name, variant] of Object.entries(BACKWARD_VARIANTS)) {
    const { lif, surrogate, reset = 'soft', sumSteps, accumulate } = variant;
    if (!lif || surrogate !== 'rectangular' || reset !== 'soft' || sumSteps || accumulate) continue;
    for (const size of [JOINED, PART]) {
      test(`${name}, middle chunk: ${size}`, async ({ kernels }) => {
        await compareBoth(kernels, size, CHUNKS['middle chunk'], variant);
      });
    }
  }
});
