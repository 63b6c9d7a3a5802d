import { frameSize } from '../core/encodedDataset.ts';
import { buildStages } from '../core/plan/stages.ts';
import { parameterTensors } from '../core/plan/tensors.ts';
import { createRandom, normal } from '../core/random.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { ReferenceTrainer } from '../reference/trainStep.ts';

/** A training run by the twins, as figures per epoch: those of the trainer that need no GPU. */
export interface ReferenceEpoch {
  epoch: number;
  trainAccuracyPerBlock: number[];
  trainSamplesEvaluated: number;
  testAccuracyPerBlock: number[];
  testSamples: number;
  lossPerBlock: number[];
  firingRates: { layer: string; rate: number }[];
  weightChanges: { layer: string; change: number }[];
}

export interface ReferenceOutcome {
  epochs: ReferenceEpoch[];
  /** True when a weight became infinite or NaN: the run ends there, as the trainer's does. */
  isBroken: boolean;
  /** Share of ones among the input frames. */
  inputDensity: number;
}

interface Samples {
  /** Per sample, u8[T][C][H][W]. */
  inputs: Uint8Array[];
  labels: Int32Array;
}

/** Random spikes, denser where the class says so. */
function madeUpSamples({ network, stepCount }: TrainingConfig, count: number, seed: number): Samples {
  const size = frameSize(network.input.shape);
  const labels = Int32Array.from({ length: count }, (_, i) => i % network.classCount);
  const inputs = Array.from(labels, (label, i) => {
    const random = createRandom(seed, 'test', i);
    return Uint8Array.from({ length: stepCount * size }, (_, j) =>
      random.uniform() < ((j % size) % network.classCount === label ? 0.6 : 0.15) ? 1 : 0,
    );
  });
  return { inputs, labels };
}

function batchOf({ inputs, labels }: Samples, places: readonly number[], stepCount: number) {
  const size = inputs[0].length / stepCount;
  const input = new Uint8Array(stepCount * places.length * size);
  for (const [b, sample] of places.entries()) {
    for (let t = 0; t < stepCount; t++) {
      const frame = inputs[sample].subarray(t * size, (t + 1) * size);
      input.set(frame, (t * places.length + b) * size);
    }
  }
  return { input, labels: Int32Array.from(places, (sample) => labels[sample]) };
}

/** N(0, g^2 / fanIn) as the trainer draws, with a stream per tensor. */
function initialTensors({ network, schedule, initialization, seed }: TrainingConfig) {
  return parameterTensors(buildStages(network, schedule.blockSize)).map((tensor, stream) => {
    const gain = tensor.isFirstLayer ? initialization.firstLayerGain : initialization.gain;
    const scale = tensor.fanIn > 0 ? gain / Math.sqrt(tensor.fanIn) : 0;
    const length = tensor.shape.reduce((product, side) => product * side, 1);
    const values = Float64Array.from({ length }, (_, i) => scale * normal(seed, 'weights', stream, i));
    return { name: tensor.name, values };
  });
}

/**
 * Trains a small network on made-up events with the float64 twins, and takes the figures that the trainer takes: with
 * fixed weights before the first epoch and after each.
 */
export function referenceRun(config: TrainingConfig, trainCount = 60, testCount = 60): ReferenceOutcome {
  const train = madeUpSamples(config, trainCount, 1);
  const test = madeUpSamples(config, testCount, 2);
  const trainer = new ReferenceTrainer(config, initialTensors(config));
  const ones = train.inputs.reduce((sum, input) => sum + input.reduce((a, b) => a + b, 0), 0);
  const outcome: ReferenceOutcome = {
    epochs: [],
    isBroken: false,
    inputDensity: ones / (trainCount * train.inputs[0].length),
  };
  let before = copyOf(trainer);
  outcome.epochs.push(figures(trainer, { train, test }, 0, []));
  for (let epoch = 1; epoch <= config.epochs; epoch++) {
    const losses: number[][] = [];
    for (let start = 0; start < trainCount; start += config.batchSize) {
      const places = Array.from(
        { length: Math.min(config.batchSize, trainCount - start) },
        (_, i) => start + i,
      );
      const record = trainer.trainBatch(batchOf(train, places, config.stepCount), {
        iteration: (epoch - 1) * Math.ceil(trainCount / config.batchSize) + start / config.batchSize,
        learningRate: config.optimizer.learningRate,
        seed: config.seed,
      });
      losses.push(...record.losses);
      if (
        [...trainer.tensors.values()].some((values) => values.some((w) => !Number.isFinite(Math.fround(w))))
      )
        return { ...outcome, isBroken: true };
    }
    const changes = weightChanges(trainer, before);
    before = copyOf(trainer);
    const figuresNow = figures(trainer, { train, test }, epoch, changes);
    const lossPerBlock = losses[0].map(
      (_, block) => losses.reduce((sum, row) => sum + row[block], 0) / losses.length,
    );
    outcome.epochs.push({ ...figuresNow, lossPerBlock });
  }
  return outcome;
}

function copyOf({ tensors }: ReferenceTrainer): Map<string, Float64Array> {
  return new Map([...tensors].map(([name, values]) => [name, values.slice()]));
}

function weightChanges(trainer: ReferenceTrainer, before: ReadonlyMap<string, Float64Array>) {
  const sums = new Map<string, { moved: number; size: number }>();
  for (const { name, stage, trainable, layout } of parameterTensors(trainer.graph)) {
    const values = trainer.tensors.get(name);
    const old = before.get(name);
    if (!trainable || layout === 'row' || !values || !old) continue;
    const layer = trainer.graph.stages[stage].name;
    const sum = sums.get(layer) ?? { moved: 0, size: 0 };
    for (const [i, value] of values.entries()) {
      sum.moved += (value - old[i]) ** 2;
      sum.size += old[i] ** 2;
    }
    sums.set(layer, sum);
  }
  return [...sums].map(([layer, { moved, size }]) => ({ layer, change: Math.sqrt(moved / size) }));
}

function figures(
  trainer: ReferenceTrainer,
  { train, test }: { train: Samples; test: Samples },
  epoch: number,
  weightChange: ReferenceEpoch['weightChanges'],
): ReferenceEpoch {
  const { stepCount } = trainer.config;
  const all = (samples: Samples) =>
    trainer.evaluate(
      batchOf(
        samples,
        samples.inputs.map((_, i) => i),
        stepCount,
      ),
    );
  const [trainRecord, testRecord] = [all(train), all(test)];
  const accuracies = (record: typeof trainRecord, { labels }: Samples) =>
    record.predictions.map(
      (classes) => classes.filter((each, i) => each === labels[i]).length / labels.length,
    );
  return {
    epoch,
    trainAccuracyPerBlock: accuracies(trainRecord, train),
    trainSamplesEvaluated: train.labels.length,
    testAccuracyPerBlock: accuracies(testRecord, test),
    testSamples: test.labels.length,
    lossPerBlock: trainRecord.losses[0].map(
      (_, block) => trainRecord.losses.reduce((sum, row) => sum + row[block], 0) / trainRecord.losses.length,
    ),
    firingRates: [...testRecord.spikes].map(([layer, spikes]) => ({
      layer,
      rate: spikes.reduce((sum, spike) => sum + spike, 0) / spikes.length,
    })),
    weightChanges: weightChange,
  };
}
