import type { OptimizerSpec } from '../../src/core/trainingConfig.ts';
import { optimizerStep } from '../../src/reference/optimizerStep.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { runCase, TestNumbers, unwritten } from '../harness/kernelCase.ts';
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
  return { weightDecay, adam: 1, beta1, beta2, epsilon };
}

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
