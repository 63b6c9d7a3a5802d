import fc from 'fast-check';
import { LIMITS } from '../../core/network.ts';
import { BINNING_RULES, POLARITY_RULES, REDUCTIONS } from '../../data/encoding/settings.ts';
import { checkedProblem, defaultOptimizer, parseSession, type Session } from '../session.ts';
import { SHARED_DIGEST_DIGITS, type SharedRun } from './sharedRun.ts';

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const integer = (min: number, max: number) => fc.integer({ min, max });
const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const sometimes = <Value>(key: string, value: fc.Arbitrary<Value>) =>
  fc.option(value).map((found) => (found === null ? {} : { [key]: found }));
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((objects) => Object.assign({}, ...objects));

const neuron = fc.record({
  beta: real(0, 1),
  reset: fc.constantFrom('soft', 'hard'),
  theta: real(0, 100),
  threshold: real(1e-6, 100),
  surrogate: fc.constantFrom('rectangular', 'triangular', 'atan', 'fastSigmoid', 'sigmoid'),
  surrogateWidth: real(1e-6, 1000),
  detachReset: fc.boolean(),
});

const options = merged(
  fc.record({ bias: fc.boolean() }),
  sometimes('batchNorm', fc.boolean()),
  sometimes('dropout', real(0, 0.999)),
  sometimes(
    'neuron',
    merged(sometimes('beta', real(0, 1)), sometimes('reset', fc.constantFrom('soft', 'hard'))),
  ),
);

const layer = fc.oneof(
  merged(
    fc.record({
      kind: fc.constant('conv'),
      out: integer(1, 12),
      kernel: integer(1, 5),
      stride: integer(1, 2),
      padding: integer(0, 2),
    }),
    options,
  ),
  merged(fc.record({ kind: fc.constant('linear'), out: integer(1, 40) }), options),
  fc.record({
    kind: fc.constantFrom('avgPool', 'maxPool'),
    kernel: integer(1, 3),
    stride: integer(1, 2),
    neuron: fc.constantFrom('lif', 'none'),
  }),
  merged(
    fc.record({ kind: fc.constant('sew'), out: integer(1, 8), stride: integer(1, 2) }),
    sometimes('batchNorm', fc.boolean()),
  ),
);

const optimizer = fc.oneof(
  fc.record({
    kind: fc.constant('sgd' as const),
    learningRate: real(0, 1000),
    momentum: real(0, 1),
    weightDecay: real(0, 1),
  }),
  fc
    .record({ learningRate: real(0, 1), beta1: real(0, 0.999), weightDecay: real(0, 1) })
    .map((chosen) => ({ ...defaultOptimizer('adam'), ...chosen })),
);

/** Any session that the page accepts: every field varies over its range, and the rules that span fields hold. */
export const anySession: fc.Arbitrary<Session> = fc
  .record({
    version: fc.constant(1),
    data: merged(
      fc.record({
        source: fc.constantFrom('saccadeDigits', 'movingGestures', 'standIn', 'files'),
        name: fc.string({ unit: 'grapheme', maxLength: 60 }),
        classCount: integer(2, LIMITS.classes),
        trainCount: integer(1, 1_000_000),
        testCount: integer(1, 1_000_000),
        seed: integer(0, 0xffffffff),
        splitSeed: integer(0, 0xffffffff),
        testFraction: real(0.01, 0.9),
        split: fc.constantFrom('auto', 'seeded'),
        imageOrientation: fc.constantFrom('auto', 'upright', 'transposed'),
      }),
      sometimes('fingerprint', hex(64)),
    ),
    encoding: fc.record({
      stepDurationUs: integer(1, 10_000_000),
      stepCount: integer(1, 2000),
      height: integer(1, 64),
      width: integer(1, 64),
      input: fc.constantFrom('events', 'frames'),
      channels: integer(1, 4),
      binning: fc.constantFrom(...BINNING_RULES),
      maxCount: integer(1, 255),
      startUs: integer(0, 1000),
      reduction: fc.constantFrom(...REDUCTIONS),
      cropX: integer(0, 100),
      cropY: integer(0, 100),
      polarity: fc.constantFrom(...POLARITY_RULES),
      denoiseUs: integer(0, 1000),
    }),
    network: fc.record({
      layers: fc.array(layer, { minLength: 1, maxLength: 5 }),
      classifier: fc.record({ kind: fc.constantFrom('trainable', 'random'), bias: fc.boolean() }),
    }),
    neuron,
    schedule: fc.record({ truncationInterval: integer(1, 50), blockSize: integer(1, 4) }),
    loss: fc.constantFrom('mse', 'crossEntropy'),
    update: fc.constantFrom('interval', 'sequence'),
    optimizer,
    learningRateDecay: fc.record({ everyEpochs: integer(0, 10_000), factor: real(0, 1) }),
    initialization: fc.record({ gain: real(0, 100), firstLayerGain: real(0, 100) }),
    augmentation: fc.record({ maxShift: integer(0, 64), flip: fc.boolean() }),
    weightPrecision: fc.constantFrom('f32', 'f16'),
    batchSize: integer(1, 4096),
    epochs: integer(1, 10_000),
    seed: integer(0, 0xffffffff),
  })
  .map((value) => parseSession(value))
  .filter((session) => checkedProblem(session) === null);

/** What a run can come to. */
export const anySharedRun: fc.Arbitrary<SharedRun> = fc
  .record({
    adapter: fc.string({ maxLength: 120 }),
    epochs: fc.uniqueArray(integer(0, 10_000), { minLength: 1, maxLength: 64 }),
    digests: fc.array(hex(SHARED_DIGEST_DIGITS), { minLength: 64, maxLength: 64 }),
    testAccuracyPerBlock: fc.array(real(0, 1), { minLength: 1, maxLength: 8 }),
    trainAccuracy: real(0, 1),
    loss: real(0, 1e6),
  })
  .map(({ adapter, epochs, digests, testAccuracyPerBlock, trainAccuracy, loss }) => {
    const sorted = epochs.toSorted((a, b) => a - b);
    return {
      adapter,
      digests: sorted.map((epoch, i) => ({ epoch, digest: digests[i] })),
      final: { epoch: sorted[sorted.length - 1], testAccuracyPerBlock, trainAccuracy, loss },
    };
  });
