import { halfToNumber, packHalves } from '../../src/core/halfFloat.ts';
import type { OptimizerSpec } from '../../src/core/trainingConfig.ts';
import { optimizerStep } from '../../src/reference/optimizerStep.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { runCase, sameWords, TestNumbers, unwritten } from '../harness/kernelCase.ts';
import type { KernelPage } from '../harness/kernelRun.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { asFloats } from '../harness/layouts.ts';

const OPTIMIZERS: OptimizerSpec[] = [
  { kind: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 },
  { kind: 'sgd', learningRate: 0.05, momentum: 0, weightDecay: 0 },
  { kind: 'adam', learningRate: 0.05, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.01 },
];

function paramsOf(optimizer: OptimizerSpec): Record<string, number> {
  const { weightDecay } = optimizer;
  if (optimizer.kind === 'sgd') return { weightDecay, momentum: optimizer.momentum };
  const { beta1, beta2, epsilon } = optimizer;
  return { weightDecay, beta1, beta2, epsilon };
}

const overridesOf = ({ kind }: OptimizerSpec) => ({ ADAM: kind === 'adam' ? 1 : 0 });

function windowOf(optimizer: OptimizerSpec, update: number): Record<string, number> {
  const { learningRate } = optimizer;
  if (optimizer.kind === 'sgd') return { learningRate, biasCorrection1: 1, biasCorrection2: 1 };
  return {
    learningRate,
    biasCorrection1: 1 - optimizer.beta1 ** update,
    biasCorrection2: 1 - optimizer.beta2 ** update,
  };
}

test.describe('optimizerStep equals its twin', () => {
  for (const elements of [1, 63, 64, 65, 1001]) {
    for (const optimizer of OPTIMIZERS) {
      const decay = optimizer.weightDecay ? 'with' : 'without';
      test(`${optimizer.kind} ${decay} weight decay, ${elements} elements`, async ({ kernels }) => {
        const numbers = new TestNumbers(elements);
        const splits = 3;
        const update = 4;
        const partials = numbers.normal(splits * elements);
        const weights = numbers.normal(elements);
        const firstMoment = numbers.normal(elements);
        const secondMoment = numbers.uniform(elements);
        const gradient = Float64Array.from({ length: elements }, (_, i) =>
          Array.from({ length: splits }, (__, split) => partials[split * elements + i]).reduce(
            (a, b) => a + b,
          ),
        );
        const expected = {
          weights: Float64Array.from(weights),
          firstMoment: Float64Array.from(firstMoment),
          secondMoment: Float64Array.from(secondMoment),
        };
        optimizerStep(optimizer, optimizer.learningRate, update, gradient, expected.weights, expected);
        const unused = unwritten(4);
        const adam = optimizer.kind === 'adam';
        const found = await runCase(kernels, {
          kernel: 'optimizerStep',
          overrides: overridesOf(optimizer),
          params: { elementCount: elements, splitCount: splits, ...paramsOf(optimizer) },
          window: windowOf(optimizer, update),
          buffers: {
            partials,
            weights,
            firstMoment,
            secondMoment: adam ? secondMoment : unused,
            flags: new Uint32Array(1),
          },
          invocations: elements,
        });
        for (const name of ['weights', 'firstMoment', ...(adam ? ['secondMoment'] : [])] as const) {
          expect(
            compareArrays(asFloats(found[name]), expected[name as keyof typeof expected], {
              label: `optimizerStep/${name}`,
              axes: { i: elements },
              tolerance: TOLERANCES.singleStep,
            }),
          ).toBe('');
        }
        if (!adam) expect([...found.secondMoment]).toEqual([...unused]);
        expect([...found.flags]).toEqual([0]);
      });
    }
  }

  for (const optimizer of OPTIMIZERS) {
    const decay = optimizer.weightDecay ? 'with' : 'without';
    test(`${optimizer.kind} ${decay} weight decay: the bits of one scalar at a time, and their halves`, async ({
      kernels,
    }) => {
      const elements = 1004;
      const numbers = new TestNumbers(5);
      const request = {
        kernel: 'optimizerStep',
        overrides: overridesOf(optimizer),
        params: { elementCount: elements, splitCount: 2, ...paramsOf(optimizer) },
        window: windowOf(optimizer, 3),
        buffers: {
          partials: numbers.normal(2 * elements),
          weights: numbers.normal(elements),
          firstMoment: numbers.normal(elements),
          secondMoment: optimizer.kind === 'adam' ? numbers.uniform(elements) : new Float32Array(4),
          flags: new Uint32Array(1),
          halfWeights: unwritten(elements / 2),
        },
      };
      const alone = await runCase(kernels, { ...request, invocations: elements });
      const pairs = await runCase(kernels, {
        ...request,
        overrides: { ...request.overrides, LANES: 2 },
        invocations: elements / 2,
      });
      for (const name of ['weights', 'firstMoment', 'secondMoment', 'flags'])
        expect(sameWords(pairs[name], alone[name]), name).toBe(true);
      expect([...alone.halfWeights]).toEqual([...unwritten(elements / 2)]);
      expect([...pairs.halfWeights]).toEqual([...packHalves(asFloats(pairs.weights))]);
    });
  }

  /** Halves of weights that a step of size 0 leaves alone. */
  async function halvesOf(kernels: KernelPage, weights: Float32Array) {
    const { length } = weights;
    const found = await runCase(kernels, {
      kernel: 'optimizerStep',
      overrides: { LANES: 2 },
      params: { elementCount: length, splitCount: 1 },
      window: { learningRate: 0, biasCorrection1: 1, biasCorrection2: 1 },
      buffers: {
        partials: new Float32Array(length),
        weights,
        firstMoment: new Float32Array(length),
        secondMoment: new Float32Array(4),
        flags: new Uint32Array(1),
        halfWeights: unwritten(length / 2),
      },
      invocations: length / 2,
    });
    return found;
  }

  test('every finite half, and what lies in the middle between two, is rounded as the twin rounds it', async ({
    kernels,
  }) => {
    const halves = Float32Array.from({ length: 0x7c00 }, (_, bits) => halfToNumber(bits));
    const middles = halves.map((half, i) => (half + (halves[i + 1] ?? 65536)) / 2);
    const bits = new Uint32Array(middles.buffer);
    const below = new Float32Array(bits.map((word) => word - 1).buffer);
    const above = new Float32Array(bits.map((word) => word + 1).buffer);
    const one = Float32Array.from([...halves, ...middles, ...below, ...above]);
    const all = Float32Array.from([...one, ...one.map((value) => -value)]);
    expect(all.length).toBe(8 * 0x7c00);
    const found = await halvesOf(kernels, all);
    expect(sameWords(found.halfWeights, packHalves(all))).toBe(true);
    expect([...found.flags]).toEqual([0]);
  });

  test('weights beyond the range of halves become the largest half, infinities and not a number are flagged too', async ({
    kernels,
  }) => {
    const found = await halvesOf(kernels, Float32Array.of(65519.9, 65520, 1e30, -7e4));
    expect([...found.halfWeights]).toEqual([0x7bff7bff, 0xfbff7bff]);
    expect([...found.flags]).toEqual([0]);
    const { POSITIVE_INFINITY: infinity, NaN: none } = Number;
    const wild = await halvesOf(kernels, Float32Array.of(infinity, -infinity, 1, none));
    expect([...wild.halfWeights].map((word) => word & 0x7fff7fff)).toEqual([0x7bff7bff, 0x7bff3c00]);
    expect([...wild.flags]).toEqual([1]);
  });

  for (const [name, value] of [
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['not a number', Number.NaN],
  ] as const) {
    test(`flags a weight that is ${name}`, async ({ kernels }) => {
      const found = await runCase(kernels, {
        kernel: 'optimizerStep',
        params: { elementCount: 100, splitCount: 1 },
        window: { learningRate: 1, biasCorrection1: 1, biasCorrection2: 1 },
        buffers: {
          partials: new Float32Array(100),
          weights: Float32Array.from({ length: 100 }, (_, i) => (i === 70 ? value : 1)),
          firstMoment: new Float32Array(100),
          secondMoment: new Float32Array(4),
          flags: Uint32Array.of(4),
        },
        invocations: 100,
      });
      // Bit 0 is set, others are left alone.
      expect([...found.flags]).toEqual([5]);
    });
  }
});
