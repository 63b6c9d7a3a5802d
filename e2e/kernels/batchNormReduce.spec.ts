import { runningStatistics, updateRunning } from '../../src/reference/batchNorm.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES, type Tolerance } from '../../src/testing/tolerances.ts';
import { packRows } from '../harness/batchNormCase.ts';
import { runCase, SENTINEL, TestNumbers } from '../harness/kernelCase.ts';
import type { KernelPage } from '../harness/kernelRun.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { asFloats, unpadVectors, vectorsOf } from '../harness/layouts.ts';

const EPSILON = 1e-5;
const SIZES = [
  { name: 'one channel', channels: 1, batchSize: 1, steps: 1, positions: 2 },
  { name: '63 vectors', channels: 250, batchSize: 3, steps: 2, positions: 6 },
  { name: '64 vectors', channels: 256, batchSize: 2, steps: 3, positions: 1 },
  { name: '65 vectors', channels: 257, batchSize: 4, steps: 1, positions: 9 },
  { name: 'odd', channels: 7, batchSize: 5, steps: 7, positions: 35 },
];
type Size = (typeof SIZES)[number];

/** What lies in the buffers before a run; [channels] each, sums per sample. */
function draw({ channels, batchSize, steps, positions }: Size) {
  const numbers = new TestNumbers(channels);
  const labels = Int32Array.from({ length: batchSize }, (_, b) => (b === 1 ? -1 : 0));
  const first = Array.from({ length: batchSize }, () => numbers.uniform(channels));
  const second = Array.from({ length: batchSize }, () => numbers.normal(channels));
  const total = (rows: Float32Array[]) =>
    Float64Array.from({ length: channels }, (_, c) =>
      rows.reduce((sum, row, b) => sum + (labels[b] < 0 ? 0 : row[c]), 0),
    );
  const present = labels.filter((label) => label >= 0).length;
  return {
    labels,
    first,
    second,
    sumFirst: total(first),
    sumSecond: total(second),
    count: present * steps * positions,
    scale: numbers.normal(channels),
    shift: numbers.normal(channels),
    runningMean: numbers.normal(channels),
    runningVariance: numbers.uniform(channels),
    mean: numbers.normal(channels),
    earlier: [numbers.normal(channels), numbers.normal(channels)],
  };
}

async function reduce(
  kernels: KernelPage,
  size: Size,
  mode: number,
  { accumulate = 0, overrides = {} }: { accumulate?: number; overrides?: Record<string, number> } = {},
) {
  const { channels, batchSize, steps, positions } = size;
  const numbers = draw(size);
  const sums = numbers.first.flatMap((row, b) => [row, numbers.second[b]]);
  const unknown = new Float32Array(channels).fill(asFloats(Uint32Array.of(SENTINEL))[0]);
  const { scale, shift, runningMean, runningVariance, mean, earlier } = numbers;
  const found = await runCase(kernels, {
    kernel: 'batchNormReduce',
    overrides: { MODE: mode, ...overrides },
    params: { batchSize, outHeight: 1, outWidth: positions, outVectors: vectorsOf(channels) },
    window: { stepCount: steps, updateAccumulate: accumulate },
    buffers: {
      sums: packRows(sums, channels),
      labels: numbers.labels,
      normalizationState: packRows([scale, shift, runningMean, runningVariance], channels),
      normalization: packRows([mean, unknown, unknown, unknown, unknown, unknown], channels),
      partials: packRows(earlier, channels),
    },
    invocations: vectorsOf(channels),
  });
  const shape = { channels, height: 1, width: 1 };
  const rowsOf = (name: string) => {
    const values = unpadVectors(asFloats(found[name]), shape);
    return Array.from({ length: values.length / channels }, (_, row) =>
      values.slice(row * channels, (row + 1) * channels),
    );
  };
  return {
    numbers,
    normalization: rowsOf('normalization'),
    state: rowsOf('normalizationState'),
    partials: rowsOf('partials'),
    isUnknown: (row: Float32Array) => row.every((value) => value === unknown[0]),
  };
}

function same(
  label: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance = TOLERANCES.singleStep,
): void {
  expect(compareArrays(actual, expected, { label, axes: { c: expected.length }, tolerance })).toBe('');
}

test.describe('batchNormReduce equals its twin', () => {
  for (const size of SIZES) {
    test(`${size.name}: mean`, async ({ kernels }) => {
      const { numbers, normalization, state, isUnknown } = await reduce(kernels, size, 0);
      same(
        'mean',
        normalization[0],
        numbers.sumFirst.map((sum) => sum / numbers.count),
      );
      expect(normalization.slice(1).every(isUnknown)).toBe(true);
      same('running mean', state[2], numbers.runningMean, TOLERANCES.exact);
    });

    test(`${size.name}: variance, scale, shift and running statistics`, async ({ kernels }) => {
      const { numbers, normalization, state, partials } = await reduce(kernels, size, 1);
      const variance = numbers.sumFirst.map((sum) => sum / numbers.count);
      same('mean stays', normalization[0], numbers.mean, TOLERANCES.exact);
      same(
        'inverse',
        normalization[1],
        variance.map((value) => 1 / Math.sqrt(value + EPSILON)),
      );
      same('scale', normalization[2], numbers.scale, TOLERANCES.exact);
      same('shift', normalization[3], numbers.shift, TOLERANCES.exact);
      const tensors = {
        scale: Float64Array.from(numbers.scale),
        shift: Float64Array.from(numbers.shift),
        runningMean: Float64Array.from(numbers.runningMean),
        runningVariance: Float64Array.from(numbers.runningVariance),
      };
      const { count } = numbers;
      updateRunning(tensors, { mean: Float64Array.from(numbers.mean), variance, inverse: variance, count });
      same('running mean', state[2], tensors.runningMean);
      same('running variance', state[3], tensors.runningVariance);
      same('trained scale', state[0], numbers.scale, TOLERANCES.exact);
      same('gradients stay', partials[0], numbers.earlier[0], TOLERANCES.exact);
    });

    for (const [name, options, adds] of [
      ['overwritten', {}, 0],
      ['added to earlier intervals', { accumulate: 1 }, 1],
      ['added to earlier micro-batches', { overrides: { ACCUMULATE: 1 } }, 1],
    ] as const) {
      test(`${size.name}: means of the gradient; gradients of scale and shift ${name}`, async ({
        kernels,
      }) => {
        const { numbers, normalization, partials } = await reduce(kernels, size, 2, options);
        const { sumFirst, sumSecond, count, earlier } = numbers;
        same(
          'mean of dy',
          normalization[4],
          sumFirst.map((sum) => sum / count),
        );
        same(
          'mean of dy xhat',
          normalization[5],
          sumSecond.map((sum) => sum / count),
        );
        same(
          'gradient of scale',
          partials[0],
          sumSecond.map((sum, c) => sum + adds * earlier[0][c]),
        );
        same(
          'gradient of shift',
          partials[1],
          sumFirst.map((sum, c) => sum + adds * earlier[1][c]),
        );
      });
    }

    test(`${size.name}: evaluation by the running statistics`, async ({ kernels }) => {
      const { numbers, normalization, state } = await reduce(kernels, size, 3);
      const expected = runningStatistics({
        scale: new Float64Array(0),
        shift: new Float64Array(0),
        runningMean: Float64Array.from(numbers.runningMean),
        runningVariance: Float64Array.from(numbers.runningVariance),
      });
      same('mean', normalization[0], expected.mean, TOLERANCES.exact);
      same('inverse', normalization[1], expected.inverse);
      same('scale', normalization[2], numbers.scale, TOLERANCES.exact);
      same('shift', normalization[3], numbers.shift, TOLERANCES.exact);
      same('running mean stays', state[2], numbers.runningMean, TOLERANCES.exact);
    });
  }
});
