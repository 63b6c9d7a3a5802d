import { type EncodedDataset, frameSize, wordsPerStep } from '../../src/core/encodedDataset.ts';
import { randomSamples, randomTensors } from '../../src/testing/randomNetwork.ts';
import { BatchReader } from '../../src/trainer/batches.ts';
import { Engine, type EngineDevice } from '../../src/trainer/engine.ts';
import { packFrames } from '../../src/trainer/packing.ts';
import { inspectSample } from '../../src/trainer/probe.ts';
import type { InspectOutcome, InspectRun } from './engineRun.ts';

/** The random batch of a seed as a data set of its own: events sample by sample, images as bytes. */
function datasetOf({ config, seed }: InspectRun): EncodedDataset {
  const { input, labels } = randomSamples(config, seed);
  const { kind, shape, maxCount = 1 } = config.network.input;
  const { batchSize, stepCount } = config;
  const size = frameSize(shape);
  const meta = { shape, maxCount };
  const bits = new Uint32Array(kind === 'events' ? batchSize * stepCount * wordsPerStep(meta) : 0);
  let pixels: Uint8Array | null = null;
  if (input instanceof Uint8Array) {
    const stepWords = wordsPerStep(meta);
    for (let sample = 0; sample < batchSize; sample++) {
      for (let t = 0; t < stepCount; t++) {
        const from = (t * batchSize + sample) * size;
        bits.set(
          packFrames(input.subarray(from, from + size), shape, maxCount),
          (sample * stepCount + t) * stepWords,
        );
      }
    }
  } else {
    const area = shape.height * shape.width;
    pixels = new Uint8Array(batchSize * size);
    for (let i = 0; i < pixels.length; i++) {
      const within = i % size;
      const first = i - within;
      pixels[i] = Math.round(
        255 * input[first + (within % shape.channels) * area + Math.floor(within / shape.channels)],
      );
    }
  }
  return {
    kind,
    name: 'random',
    fingerprint: '0'.repeat(64),
    synthetic: true,
    shape,
    stepCount: kind === 'events' ? stepCount : 1,
    classNames: Array.from({ length: config.network.classCount }, (_, i) => String(i)),
    ...(maxCount > 1 && { maxCount }),
    bits,
    pixels,
    labels,
    split: new Uint8Array(batchSize).fill(1),
  };
}

/** Looks at one sample, then evaluates it alone on the same engine. */
export async function inspectOne(
  device: EngineDevice,
  run: InspectRun,
): Promise<Omit<InspectOutcome, 'stray'>> {
  const { config, options, seed, sample, layer, neuron } = run;
  device.ledger.resetPeak();
  const engine = await Engine.create(device, { config, ...options });
  try {
    await engine.writeParameters(randomTensors(config, seed));
    const dataset = datasetOf(run);
    const reader = new BatchReader(dataset, config.batchSize);
    const digestBefore = await engine.digest();
    const bytesBefore = engine.liveBytes;
    const inspection = await inspectSample(engine, reader, dataset, { sample, layer, neuron });
    const bytesAfter = engine.liveBytes;
    const digestAfter = await engine.digest();
    const { input, labels } = await reader.read([sample]);
    engine.writeBatch(input, labels);
    const evaluated = await engine.evaluate();
    const first = (values: Uint32Array) =>
      Array.from({ length: values.length / config.batchSize }, (_, row) => values[row * config.batchSize]);
    return {
      inspection,
      predictions: first(evaluated.predictions),
      stepPredictions: first(evaluated.stepPredictions),
      totals: engine.plan.countedStages.map((name, slot) => ({
        layer: name,
        spikes: evaluated.totals[slot],
        stepSpikes: Array.from(
          evaluated.stepTotals.subarray(slot * config.stepCount, (slot + 1) * config.stepCount),
        ),
      })),
      bytesBefore,
      bytesAfter,
      peakBytes: engine.peakBytes,
      forecastBytes: engine.plan.peakBytes,
      digestBefore,
      digestAfter,
    };
  } finally {
    engine.destroy();
  }
}
