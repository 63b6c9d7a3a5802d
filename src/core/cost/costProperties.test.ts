import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costFigures } from '../costModel.ts';
import { bodyLayerCount, type ClassifierKind, type LayerSpec, type NetworkSpec } from '../network.ts';
import { PAPER_NEURON } from '../neuron.ts';

const trainable = fc.oneof(
  fc.record({
    kind: fc.constant('conv' as const),
    out: fc.integer({ min: 1, max: 9 }),
    kernel: fc.constantFrom(1, 3),
    stride: fc.constantFrom(1, 2),
    padding: fc.constant(0),
    bias: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('sew' as const),
    out: fc.integer({ min: 1, max: 6 }),
    stride: fc.constantFrom(1, 2),
  }),
);
const pool = fc.record({
  kind: fc.constantFrom('avgPool' as const, 'maxPool' as const),
  kernel: fc.constant(2),
  stride: fc.constant(2),
  neuron: fc.constantFrom('lif' as const, 'none' as const),
});
const linear = fc.record({
  kind: fc.constant('linear' as const),
  out: fc.integer({ min: 1, max: 30 }),
  bias: fc.boolean(),
});

/** Up to three spatial layers with pools between them, then up to two linear ones: always fits 130 x 130. */
const network = fc
  .record({
    spatial: fc.array(fc.tuple(trainable, fc.option(pool)), { minLength: 0, maxLength: 3 }),
    top: fc.array(linear, { minLength: 1, maxLength: 2 }),
    classCount: fc.integer({ min: 2, max: 12 }),
    channels: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ spatial, top, classCount, channels }): NetworkSpec => {
    const layers: LayerSpec[] = [
      ...spatial.flatMap(([layer, after]) => (after ? [layer, after] : [layer])),
      ...top,
    ];
    return {
      input: { kind: 'events', shape: { channels, height: 130, width: 130 } },
      layers,
      classCount,
      classifier: { kind: 'trainable', bias: false },
      neuron: PAPER_NEURON,
    };
  });

const run = fc.record({
  stepCount: fc.integer({ min: 2, max: 30 }),
  batchSize: fc.integer({ min: 1, max: 64 }),
  k: fc.integer({ min: 1, max: 30 }),
  n: fc.integer({ min: 1, max: 8 }),
});

function costs(
  spec: NetworkSpec,
  given: { stepCount: number; batchSize: number; k: number; n: number },
  kind: ClassifierKind,
) {
  return costFigures(
    { ...spec, classifier: { ...spec.classifier, kind } },
    {
      schedule: {
        truncationInterval: Math.min(given.k, given.stepCount),
        blockSize: Math.min(given.n, bodyLayerCount(spec)),
      },
      stepCount: given.stepCount,
      batchSize: given.batchSize,
    },
  );
}

describe('the cost equations for any network', () => {
  it('have MACs that neither k nor the classifier kind changes', () => {
    fc.assert(
      fc.property(network, run, fc.integer({ min: 1, max: 30 }), (spec, given, other) => {
        const { total } = costs(spec, given, 'trainable').macs;
        expect(costs(spec, { ...given, k: other }, 'trainable').macs.total).toBe(total);
        expect(costs(spec, given, 'random').macs.total).toBe(total);
      }),
    );
  });

  it('have memory that is linear in k: every further step adds the same, whatever T', () => {
    fc.assert(
      fc.property(network, run, (spec, given) => {
        const memory = (k: number) => costs(spec, { ...given, k, stepCount: 30 }, 'trainable').memory.total;
        const step = memory(2) - memory(1);
        expect(step).toBeGreaterThan(0);
        expect(memory(given.k)).toBe(memory(1) + (given.k - 1) * step);
      }),
    );
  });

  it('are proportional to T at a k that divides it, and additions and MACs to the batch', () => {
    fc.assert(
      fc.property(network, run, (spec, { batchSize, n }) => {
        const at = (stepCount: number, batch: number) =>
          costs(spec, { stepCount, batchSize: batch, k: 5, n }, 'trainable');
        const [once, twice] = [at(10, batchSize), at(20, batchSize)];
        for (const kind of ['access', 'additions', 'macs'] as const)
          expect(twice[kind].total).toBe(2 * once[kind].total);
        const double = at(10, 2 * batchSize);
        for (const kind of ['additions', 'macs'] as const)
          expect(double[kind].total).toBe(2 * once[kind].total);
        expect(double.access.total).toBeLessThan(2 * once.access.total);
      }),
    );
  });

  it('never get dearer by random classifiers or by smaller k', () => {
    fc.assert(
      fc.property(network, run, (spec, given) => {
        const trained = costs(spec, given, 'trainable');
        const random = costs(spec, given, 'random');
        for (const kind of ['access', 'additions'] as const)
          expect(random[kind].total).toBeLessThanOrEqual(trained[kind].total);
        const whole = costs(spec, { ...given, k: given.stepCount }, 'trainable');
        for (const kind of ['memory', 'access', 'additions'] as const)
          expect(trained[kind].total).toBeLessThanOrEqual(whole[kind].total);
      }),
    );
  });
});
