import { type EncodedDataset, samplesOfSplit, TEST, TRAIN } from '../core/encodedDataset.ts';
import { AppError, toErrorData } from '../core/errors.ts';
import type { Schedule } from '../core/schedule.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { BatchReader, cutBatches, epochOrder } from './batches.ts';
import { type ParameterStore, restoreParameters, saveParameters } from './carryOver.ts';
import { digestOf, Engine, EngineDevice } from './engine.ts';
import { addCorrect, evaluateSamples } from './evaluation.ts';
import { drawInitialWeights } from './initialWeights.ts';
import type { TrainerMessage, TrainerRequest, TrainerStatus } from './messages.ts';
import { ProgressMeter } from './progressMeter.ts';

/** Training samples looked at with fixed weights after an epoch: as many as the test split has, but at least this. */
const MIN_TRAIN_EVALUATION = 100;
/** Stream of the shuffle that picks them; epochs count from 0 and never get there. */
const EVALUATION_STREAM = 0xffffffff;

interface Run {
  config: TrainingConfig;
  dataset: EncodedDataset;
  /** Bytes of GPU memory that plans may take; undefined = what the device allows. */
  memoryBudget: number | undefined;
  engine: Engine;
  reader: BatchReader;
  trainSamples: number[];
  testSamples: number[];
  /** A fixed part of the training split, evaluated with fixed weights. */
  probeSamples: number[];
  iteration: number;
  /** The run ends after so many iterations, if its epochs have not ended it before. */
  iterationLimit: number;
  epoch: number;
  epochIteration: number;
  epochSeconds: number;
  /** True once the figures of `epoch` have been sent. */
  evaluated: boolean;
  learningRate: number;
  store: ParameterStore;
  meter: ProgressMeter;
}

/**
 * The training loop. Takes requests, sends messages, owns the device and the run. Everything it computes is a function of
 * configuration, data set and the requests that change them: pausing and resuming leave no trace in the weights.
 */
export class Trainer {
  readonly #post: (message: TrainerMessage) => void;
  #device: EngineDevice | null = null;
  #run: Run | null = null;
  #loop: Promise<void> = Promise.resolve();
  #wanted: 'run' | 'step' | 'stop' = 'stop';
  #queue: Promise<void> = Promise.resolve();

  constructor(post: (message: TrainerMessage) => void) {
    this.#post = post;
  }

  /** Takes one request; requests are carried out in order, errors become messages. */
  handle(request: TrainerRequest): Promise<void> {
    // A running loop looks at this between iterations, so a pause need not wait for its turn in the queue.
    if (request.type !== 'start' && request.type !== 'step' && request.type !== 'setLearningRate')
      this.#halt(request);
    this.#queue = this.#queue.then(() => this.#carryOut(request)).catch((error) => this.#fail(error));
    return this.#queue;
  }

  #resumeAfter = false;

  #halt(request: TrainerRequest): void {
    if (request.type === 'connect' || request.type === 'exportWeights') return;
    this.#resumeAfter = request.type === 'setSchedule' && this.#wanted === 'run';
    this.#wanted = 'stop';
  }

  async #carryOut(request: TrainerRequest): Promise<void> {
    switch (request.type) {
      case 'connect':
        return this.#connect();
      case 'configure':
        await this.#loop;
        return this.#configure(request);
      case 'start':
        this.#active().iterationLimit = request.iterationLimit ?? Number.POSITIVE_INFINITY;
        return this.#start('run');
      case 'step':
        return this.#start('step');
      case 'pause':
        await this.#loop;
        return;
      case 'rewind':
        await this.#loop;
        return this.#rewind();
      case 'setSchedule':
        await this.#loop;
        return this.#setSchedule(request.schedule);
      case 'setLearningRate':
        this.#active().learningRate = request.learningRate;
        return;
      case 'exportWeights':
        return this.#exportWeights();
      case 'dispose':
        await this.#loop;
        return this.#dispose();
    }
  }

  #status(status: TrainerStatus): void {
    this.#post({ type: 'status', status });
  }

  #fail(error: unknown): void {
    this.#wanted = 'stop';
    this.#status('failed');
    this.#post({ type: 'error', error: toErrorData(error) });
  }

  #active(): Run {
    if (this.#run) return this.#run;
    throw new AppError('not-configured', 'There is no run yet.', 'Choose data and press Train first.');
  }

  async #connect(): Promise<void> {
    this.#device ??= await this.#newDevice();
    const { vendor, architecture, description, software, features, ...limits } = this.#device.gpu;
    const { maxBufferSize, maxStorageBufferBindingSize } = limits;
    this.#post({
      type: 'adapter',
      adapter: {
        vendor,
        architecture,
        description,
        software,
        features,
        maxBufferSize,
        maxStorageBufferBindingSize,
      },
    });
  }

  async #newDevice(): Promise<EngineDevice> {
    const device = await EngineDevice.connect();
    device.gpu.device.lost.then(({ reason, message }) => {
      if (this.#device !== device || reason === 'destroyed') return;
      this.#device = null;
      this.#run = null;
      this.#fail(
        new AppError(
          'device-lost',
          `The GPU was lost: ${message || 'no reason given'}.`,
          'Press Train to begin again; choose a smaller batch if it happens again.',
        ),
      );
    });
    device.gpu.device.addEventListener('uncapturederror', (event) => {
      this.#fail(new AppError('gpu-error', `The GPU reports: ${event.error.message}`, 'Please report this.'));
    });
    return device;
  }

  async #configure(request: Extract<TrainerRequest, { type: 'configure' }>): Promise<void> {
    const { config, dataset, memoryBudget } = request;
    this.#status('preparing');
    this.#run?.engine.destroy();
    this.#run = null;
    this.#device ??= await this.#newDevice();
    this.#device.ledger.resetPeak();
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
    const engine = await Engine.create(this.#device, { config, memoryBudget });
    const probeCount = Math.max(MIN_TRAIN_EVALUATION, testSamples.length);
    this.#run = {
      config,
      dataset,
      memoryBudget,
      engine,
      reader: new BatchReader(dataset, config.batchSize),
      trainSamples,
      testSamples,
      probeSamples: epochOrder(trainSamples, config.seed, EVALUATION_STREAM).slice(0, probeCount),
      iteration: 0,
      iterationLimit: Number.POSITIVE_INFINITY,
      epoch: 0,
      epochIteration: 0,
      epochSeconds: 0,
      evaluated: false,
      learningRate: config.optimizer.learningRate,
      store: new Map(),
      meter: new ProgressMeter(engine.plan.graph.blocks.length),
    };
    await this.#writeInitialWeights(this.#run);
    this.#planned(this.#run);
    this.#status('ready');
  }

  async #writeInitialWeights({ engine, config }: Run): Promise<void> {
    engine.resetOptimizer();
    await engine.writeParameters(drawInitialWeights(engine.plan.tensors, config.initialization, config.seed));
  }

  #planned({ engine }: Run): void {
    const trained = engine.plan.tensors.filter((tensor) => tensor.trainable);
    this.#post({
      type: 'planned',
      forecastBytes: engine.plan.peakBytes,
      measuredBytes: engine.peakBytes,
      parameterCount: trained.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    });
  }

  #start(wanted: 'run' | 'step'): void {
    const run = this.#active();
    this.#wanted = wanted;
    this.#loop = this.#loop.then(() => this.#work(run)).catch((error) => this.#fail(error));
  }

  async #rewind(): Promise<void> {
    const run = this.#active();
    run.store.clear();
    await this.#writeInitialWeights(run);
    Object.assign(run, {
      iteration: 0,
      epoch: 0,
      epochIteration: 0,
      epochSeconds: 0,
      evaluated: false,
      learningRate: run.config.optimizer.learningRate,
      meter: new ProgressMeter(run.engine.plan.graph.blocks.length),
    });
    this.#status('ready');
  }

  /** New (k, n) in the middle of a run: weights and optimizer state stay, classifiers keep the layer they sit on. */
  async #setSchedule(schedule: Schedule): Promise<void> {
    const run = this.#active();
    const device = this.#device;
    if (!device) throw new AppError('device-lost', 'The GPU was lost.', 'Press Train to begin again.');
    const config = { ...run.config, schedule };
    const { updates } = run.engine;
    await saveParameters(run.engine, run.store);
    // Given back before the new plan allocates: the peak is that of the larger plan, not of both.
    run.engine.destroy();
    device.ledger.resetPeak();
    run.engine = await Engine.create(device, { config, memoryBudget: run.memoryBudget });
    run.config = config;
    await this.#writeInitialWeights(run);
    restoreParameters(run.engine, run.store);
    run.engine.updates = updates;
    run.meter = new ProgressMeter(run.engine.plan.graph.blocks.length);
    this.#planned(run);
    if (this.#resumeAfter) this.#start('run');
    else this.#status(run.iteration > 0 ? 'paused' : 'ready');
    this.#resumeAfter = false;
  }

  async #exportWeights(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = 'stop';
    await this.#loop;
    const tensors = await this.#active().engine.readParameters();
    this.#post({ type: 'weights', tensors, digest: digestOf(tensors) });
    if (wanted === 'run') this.#start('run');
  }

  #dispose(): void {
    this.#run?.engine.destroy();
    this.#run = null;
    this.#device?.destroy();
    this.#device = null;
    this.#status('idle');
  }

  async #work(run: Run): Promise<void> {
    if (this.#wanted === 'stop' || this.#run !== run) return;
    if (hasEnded(run) && run.evaluated) {
      this.#status('finished');
      return;
    }
    this.#status('running');
    while (this.#wanted !== 'stop') {
      if (!run.evaluated && !(await this.#evaluate(run))) break;
      if (hasEnded(run)) {
        this.#wanted = 'stop';
        this.#status('finished');
        return;
      }
      await this.#iterate(run);
      if (this.#wanted === 'step') this.#wanted = 'stop';
      await nextTask();
    }
    // An epoch that this step ended is evaluated when training goes on; a paused run shows what it has.
    this.#status('paused');
  }

  async #iterate(run: Run): Promise<void> {
    const { engine, config } = run;
    const started = performance.now();
    const order = epochOrder(run.trainSamples, config.seed, run.epoch);
    const batches = cutBatches(order, config.batchSize);
    const augmentation = { spec: config.augmentation, seed: config.seed, epoch: run.epoch };
    const { input, labels, count } = await run.reader.read(batches[run.epochIteration], augmentation);
    engine.writeBatch(input, labels);
    const { everyEpochs, factor } = config.learningRateDecay;
    const decay = everyEpochs > 0 ? factor ** Math.floor(run.epoch / everyEpochs) : 1;
    const trained = engine.train({
      iteration: run.iteration,
      learningRate: run.learningRate * decay,
      seed: config.seed,
    });
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
    const epochIterations = batches.length;
    if (run.epochIteration === epochIterations || run.iteration === run.iterationLimit) {
      run.epoch++;
      run.epochIteration = 0;
      run.evaluated = false;
    }
    const metrics = run.meter.report({
      iteration: run.iteration,
      epoch: run.epoch,
      epochIteration: run.epochIteration,
      epochIterations,
      iterationsLeft: Math.min(epochIterations * config.epochs, run.iterationLimit) - run.iteration,
      liveBytes: engine.liveBytes,
      peakBytes: engine.peakBytes,
      force: this.#wanted !== 'run' || run.epochIteration === 0,
    });
    if (metrics) this.#post({ type: 'iteration', metrics });
  }

  /** Figures of the epoch that has ended, with fixed weights. @returns False when it was stopped half-way. */
  async #evaluate(run: Run): Promise<boolean> {
    this.#status('evaluating');
    const stopped = () => this.#wanted === 'stop';
    const train = await evaluateSamples(run.engine, run.reader, run.probeSamples, stopped);
    const test = train && (await evaluateSamples(run.engine, run.reader, run.testSamples, stopped));
    if (!train || !test) return false;
    // Before any training there is no training loss: the fixed weights' own is the best answer.
    const trained = run.meter.takeEpochLoss();
    const lossPerBlock = trained ?? train.lossPerBlock;
    this.#post({
      type: 'epoch',
      metrics: {
        epoch: run.epoch,
        trainAccuracyPerBlock: train.accuracyPerBlock,
        trainSamplesEvaluated: train.sampleCount,
        testAccuracyPerBlock: test.accuracyPerBlock,
        testSamples: test.sampleCount,
        earlyReadout: test.earlyReadout,
        loss: lossPerBlock[lossPerBlock.length - 1],
        lossPerBlock,
        seconds: run.epochSeconds,
        firingRates: (test.sampleCount > 0 ? test : train).firingRates,
        digest: await run.engine.digest(),
      },
    });
    run.epochSeconds = 0;
    run.evaluated = true;
    this.#status('running');
    return true;
  }
}

function hasEnded({ epoch, config, iteration, iterationLimit }: Run): boolean {
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

/** Lets messages that arrived meanwhile be handled; unlike a timer it is not throttled in a hidden tab. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
