import { bodyLayerCount } from '../../src/core/network.ts';
import type { SurrogateKind } from '../../src/core/neuron.ts';
import { SURROGATES } from '../../src/core/surrogate.ts';
import type { TrainingConfig } from '../../src/core/trainingConfig.ts';
import { ReferenceTrainer } from '../../src/reference/trainStep.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import {
  ADAM,
  type ConfigChoices,
  NETWORK_BODY_NAMES,
  randomSamples,
  randomTensors,
  smallConfig,
} from '../../src/testing/randomNetwork.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import type { EnginePage } from '../harness/engineRun.ts';
import { expect, test } from '../harness/engineTest.ts';

// The GPU against the float64 specification: a whole iteration of every kind of network, and so that no wrong formula can
// hide behind another, with one update only (later ones start from weights that differ by rounding).

/** Below this, f32 and f64 might disagree on whether a neuron fires. */
const LEAST_MARGIN = 2e-5;

/** The iteration by the twins, for the first seed that keeps all membranes away from where rounding decides. */
function referenceRun(config: TrainingConfig) {
  for (let seed = 1; ; seed++) {
    const trainer = new ReferenceTrainer(config, randomTensors(config, seed));
    const settings = { iteration: 0, learningRate: config.optimizer.learningRate, seed: config.seed };
    const record = trainer.trainBatch(randomSamples(config, seed), settings);
    if (record.margin > LEAST_MARGIN) return { seed, record, after: trainer.tensors };
  }
}

async function compareWithReference(engine: EnginePage, choices: ConfigChoices): Promise<void> {
  const config = smallConfig({ update: 'sequence', batchSize: 2, ...choices });
  const { seed, record, after } = referenceRun(config);
  const outcome = await engine.train({ config, seed, iterations: 1 });
  const losses = record.losses.flat();
  expect(
    compareArrays(outcome.losses[0], losses, {
      label: 'losses',
      axes: { interval: record.losses.length, block: record.losses[0].length },
      tolerance: TOLERANCES.trainingLoss,
    }),
  ).toBe('');
  expect(outcome.predictions).toEqual(record.predictions.flatMap((classes) => [...classes]));
  let changed = 0;
  for (const { name, values } of randomTensors(config, seed)) {
    const found = outcome.tensors.find((tensor) => tensor.name === name)?.values ?? new Float32Array(0);
    const expected = after.get(name) ?? new Float64Array(0);
    const change = expected.map((value, i) => value - values[i]);
    expect(
      compareArrays(
        Float64Array.from(found, (value, i) => value - values[i]),
        change,
        { label: `change of ${name}`, axes: { element: values.length }, tolerance: TOLERANCES.weightChange },
      ),
    ).toBe('');
    if (change.some((value) => Math.abs(value) > 1e-4)) changed++;
  }
  // Dead networks agree on everything.
  expect(changed).toBeGreaterThan(1);
}

for (const body of NETWORK_BODY_NAMES) {
  const layerCount = bodyLayerCount(smallConfig({ body }).network);

  test(`${body}: full backpropagation through time`, ({ engine }) =>
    compareWithReference(engine, { body, truncationInterval: 5, blockSize: layerCount }));

  test(`${body}: k = 3, n = 1`, ({ engine }) =>
    compareWithReference(engine, { body, truncationInterval: 3, blockSize: 1, loss: 'crossEntropy' }));
}

for (const body of ['conv', 'averagePool', 'plainAveragePool', 'residual', 'batchNorm', 'dropout'] as const) {
  test(`${body}: real-valued frames`, ({ engine }) =>
    compareWithReference(engine, { body, input: 'frames', truncationInterval: 5, blockSize: 2 }));
}

for (const body of ['averagePool', 'dropout', 'residual'] as const) {
  for (const detachReset of [false, true]) {
    test(`${body}: hard reset, ${detachReset ? 'detached' : 'attached'}`, ({ engine }) =>
      compareWithReference(engine, {
        body,
        neuron: { reset: 'hard', detachReset },
        truncationInterval: 4,
        blockSize: 2,
      }));
  }
}

for (const body of ['conv', 'averagePool', 'residual', 'batchNorm'] as const) {
  test(`${body}: frames of counts up to 5`, ({ engine }) =>
    compareWithReference(engine, { body, maxCount: 5, truncationInterval: 3, blockSize: 2 }));
}

const HALF_CASES: Record<string, ConfigChoices> = {
  'full backpropagation through time': { body: 'conv', truncationInterval: 5, blockSize: 3 },
  'pools, k = 3, n = 2': { body: 'averagePool', truncationInterval: 3, blockSize: 2 },
  Adam: { body: 'averagePool', truncationInterval: 3, optimizer: ADAM },
  'batch norm and residual units': { body: 'residualBatchNorm', truncationInterval: 3, blockSize: 2 },
  'dropout, random classifiers': {
    body: 'dropout',
    truncationInterval: 4,
    classifier: { kind: 'random', bias: true },
  },
  'real-valued frames': { body: 'conv', truncationInterval: 3, blockSize: 2, input: 'frames' },
};
for (const [name, choices] of Object.entries(HALF_CASES)) {
  test(`weights in half precision: ${name}`, ({ engine }) =>
    compareWithReference(engine, { weightPrecision: 'f16', ...choices }));
}

test('weights read as f32 would fail these comparisons (control)', () => {
  const half = smallConfig({
    body: 'averagePool',
    update: 'sequence',
    truncationInterval: 5,
    blockSize: 2,
    weightPrecision: 'f16',
  });
  const { seed, after } = referenceRun(half);
  const tensors = randomTensors(half, seed);
  const single = new ReferenceTrainer({ ...half, weightPrecision: 'f32' }, tensors);
  single.trainBatch(randomSamples(half, seed), {
    iteration: 0,
    learningRate: half.optimizer.learningRate,
    seed: half.seed,
  });
  const [{ name, values }] = tensors;
  const [read, instead] = [after, single.tensors].map(
    (found) => found.get(name)?.map((value, i) => value - values[i]) ?? new Float64Array(0),
  );
  const axes = { element: values.length };
  const tolerance = TOLERANCES.weightChange;
  expect(compareArrays(instead, read, { label: 'change', axes, tolerance })).not.toBe('');
});

for (const surrogate of Object.keys(SURROGATES) as SurrogateKind[]) {
  for (const detachReset of [false, true]) {
    test(`${surrogate}, reset ${detachReset ? 'detached' : 'attached'}`, ({ engine }) => {
      const surrogateWidth = Math.max(1.53, SURROGATES[surrogate].defaultWidth);
      const neuron = { surrogate, surrogateWidth, detachReset };
      return compareWithReference(engine, {
        body: 'averagePool',
        neuron,
        truncationInterval: 5,
        blockSize: 2,
      });
    });
  }
}
