import type { LossKind } from '../../src/core/trainingConfig.ts';
import { localLoss } from '../../src/reference/localLoss.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { runCase, SENTINEL, TestNumbers, unwritten } from '../harness/kernelCase.ts';
import type { KernelPage } from '../harness/kernelRun.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { asFloats, packPlanes, paddingLanes, unpadVectors, vectorsOf } from '../harness/layouts.ts';

const CASES = [
  { name: 'one sample, two classes, one step', batchSize: 1, classCount: 2, steps: 1 },
  { name: '63 samples', batchSize: 63, classCount: 4, steps: 3 },
  { name: '64 samples', batchSize: 64, classCount: 5, steps: 5 },
  { name: '65 samples, classes across words', batchSize: 65, classCount: 37, steps: 4 },
  { name: '131 samples', batchSize: 131, classCount: 10, steps: 7 },
];

interface Variant {
  name: string;
  isFirst: 0 | 1;
  /** Share of the batch's places that are empty, at its end. */
  emptyShare: number;
}

const VARIANTS: Variant[] = [
  { name: 'first interval', isFirst: 1, emptyShare: 0 },
  { name: 'first interval, a third empty', isFirst: 1, emptyShare: 1 / 3 },
  { name: 'later interval, a third empty', isFirst: 0, emptyShare: 1 / 3 },
];

const KINDS: LossKind[] = ['mse', 'crossEntropy'];

const BLOCKS = 3;
const BLOCK = 1;

/** Runs the second block's loss in the second interval, with one step of history before it. */
async function compareWithTwin(
  kernels: KernelPage,
  variant: Omit<Variant, 'name'> & (typeof CASES)[number] & { kind: LossKind },
): Promise<void> {
  const { kind, batchSize, classCount, steps, isFirst, emptyShare } = variant;
  const numbers = new TestNumbers(batchSize + steps);
  const shape = { channels: classCount, height: 1, width: 1 };
  const vectors = vectorsOf(classCount);
  const perStep = batchSize * classCount;
  const spikes = numbers.counts((1 + steps) * perStep, 1);
  const present = batchSize - Math.floor(batchSize * emptyShare);
  const labels = Int32Array.from({ length: batchSize }, (_, b) =>
    b < present ? numbers.integer(classCount) : -1,
  );
  const earlier = numbers.counts(BLOCKS * perStep, 2);
  const own = (values: Uint32Array, size: number) => values.slice(BLOCK * size, (BLOCK + 1) * size);
  const counts = isFirst ? new Float64Array(perStep) : Float64Array.from(own(earlier, perStep));
  // A micro-batch of a batch that has seven samples more.
  const sampleCount = present + 7;
  const micro = { spikes: spikes.slice(perStep), labels, counts, sampleCount };
  const expected = localLoss({ kind, classCount, ...micro });
  const found = await runCase(kernels, {
    kernel: 'localLoss',
    params: {
      batchSize,
      classCount,
      block: BLOCK,
      blockCount: BLOCKS,
      outVectors: vectors,
      outWords: Math.ceil(classCount / 32),
      lossKind: kind === 'mse' ? 0 : 1,
    },
    window: { historyStart: 1, stepCount: steps, isFirst, interval: 1, sampleCount },
    buffers: {
      spikes: packPlanes(spikes, shape, 1),
      labels,
      counts: earlier,
      errors: unwritten(batchSize * vectors * 4),
      losses: unwritten(2 * BLOCKS),
      predictions: unwritten(BLOCKS * batchSize),
    },
    invocations: 0,
  });
  const errors = asFloats(found.errors);
  expect(
    compareArrays(unpadVectors(errors, shape), expected.errors, {
      label: 'localLoss/errors',
      axes: { b: batchSize, class: classCount },
      tolerance: TOLERANCES.singleStep,
    }),
  ).toBe('');
  expect(paddingLanes(errors, classCount).every((lane) => lane === 0)).toBe(true);
  expect(
    compareArrays([asFloats(found.losses)[BLOCKS + BLOCK]], [expected.loss], {
      label: 'localLoss/losses',
      axes: { entry: 1 },
      tolerance: TOLERANCES.kernelSum,
    }),
  ).toBe('');
  // Entries of other blocks and intervals are not touched.
  expect(found.losses.filter((word) => word === SENTINEL)).toHaveLength(2 * BLOCKS - 1);
  expect([...found.counts.slice(0, perStep)]).toEqual([...earlier.slice(0, perStep)]);
  expect([...own(found.counts, perStep)]).toEqual([...counts]);
  expect([...own(found.predictions, batchSize)]).toEqual([...expected.predictions]);
}

test.describe('localLoss equals its twin', () => {
  for (const size of CASES) {
    for (const kind of KINDS) {
      for (const variant of VARIANTS) {
        test(`${size.name}, ${kind}, ${variant.name}`, ({ kernels }) =>
          compareWithTwin(kernels, { ...variant, ...size, kind }));
      }
    }
  }

  test('does not depend on the workgroup size', async ({ kernels }) => {
    const batchSize = 50;
    const classCount = 7;
    const numbers = new TestNumbers(3);
    const spikes = packPlanes(
      numbers.counts(4 * batchSize * classCount, 1),
      { channels: 7, height: 1, width: 1 },
      1,
    );
    const labels = Int32Array.from({ length: batchSize }, () => numbers.integer(classCount));
    const run = (WORKGROUP_SIZE: number) =>
      runCase(kernels, {
        kernel: 'localLoss',
        overrides: { WORKGROUP_SIZE },
        params: { batchSize, classCount, blockCount: 1, outVectors: 2, outWords: 1 },
        window: { stepCount: 4, isFirst: 1, sampleCount: batchSize },
        buffers: {
          spikes,
          labels,
          counts: unwritten(batchSize * classCount),
          errors: unwritten(batchSize * 8),
          losses: unwritten(1),
          predictions: unwritten(batchSize),
        },
        invocations: 0,
      });
    const [large, small] = [await run(64), await run(16)];
    expect([...small.errors]).toEqual([...large.errors]);
    expect([...small.predictions]).toEqual([...large.predictions]);
    // Loss terms are grouped by invocation, so their sum may round otherwise.
    expect(
      compareArrays(asFloats(small.losses), asFloats(large.losses), {
        label: 'losses',
        axes: { i: 1 },
        tolerance: TOLERANCES.kernelSum,
      }),
    ).toBe('');
  });
});
