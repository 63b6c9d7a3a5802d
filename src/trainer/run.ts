import { type EncodedDataset, samplesOfSplit, TEST, TRAIN } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { BatchReader, epochOrder } from './batches.ts';
import { hasAllParameters, type ParameterStore, restoreParameters } from './carryOver.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Engine, type EngineDevice } from './engine.ts';
import { drawInitialWeights } from './initialWeights.ts';
import type { KernelChooser } from './kernelChooser.ts';
import type { EpochMetrics, NamedTensor } from './messages.ts';
import { ProgressMeter } from './progressMeter.ts';
import type { RunKeeper } from './runKeeper.ts';
import { withStartWeights } from './startWeights.ts';
import { WeightChangeMeter } from './weightChange.ts';

/** Training samples looked at with fixed weights after an epoch: as many as the test split has, but at least this. */
const MIN_TRAIN_EVALUATION = 100;
/** Stream of the shuffle that picks them; epochs count from 0 and never get there. */
const EVALUATION_STREAM = 0xffffffff;

/** What a run is made of. */
export interface RunRequest {
  config: TrainingConfig;
  dataset: EncodedDataset;
  /** Bytes of GPU memory that plans may take; undefined = what the device allows. */
  memoryBudget?: number;
  /** Stand in the place of what is drawn, under portable names; absent: everything is drawn. */
  startWeights?: NamedTensor[];
  /** Chooses among kernels that give the same bits; absent: the plan's own. */
  kernels?: KernelChooser;
}

/** Where a run stands: with the weights and the optimizer state, all that decides how it goes on. */
export interface RunProgress {
  iteration: number;
  epoch: number;
  epochIteration: number;
  epochSeconds: number;
  /** True once the figures of `epoch` have been sent. */
  evaluated: boolean;
  learningRate: number;
}

/** A run on a device. */
export interface Run extends RunRequest, RunProgress {
  engine: Engine;
  reader: BatchReader;
  trainSamples: number[];
  testSamples: number[];
  /** A fixed part of the training split, evaluated with fixed weights. */
  probeSamples: number[];
  /** The run ends after so many iterations, if its epochs have not ended it before. */
  iterationLimit: number;
  /** Parameters of other (k, n) that this run has had. */
  store: ParameterStore;
  meter: ProgressMeter;
  weightChange: WeightChangeMeter;
  /** Figures of the epochs so far, the latest ones where there are many. */
  epochs: EpochMetrics[];
  /** The latest one, in memory; null before the first. */
  checkpoint: Checkpoint | null;
  /** Keeps checkpoints in the browser's storage; null for runs that are not kept. */
  keeper: RunKeeper | null;
  /** True when what the GPU holds is lost or not to be trusted: {@link restoreRun} comes before anything else. */
  isBroken: boolean;
}

function startOf({ optimizer }: TrainingConfig): RunProgress {
  return {
    iteration: 0,
    epoch: 0,
    epochIteration: 0,
    epochSeconds: 0,
    evaluated: false,
    learningRate: optimizer.learningRate,
  };
}

/**
 * A run before its first iteration, with its initial weights on the device.
 * @throws AppError `data-mismatch`, `no-training-samples`; those of {@link Engine.create}.
 */
export async function createRun(device: EngineDevice, request: RunRequest): Promise<Run> {
  const { config, dataset, memoryBudget, startWeights, kernels } = request;
  checkDataset(config, dataset);
  const trainSamples = samplesOfSplit(dataset, TRAIN);
  const testSamples = samplesOfSplit(dataset, TEST);
  if (trainSamples.length === 0) {
    throw new AppError(
      'no-training-samples',
      `The data set ${dataset.name} has no training samples.`,
      'Load recordings of the training split, or change the split.',
    );
  }
  const engine = await createEngine(device, request);
  const probeCount = Math.max(MIN_TRAIN_EVALUATION, testSamples.length);
  const run: Run = {
    config,
    dataset,
    memoryBudget,
    startWeights,
    kernels,
    engine,
    reader: new BatchReader(dataset, config.batchSize),
    trainSamples,
    testSamples,
    probeSamples: epochOrder(trainSamples, config.seed, EVALUATION_STREAM).slice(0, probeCount),
    ...startOf(config),
    iterationLimit: Number.POSITIVE_INFINITY,
    store: new Map(),
    meter: newMeter(engine),
    weightChange: new WeightChangeMeter(),
    epochs: [],
    checkpoint: null,
    keeper: null,
    isBroken: false,
  };
  await writeInitialWeights(run);
  return run;
}

/** An engine with the kernels that are known to be fastest. @throws AppError of {@link Engine.create}. */
async function createEngine(
  device: EngineDevice,
  { config, memoryBudget, kernels }: RunRequest,
): Promise<Engine> {
  const variants = kernels?.recall({ limits: device.gpu, config, memoryBudget });
  const engine = await Engine.create(device, { config, memoryBudget, variants });
  kernels?.attach(engine);
  return engine;
}

function newMeter({ plan }: Engine): ProgressMeter {
  return new ProgressMeter(plan.graph.blocks.length);
}

/** Draws the weights of the seed, puts those from a file in their place, and forgets the optimizer's state. */
async function writeInitialWeights({ engine, config, weightChange, startWeights }: Run): Promise<void> {
  // What is set has not been learnt.
  weightChange.forget();
  engine.resetOptimizer();
  const drawn = drawInitialWeights(engine.plan.tensors, config.initialization, config.seed);
  await engine.writeParameters(withStartWeights(drawn, startWeights, engine.plan.graph));
}

/** Back to iteration 0 and the initial weights; (k, n) and the learning rate stay as they were set last. */
export async function rewindRun(run: Run): Promise<void> {
  const { config, learningRate } = run;
  run.store.clear();
  await writeInitialWeights(run);
  run.config = { ...config, optimizer: { ...config.optimizer, learningRate } };
  Object.assign(run, startOf(run.config), { meter: newMeter(run.engine), epochs: [], checkpoint: null });
}

/**
 * Puts a run on a device where its checkpoint says it stood, or before its first iteration where there is none: a new engine
 * for the checkpoint's (k, n), weights, optimizer state, progress and figures. The learning rate is the checkpoint's.
 * @throws AppError of {@link Engine.create}; `checkpoint-unusable`. The run is then broken.
 */
export async function restoreRun(device: EngineDevice, run: Run): Promise<void> {
  const { checkpoint } = run;
  run.isBroken = true;
  // Given back before the new plan allocates: the peak is that of the larger plan, not of both.
  run.engine.destroy();
  device.ledger.resetPeak();
  const config = checkpoint ? { ...run.config, schedule: checkpoint.schedule } : run.config;
  run.engine = await createEngine(device, { ...run, config });
  run.config = config;
  run.store = new Map(checkpoint?.parameters);
  if (!hasAllParameters(run.engine, run.store)) await writeInitialWeights(run);
  restoreParameters(run.engine, run.store);
  run.engine.updates = checkpoint?.updates ?? 0;
  run.meter = newMeter(run.engine);
  if (checkpoint) run.meter.restore(checkpoint.meter);
  const epochs = checkpoint?.epochs ?? [];
  // The next change is one since the last epoch of which there are figures.
  if (epochs.at(-1)?.epoch !== run.epochs.at(-1)?.epoch) run.weightChange.forget();
  run.epochs = [...epochs];
  Object.assign(run, checkpoint?.progress ?? startOf(config));
  run.isBroken = false;
}

export function hasEnded({ epoch, config, iteration, iterationLimit }: Run): boolean {
  return epoch >= config.epochs || iteration >= iterationLimit;
}

/** @throws AppError `data-mismatch` when the frames are not what the network reads. */
function checkDataset({ network, stepCount }: TrainingConfig, dataset: EncodedDataset): void {
  const wanted = network.input.shape;
  const { channels, height, width } = dataset.shape;
  const sameShape = channels === wanted.channels && height === wanted.height && width === wanted.width;
  // An image serves any number of steps.
  const sameSteps = dataset.kind === 'frames' || dataset.stepCount === stepCount;
  const fits = sameShape && sameSteps && dataset.kind === network.input.kind;
  if (fits && dataset.classNames.length <= network.classCount) return;
  throw new AppError(
    'data-mismatch',
    `The data set (${dataset.kind}) has ${dataset.stepCount} steps of ${channels}x${height}x${width} and ${dataset.classNames.length} classes, the network reads ` +
      `${network.input.kind}, ${stepCount} steps of ${wanted.channels}x${wanted.height}x${wanted.width} and ${network.classCount} classes.`,
    'Encode the recordings again with the present settings.',
  );
}
