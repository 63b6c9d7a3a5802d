import { AppError } from '../core/errors.ts';
import { packHalves } from '../core/halfFloat.ts';
import type { KernelVariants } from '../core/plan/kernelVariants.ts';
import { halfWeightsName, microName, type PlanRequest, partName } from '../core/plan/planBuilder.ts';
import { planTraining } from '../core/plan/planTraining.ts';
import type { ProgramStep, StepWindow, TensorSpec, TrainingPlan } from '../core/plan/types.ts';
import type { Range } from '../core/schedule.ts';
import { createSha256 } from '../core/sha256.ts';
import { type GpuDevice, ORDERED_QUADS, requestGpuDevice } from '../gpu/device.ts';
import { type BufferPiece, Executor, type ExecutorParts, type OtherKernels } from '../gpu/executor.ts';
import { ByteLedger } from '../gpu/ledger.ts';
import { PipelineCache } from '../gpu/pipelineCache.ts';
import { hasOrderedQuads } from '../gpu/quads.ts';
import { SubmitPacer } from '../gpu/submitPacer.ts';
import { hasTimestamps } from '../gpu/timestamps.ts';
import { kernelOf, LAYER_PARAMS, STEP_WINDOW } from '../kernels/index.ts';
import { exchangeablePasses } from './kernelExchange.ts';
import type { NamedTensor } from './messages.ts';
import { forEachScalar, tensorLength } from './parameterLayout.ts';
import { type PassProfile, summarizeProfile } from './passProfile.ts';

/** What changes from one training iteration to the next. */
export interface IterationSettings {
  /** Counts from 0; drives dropout. */
  iteration: number;
  learningRate: number;
  seed: number;
}

/** Figures of one batch. */
export interface BatchMetrics {
  /** f32[intervals][blocks] */
  losses: Float32Array;
  /** u32[blocks][B]: class read out per block and sample. */
  predictions: Uint32Array;
}

export interface EvaluationMetrics extends BatchMetrics {
  /** u32[T][B]: class that the last block reads out after each step. */
  stepPredictions: Uint32Array;
  /** Spikes over the whole batch and all steps, per counted stage; empty places of the batch do not count. */
  totals: Uint32Array;
  /** u32[countedStages][T]: the same, step by step. */
  stepTotals: Uint32Array;
}

/** A device with what all plans on it share: the byte ledger and the compiled pipelines. */
export class EngineDevice {
  readonly gpu: GpuDevice;
  readonly ledger = new ByteLedger();
  readonly pipelines: PipelineCache;
  #kernelFeatures: Promise<readonly string[]> | null = null;

  constructor(gpu: GpuDevice) {
    this.gpu = gpu;
    this.pipelines = new PipelineCache(gpu.device);
  }

  /** @throws AppError `webgpu-missing`, `adapter-missing`, `device-refused`. */
  static async connect(): Promise<EngineDevice> {
    return new EngineDevice(await requestGpuDevice());
  }

  /** The device's features, and {@link ORDERED_QUADS} where it has those; it is asked once. */
  kernelFeatures(): Promise<readonly string[]> {
    const { device, features } = this.gpu;
    this.#kernelFeatures ??= features.includes('subgroups')
      ? hasOrderedQuads(device, kernelOf('quadOrder')).then((has) =>
          has ? [...features, ORDERED_QUADS] : features,
        )
      : Promise.resolve(features);
    return this.#kernelFeatures;
  }

  executorParts(): ExecutorParts {
    return {
      device: this.gpu.device,
      ledger: this.ledger,
      pipelines: this.pipelines,
      kernelOf,
      paramsLayout: LAYER_PARAMS,
      windowLayout: STEP_WINDOW,
    };
  }

  destroy(): void {
    this.gpu.device.destroy();
  }
}

/**
 * One plan on one device: uploads batches, runs the plan's programs, reads figures and tensors back. It knows the
 * layouts; the order of work is the plan's alone.
 */
export class Engine {
  #plan: TrainingPlan;
  readonly #request: PlanRequest;
  readonly #executor: Executor;
  readonly #device: EngineDevice;
  #updates = 0;
  readonly #trainPacer = new SubmitPacer();
  readonly #evaluatePacer = new SubmitPacer();
  /** Samples of the batch that was written, empty places excluded. */
  #sampleCount = 1;

  private constructor(device: EngineDevice, request: PlanRequest, plan: TrainingPlan, executor: Executor) {
    this.#device = device;
    this.#request = request;
    this.#plan = plan;
    this.#executor = executor;
  }

  /** @throws AppError of the planner (`schedule-out-of-range`, ...) or of the executor (`out-of-memory`, ...). */
  static async create(device: EngineDevice, request: PlanRequest): Promise<Engine> {
    const plan = planTraining({ limits: device.gpu, ...request });
    const executor = await Executor.create(plan, device.executorParts());
    return new Engine(device, request, plan, executor);
  }

  get plan(): TrainingPlan {
    return this.#plan;
  }

  /** Bytes of GPU buffers alive on the device now, counted by the ledger. */
  get liveBytes(): number {
    return this.#device.ledger.liveBytes;
  }

  get peakBytes(): number {
    return this.#device.ledger.peakBytes;
  }

  /** Optimizer updates so far; Adam's bias correction counts them. */
  get updates(): number {
    return this.#updates;
  }

  set updates(count: number) {
    this.#updates = count;
  }

  /**
   * @param input Events: u32[T][B][planes][wordsPerFrame] packed frames. Frames: f32[B][H][W][C].
   * @param labels i32[B]; -1 marks an empty place of a short batch.
   */
  writeBatch(
    input: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
    labels: Int32Array<ArrayBuffer>,
  ): void {
    const { batchSize } = this.plan.config;
    this.#sampleCount = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
    for (const [micro, samples] of this.plan.microBatches.entries()) {
      this.#executor.write(
        microName('input', micro),
        sliceSamples(input, samples, batchSize, this.#inputSteps),
      );
      this.#executor.write(microName('labels', micro), labels.subarray(samples.start, samples.stop));
    }
  }

  /** Steps of the input array: T for events, 1 for frames, which are constant in time. */
  get #inputSteps(): number {
    const { config, graph } = this.plan;
    return graph.activations[0].encoding === 'frames' ? 1 : config.stepCount;
  }

  /** Keep masks for plans made with dropoutMasks 'given'. @param bits u32[B][words] */
  writeKeepBits(stage: string, bits: Uint32Array<ArrayBuffer>): void {
    for (const [micro, samples] of this.plan.microBatches.entries()) {
      const own = sliceSamples(bits, samples, this.plan.config.batchSize, 1);
      this.#executor.write(microName(`${stage}.keepBits`, micro), own);
    }
  }

  /** One training iteration on the batch that was written. @throws AppError `not-finite`, `device-lost`. */
  async train(settings: IterationSettings): Promise<BatchMetrics> {
    this.beginIteration(settings);
    const results = await this.#executor.run(this.plan.trainProgram, this.#trainResults, this.#trainPacer);
    return this.#trained(results);
  }

  /**
   * As `train`, with the GPU time of every run of a pass in the order of the plan's program, ms: empty where the adapter has
   * no timestamps. Passes do not overlap, so it takes a little longer.
   */
  async trainTimed(settings: IterationSettings): Promise<{ metrics: BatchMetrics; runsMs: number[] }> {
    this.beginIteration(settings);
    const runsMs = await this.#executor.runTimed(this.plan.trainProgram, this.#trainPacer);
    return { metrics: this.#trained(await this.#executor.run([], this.#trainResults)), runsMs };
  }

  get hasTimestamps(): boolean {
    return hasTimestamps(this.#device.gpu.device);
  }

  get #trainResults(): string[] {
    return [...this.#perMicro('losses'), ...this.#perMicro('predictions'), 'flags'];
  }

  #trained(results: readonly ArrayBuffer[]): BatchMetrics {
    const flags = results[results.length - 1];
    this.#updates += this.plan.updatesPerIteration;
    if (new Uint32Array(flags)[0] !== 0) {
      throw new AppError(
        'not-finite',
        'A weight became infinite or NaN in this iteration.',
        'Lower the learning rate, then continue.',
      );
    }
    return this.#figures(results);
  }

  /** The same run with other kernels: the same bits, on the same buffers. */
  planWith(variants: KernelVariants): TrainingPlan {
    const microBatch = this.plan.microBatches[0].stop;
    return planTraining({ limits: this.#device.gpu, ...this.#request, microBatch, variants });
  }

  /**
   * Compiles the kernels of a plan of `planWith` while training goes on.
   * @returns What puts them to work from the next iteration on.
   * @throws AppError `pipeline-failed`.
   */
  async prepareKernels(other: TrainingPlan): Promise<() => void> {
    const kernels: OtherKernels = await this.#executor.prepareOthers(exchangeablePasses(this.plan, other));
    return () => {
      this.#executor.adopt(kernels);
      this.#plan = other;
    };
  }

  #perMicro(name: string): string[] {
    return this.plan.microBatches.map((_, micro) => microName(name, micro));
  }

  /** Puts the micro-batches' figures together: losses are sums over samples already divided, predictions are placed. */
  #figures(results: readonly ArrayBuffer[]): BatchMetrics {
    const { graph, microBatches } = this.plan;
    const blockCount = graph.blocks.length;
    const losses = new Float32Array(results[0]);
    for (const other of results.slice(1, microBatches.length)) {
      for (const [i, loss] of new Float32Array(other).entries()) losses[i] += loss;
    }
    const predictions = joinSamples(results.slice(microBatches.length), microBatches, blockCount);
    return { losses, predictions };
  }

  /** Sets the windows' uniforms for the iteration; for callers that run parts of the program with `runSteps`. */
  beginIteration(settings: IterationSettings): void {
    this.#executor.writeWindows(this.plan.windows.map((window) => this.#windowValues(window, settings)));
  }

  /** Runs part of the plan's program. */
  async runSteps(steps: readonly ProgramStep[]): Promise<void> {
    await this.#executor.run(steps);
  }

  #windowValues(
    window: StepWindow,
    { iteration, learningRate, seed }: IterationSettings,
  ): Record<string, number> {
    const { optimizer } = this.plan.config;
    const update = this.#updates + window.updateIndex + 1;
    const correction = (beta: number) => 1 - beta ** update;
    return {
      stepStart: window.stepStart,
      historyStart: window.historyStart,
      stepCount: window.stepCount,
      isFirst: window.isFirst ? 1 : 0,
      isLast: window.isLast ? 1 : 0,
      interval: window.interval,
      updateAccumulate: window.updateAccumulate ? 1 : 0,
      learningRate,
      sampleCount: this.#sampleCount,
      biasCorrection1: optimizer.kind === 'adam' ? correction(optimizer.beta1) : 1,
      biasCorrection2: optimizer.kind === 'adam' ? correction(optimizer.beta2) : 1,
      seed,
      iteration,
    };
  }

  /**
   * GPU time and least work of every pass of a training iteration on the batch that was written, mean over `rounds`
   * iterations. Empty where the adapter has no timestamps. Weights go on being trained.
   */
  async profile(rounds: number): Promise<PassProfile[]> {
    const times: number[][] = [];
    for (let round = 0; round < rounds; round++)
      times.push(await this.#executor.runTimed(this.plan.trainProgram, this.#trainPacer));
    return this.hasTimestamps ? summarizeProfile(this.plan, times) : [];
  }

  /** Forward passes and read-out of the batch that was written, with the present weights; nothing is learnt. */
  async evaluate(): Promise<EvaluationMetrics> {
    this.beginIteration({ iteration: 0, learningRate: 0, seed: 0 });
    this.#executor.zero(['totals']);
    const perMicro = ['losses', 'predictions', 'stepPredictions'].flatMap((name) => this.#perMicro(name));
    const names = [...perMicro, 'totals', 'stepTotals'];
    const results = await this.#executor.run(this.plan.evaluateProgram, names, this.#evaluatePacer);
    const { config, microBatches } = this.plan;
    const steps = results.slice(2 * microBatches.length);
    return {
      ...this.#figures(results),
      stepPredictions: joinSamples(steps, microBatches, config.stepCount),
      totals: new Uint32Array(results[results.length - 2]),
      stepTotals: new Uint32Array(results[results.length - 1]),
    };
  }

  /**
   * Runs part of a program with the uniform of one window changed: the steps it covers, and where they lie. The windows of
   * the next iteration are written anew, so nothing is left of it. For looking inside a sample; see probe.ts.
   */
  async runWindow(
    steps: readonly ProgramStep[],
    index: number,
    change: Partial<StepWindow> = {},
  ): Promise<void> {
    const settings = { iteration: 0, learningRate: 0, seed: 0 };
    this.#executor.writeWindows(
      this.plan.windows.map((window, i) =>
        this.#windowValues(i === index ? { ...window, ...change } : window, settings),
      ),
    );
    await this.#executor.run(steps);
  }

  /** Parts of planned buffers, packed one after the other. Bytes, multiples of 4. */
  gather(pieces: readonly BufferPiece[]): Promise<ArrayBuffer> {
    return this.#executor.gather(pieces);
  }

  /** Raw bytes of a planned buffer. */
  readBuffer(name: string): Promise<ArrayBuffer> {
    return this.#executor.read(name);
  }

  /** Raw bytes into a planned buffer, all of it; of weights their copy in half precision as well, where kernels read that. */
  writeBuffer(name: string, data: ArrayBufferView<ArrayBuffer>): void {
    this.#executor.write(name, data);
    const copy = halfWeightsName(name);
    if (copy === name || !this.plan.buffers.some((buffer) => buffer.name === copy)) return;
    // Bytes of a file may begin anywhere; f32 may not.
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    this.#executor.write(copy, packHalves(new Float32Array(bytes.buffer)));
  }

  /**
   * Sets tensors in the interface layout; tensors that are not named keep their values. Optimizer state is untouched.
   * @throws AppError `tensor-mismatch` for an unknown name or a wrong shape.
   */
  async writeParameters(tensors: readonly NamedTensor[]): Promise<void> {
    const byBuffer = new Map<string, { tensor: TensorSpec; part: Range; values: Float32Array }[]>();
    for (const { name, values } of tensors) {
      const tensor = this.plan.tensors.find((spec) => spec.name === name);
      if (!tensor || tensorLength(tensor) !== values.length) {
        throw new AppError(
          'tensor-mismatch',
          tensor
            ? `The tensor ${name} has ${values.length} values, this network's has ${tensorLength(tensor)}.`
            : `This network has no tensor ${name}.`,
          'Use weights of the same network.',
        );
      }
      for (const [index, part] of tensor.parts.entries()) {
        const buffer = partName(tensor.buffer, index);
        const list = byBuffer.get(buffer) ?? [];
        byBuffer.set(buffer, list);
        list.push({ tensor, part, values });
      }
    }
    for (const [buffer, entries] of byBuffer) {
      const { buffer: base } = entries[0].tensor;
      const covered = this.plan.tensors.filter((spec) => spec.buffer === base).length === entries.length;
      // A buffer of which only some tensors are set keeps the others: read it first.
      const data = covered
        ? new Float32Array(this.#executor.bufferBytes(buffer) / 4)
        : new Float32Array(await this.#executor.read(buffer));
      for (const { tensor, part, values } of entries) {
        forEachScalar(tensor, this.plan.graph.stages[tensor.stage], part, (from, to) => {
          data[to] = values[from];
        });
      }
      this.writeBuffer(buffer, data);
    }
  }

  /** All tensors in the documented order (plan.tensors) and the interface layout. */
  readParameters(): Promise<NamedTensor[]> {
    return this.#readTensors(this.plan.tensors, (tensor) => tensor.buffer);
  }

  /** One tensor by its interface name, in the interface layout; null where the network has none of that name. */
  async readParameter(name: string): Promise<NamedTensor | null> {
    const wanted = this.plan.tensors.filter((tensor) => tensor.name === name);
    const [found] = await this.#readTensors(wanted, (tensor) => tensor.buffer);
    return found ?? null;
  }

  async #readTensors(
    tensors: readonly TensorSpec[],
    bufferOf: (tensor: TensorSpec) => string,
    load: (name: string) => Promise<Float32Array> = async (name) =>
      new Float32Array(await this.#executor.read(name)),
  ): Promise<NamedTensor[]> {
    const loaded = new Map<string, Float32Array>();
    const result: NamedTensor[] = [];
    for (const tensor of tensors) {
      const values = new Float32Array(tensorLength(tensor));
      for (const [index, part] of tensor.parts.entries()) {
        const name = partName(bufferOf(tensor), index);
        const data = loaded.get(name) ?? (await load(name));
        loaded.set(name, data);
        forEachScalar(tensor, this.plan.graph.stages[tensor.stage], part, (from, to) => {
          values[from] = data[to];
        });
      }
      result.push({ name: tensor.name, shape: tensor.shape, values });
    }
    return result;
  }

  /**
   * Gradients of one block as they lie before its update: partial gradients added in order, as optimizerStep adds them.
   * Valid between the block's backward pass and the next block's.
   */
  async readGradients(block: number): Promise<NamedTensor[]> {
    const { stages } = this.plan.graph;
    const tensors = this.plan.tensors.filter(
      (tensor) => tensor.trainable && stages[tensor.stage].block === block,
    );
    const partialsOf = (tensor: TensorSpec) =>
      `${stages[tensor.stage].name}.${tensor.layout === 'row' ? 'normPartials' : 'partials'}`;
    const elements = new Map(
      tensors.flatMap((tensor) =>
        tensor.parts.map((_, index) => [
          partName(partialsOf(tensor), index),
          this.#executor.bufferBytes(partName(tensor.buffer, index)) / 4,
        ]),
      ),
    );
    return this.#readTensors(tensors, partialsOf, async (name) => {
      const partials = new Float32Array(await this.#executor.read(name));
      const count = Math.min(elements.get(name) ?? partials.length, partials.length);
      const sum = partials.slice(0, count);
      for (let at = count; at < partials.length; at += count) {
        for (let i = 0; i < count; i++) sum[i] = Math.fround(sum[i] + partials[at + i]);
      }
      return sum;
    });
  }

  /** Names of the optimizer-state buffers that the plan has. */
  get optimizerBuffers(): string[] {
    return this.plan.buffers.filter((buffer) => buffer.category === 'optimizer').map((buffer) => buffer.name);
  }

  /** Forgets all optimizer state. */
  resetOptimizer(): void {
    this.#executor.zero(this.optimizerBuffers);
    this.#updates = 0;
  }

  /** sha256 (hex) over all tensors in the documented order, little-endian f32. */
  async digest(): Promise<string> {
    return digestOf(await this.readParameters());
  }

  destroy(): void {
    this.#executor.destroy();
  }
}

/** sha256 (hex) over tensors in order: their values as little-endian f32. */
export function digestOf(tensors: readonly NamedTensor[]): string {
  const hash = createSha256();
  for (const { values } of tensors)
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digestHex();
}

/** The samples of one micro-batch out of [steps][B][...]; the array itself when they are all of it. */
function sliceSamples<Values extends Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  values: Values,
  { start, stop }: { start: number; stop: number },
  batchSize: number,
  steps: number,
): Values {
  if (start === 0 && stop === batchSize) return values;
  const perSample = values.length / (steps * batchSize);
  const Typed = values.constructor as new (length: number) => Values;
  const slice = new Typed(steps * (stop - start) * perSample);
  for (let t = 0; t < steps; t++) {
    const from = (t * batchSize + start) * perSample;
    slice.set(values.subarray(from, from + (stop - start) * perSample), t * (stop - start) * perSample);
  }
  return slice;
}

/** Puts u32[rows][samples] of every micro-batch together to u32[rows][B]. @param parts One per micro-batch, more are left out. */
function joinSamples(
  parts: readonly ArrayBuffer[],
  microBatches: TrainingPlan['microBatches'],
  rows: number,
): Uint32Array {
  const batchSize = microBatches[microBatches.length - 1].stop;
  const joined = new Uint32Array(rows * batchSize);
  for (const [micro, { start, stop }] of microBatches.entries()) {
    const own = new Uint32Array(parts[micro]);
    const size = stop - start;
    for (let row = 0; row < rows; row++) {
      joined.set(own.subarray(row * size, (row + 1) * size), row * batchSize + start);
    }
  }
  return joined;
}
