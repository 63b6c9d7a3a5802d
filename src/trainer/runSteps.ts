import { cutBatches, epochOrder } from './batches.ts';
import { MAX_KEPT_EPOCHS } from './checkpoint.ts';
import { digestOf } from './engine.ts';
import { addCorrect, evaluateSamples } from './evaluation.ts';
import type { EpochMetrics, IterationMetrics, StepRates, TestPredictions } from './messages.ts';
import type { ReportInput } from './progressMeter.ts';
import type { Run } from './run.ts';

/**
 * Trains one batch: the next one of the epoch.
 * @param force Asked when the batch is done: true reports its figures, whatever the rate.
 * @returns The figures to send, or null when the last ones are too young.
 * @throws AppError of {@link Engine.train} and of the data set's storage; the run then stands where it stood.
 */
export async function trainBatch(run: Run, force: () => boolean): Promise<IterationMetrics | null> {
  const { engine, config } = run;
  const started = performance.now();
  const order = epochOrder(run.trainSamples, config.seed, run.epoch);
  const batches = cutBatches(order, config.batchSize);
  const augmentation = { spec: config.augmentation, seed: config.seed, epoch: run.epoch };
  const { input, labels, count } = await run.reader.read(batches[run.epochIteration], augmentation);
  engine.writeBatch(input, labels);
  const { everyEpochs, factor } = config.learningRateDecay;
  const decay = everyEpochs > 0 ? factor ** Math.floor(run.epoch / everyEpochs) : 1;
  const settings = {
    iteration: run.iteration,
    learningRate: run.learningRate * decay,
    seed: config.seed,
  };
  const secondsLeft = () => currentMetrics(run).secondsLeft;
  const trained = run.kernels ? run.kernels.train(settings, secondsLeft) : engine.train(settings);
  // While the GPU works.
  const next = batches[run.epochIteration + 1];
  if (next) run.reader.prefetch(next, augmentation);
  const { losses, predictions } = await trained;
  const blockCount = engine.plan.graph.blocks.length;
  const correct = new Array<number>(blockCount).fill(0);
  addCorrect(correct, predictions, labels, count, config.batchSize);
  const seconds = (performance.now() - started) / 1000;
  run.meter.add(losses, correct, count, seconds);
  run.iteration++;
  run.epochIteration++;
  run.epochSeconds += seconds;
  if (run.epochIteration === batches.length || run.iteration === run.iterationLimit) {
    run.epoch++;
    run.epochIteration = 0;
    run.evaluated = false;
  }
  return run.meter.report(placeOf(run), force() || run.epochIteration === 0);
}

function placeOf({
  iteration,
  epoch,
  epochIteration,
  trainSamples,
  config,
  engine,
  ...run
}: Run): ReportInput {
  const epochIterations = Math.ceil(trainSamples.length / config.batchSize);
  return {
    iteration,
    epoch,
    epochIteration,
    epochIterations,
    iterationsLeft: Math.min(epochIterations * config.epochs, run.iterationLimit) - iteration,
    liveBytes: engine.liveBytes,
    peakBytes: engine.peakBytes,
  };
}

/** The figures of a run that was brought back, before it goes on: means since its epoch began. */
export function currentMetrics(run: Run): IterationMetrics {
  return run.meter.figures(placeOf(run));
}

/** Figures of an epoch, what its test samples were read out as, and when its layers fired. */
export interface EpochFigures {
  metrics: EpochMetrics;
  predictions: TestPredictions;
  stepRates: StepRates;
}

/**
 * Figures of the epoch that has ended, with fixed weights.
 * @param stopped Asked between batches.
 * @returns Null when it was stopped half-way; it then begins anew the next time.
 */
export async function evaluateEpoch(run: Run, stopped: () => boolean): Promise<EpochFigures | null> {
  const train = await evaluateSamples(run.engine, run.reader, run.probeSamples, stopped);
  const test = train && (await evaluateSamples(run.engine, run.reader, run.testSamples, stopped));
  if (!train || !test) return null;
  const tensors = await run.engine.readParameters();
  // Before any training there is no training loss: the fixed weights' own is the best answer.
  const lossPerBlock = run.meter.takeEpochLoss() ?? train.lossPerBlock;
  const seconds = run.epochSeconds;
  run.epochSeconds = 0;
  run.evaluated = true;
  const { firingRates, stepRates } = test.sampleCount > 0 ? test : train;
  const metrics: EpochMetrics = {
    epoch: run.epoch,
    trainAccuracyPerBlock: train.accuracyPerBlock,
    trainSamplesEvaluated: train.sampleCount,
    testAccuracyPerBlock: test.accuracyPerBlock,
    testSamples: test.sampleCount,
    earlyReadout: test.earlyReadout,
    loss: lossPerBlock[lossPerBlock.length - 1],
    lossPerBlock,
    seconds,
    firingRates,
    weightChanges: run.weightChange.measure(run.engine.plan, tensors),
    digest: digestOf(tensors),
  };
  run.epochs = [...run.epochs, metrics].slice(-MAX_KEPT_EPOCHS);
  return {
    metrics,
    predictions: predictionsOf(run, test.predicted),
    stepRates: { epoch: run.epoch, layers: stepRates },
  };
}

function predictionsOf({ dataset, epoch, testSamples }: Run, predicted: Uint16Array): TestPredictions {
  return {
    epoch,
    classNames: dataset.classNames,
    samples: Uint32Array.from(testSamples),
    labels: Uint16Array.from(testSamples, (sample) => dataset.labels[sample]),
    predicted,
  };
}
