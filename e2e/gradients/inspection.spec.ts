import { frameSize } from '../../src/core/encodedDataset.ts';
import { bodyLayerCount } from '../../src/core/network.ts';
import type { TrainingConfig } from '../../src/core/trainingConfig.ts';
import { ReferenceTrainer } from '../../src/reference/trainStep.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import {
  type ConfigChoices,
  NETWORK_BODY_NAMES,
  randomSamples,
  randomTensors,
  smallConfig,
} from '../../src/testing/randomNetwork.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { channelsFirst, unpackFrames } from '../../src/trainer/packing.ts';
import { expect, test } from '../harness/engineTest.ts';

// Looking inside a sample: raster and membrane trace are what the float64 twin says (spikes exactly), they are what an
// evaluation of the same sample counts, they take no byte of GPU memory, and training does not notice.

/** Below this, f32 and f64 might disagree on whether a neuron fires. */
const LEAST_MARGIN = 2e-5;
/** Not the first place, so that a wrong place would show. */
const SAMPLE = 1;

/** The sample alone, by the twins, for the first seed that keeps all membranes away from where rounding decides. */
function referenceOf(config: TrainingConfig) {
  const { kind, shape } = config.network.input;
  const size = frameSize(shape);
  const steps = kind === 'events' ? config.stepCount : 1;
  for (let seed = 1; ; seed++) {
    const { input, labels } = randomSamples(config, seed);
    const own = Float64Array.from({ length: steps * size }, (_, i) => {
      const value = input[(Math.floor(i / size) * config.batchSize + SAMPLE) * size + (i % size)];
      // Images are bytes.
      return kind === 'events' ? value : Math.fround(Math.round(255 * value) / 255);
    });
    const trainer = new ReferenceTrainer(config, randomTensors(config, seed));
    const record = trainer.evaluate({ input: own, labels: [labels[SAMPLE]] });
    if (record.margin > LEAST_MARGIN) return { seed, record, own };
  }
}

const CASES: [string, ConfigChoices, object?][] = [
  ...NETWORK_BODY_NAMES.flatMap((body): [string, ConfigChoices][] => {
    const layers = bodyLayerCount(smallConfig({ body }).network);
    return [
      [`${body}, k = T, n = L`, { body, truncationInterval: 5, blockSize: layers }],
      [`${body}, k = 2, n = 1`, { body, truncationInterval: 2, blockSize: 1 }],
    ];
  }),
  ['real-valued frames', { body: 'averagePool', input: 'frames', truncationInterval: 3 }],
  ['counts', { body: 'conv', maxCount: 3, truncationInterval: 5 }],
  ['hard reset', { body: 'conv', neuron: { reset: 'hard' }, truncationInterval: 3 }],
  ['micro-batches', { body: 'averagePool', truncationInterval: 5, blockSize: 1 }, { microBatch: 1 }],
  [
    'weights spread over several buffers',
    { body: 'linear', truncationInterval: 2 },
    { limits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 3000 } },
  ],
];

for (const [name, choices, options] of CASES) {
  test(`raster and membranes equal the twin's: ${name}`, async ({ engine }) => {
    const config = smallConfig({ batchSize: 3, ...choices });
    const { seed, record, own } = referenceOf(config);
    const layers = [...record.spikes.keys()];
    // The last body layer: it has layers below and a classifier above.
    const followed = layers[Math.max(0, layers.length - 2)];
    const outcome = await engine.inspect({ config, options, seed, sample: SAMPLE, layer: followed });
    const { inspection } = outcome;

    expect(inspection.layers.map((layer) => layer.name)).toEqual(layers);
    for (const layer of inspection.layers) {
      expect(
        compareArrays(unpackFrames(layer.spikes, layer.shape), record.spikes.get(layer.name) ?? [], {
          label: `spikes of ${layer.name}`,
          axes: { t: config.stepCount, neuron: frameSize(layer.shape) },
          tolerance: TOLERANCES.exact,
        }),
      ).toBe('');
    }
    const { membranes } = inspection;
    const shape = inspection.layers.find((layer) => layer.name === followed)?.shape;
    if (!shape) throw new Error(`The inspection has no layer ${followed}.`);
    expect(membranes).toMatchObject({ layer: followed, start: 0, stop: frameSize(shape) });
    expect(
      compareArrays(channelsFirst(membranes.values, shape), record.membraneTraces.get(followed) ?? [], {
        label: `membranes of ${followed}`,
        axes: { t: config.stepCount, neuron: frameSize(shape) },
        tolerance: TOLERANCES.recursion,
      }),
    ).toBe('');
    // A network in which nothing happens agrees on everything.
    expect(record.spikes.get(followed)?.some((spike) => spike === 1)).toBe(true);

    // The same sample by an evaluation: exact on any adapter.
    expect(inspection.predictions).toEqual(outcome.predictions);
    expect(inspection.predictions).toEqual(record.predictions.map(([predicted]) => predicted));
    expect(inspection.stepPredictions).toEqual(outcome.stepPredictions);
    for (const { layer, spikes, stepSpikes } of outcome.totals) {
      const found = inspection.layers.find((each) => each.name === layer)?.spikes ?? new Uint32Array(0);
      const words = found.length / config.stepCount;
      expect(
        stepSpikes.map((_, t) => countBits(found.subarray(t * words, (t + 1) * words))),
        layer,
      ).toEqual(stepSpikes);
      expect(countBits(found), layer).toBe(spikes);
    }
    if (inspection.input.kind === 'frames') {
      expect(Array.from(channelsFirst(inspection.input.values, inspection.input.shape))).toEqual(
        Array.from(own),
      );
    }
    expect(inspection.filters?.shape.slice(0, 1)).toEqual([inspection.layers[0].shape.channels]);

    // It costs no memory and leaves nothing.
    expect(inspection.extraGpuBytes).toBe(0);
    expect(outcome.bytesAfter).toBe(outcome.bytesBefore);
    expect(outcome.peakBytes).toBe(outcome.forecastBytes);
    expect(outcome.digestAfter).toBe(outcome.digestBefore);
  });
}

function countBits(words: Uint32Array): number {
  return words.reduce((sum, word) => {
    let count = 0;
    for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
    return sum + count;
  }, 0);
}

const LOOP_CONFIG = {
  ...smallConfig({ body: 'dropout', truncationInterval: 2, blockSize: 1, batchSize: 3 }),
  epochs: 3,
  seed: 5,
};

test('looking at samples while training runs leaves no trace in the weights, and does not stop it', async ({
  engine,
}) => {
  const run = { config: LOOP_CONFIG, sampleCount: 50 };
  const undisturbed = await engine.runLoop(run);
  const looked = await engine.runLoop({ ...run, inspectAfter: [1, 2, 9, 20, 33] });
  expect(looked.digests).toEqual(undisturbed.digests);
  expect(looked.testAccuracies).toEqual(undisturbed.testAccuracies);
  expect(looked.statuses).not.toContain('paused');
  expect(looked.inspections.length).toBeGreaterThanOrEqual(1);
  for (const { iteration, sample, label } of looked.inspections) {
    expect(iteration).toBeGreaterThanOrEqual(sample);
    expect(label).toBe(sample % 3);
  }
  expect(looked.pictures.length).toBe(2 * looked.inspections.length);
  expect(looked.pictures[0].values.some((count) => count > 1)).toBe(true);
  // Control: other weights would have shown.
  expect(new Set(undisturbed.digests).size).toBe(4);
});

test('predictions give the test accuracy, and rates per step the firing rates, epoch by epoch', async ({
  engine,
}) => {
  const outcome = await engine.runLoop({ config: LOOP_CONFIG, sampleCount: 50 });
  const { testPredictions, testAccuracies, stepRates, firingRates } = outcome;
  expect(testPredictions.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
  for (const [epoch, { samples, labels, predicted }] of testPredictions.entries()) {
    expect(Array.from(samples)).toEqual([4, 9, 14, 19, 24, 29, 34, 39, 44, 49]);
    const right = predicted.filter((predictedClass, i) => predictedClass === labels[i]).length;
    expect(right / samples.length).toBe(testAccuracies[epoch]);
  }
  expect(stepRates.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
  for (const [epoch, { layers }] of stepRates.entries()) {
    for (const [i, { layer, rates }] of layers.entries()) {
      expect(layer).toBe(firingRates[epoch][i].layer);
      expect(rates).toHaveLength(LOOP_CONFIG.stepCount);
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      expect(mean).toBeCloseTo(firingRates[epoch][i].rate, 12);
    }
  }
  // Layers that fire alike at every step would let a wrong step pass.
  expect(stepRates[3].layers.some(({ rates }) => new Set(rates).size > 1)).toBe(true);
});
