import type { FrameShape } from '../encodedDataset.ts';
import { frameSize, wordsPerFrame } from '../encodedDataset.ts';
import { AppError } from '../errors.ts';
import { bodyLayerCount } from '../network.ts';
import type { SurrogateKind } from '../neuron.ts';
import { checkSchedule, cutIntoRanges, type Range } from '../schedule.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import type { BufferRequest } from './arena.ts';
import type { KernelVariants } from './kernelVariants.ts';
import { DEFAULT_VARIANTS } from './kernelVariants.ts';
import { buildStages, type Stage, type StageGraph } from './stages.ts';
import {
  type BufferCategory,
  type BufferScope,
  DEFAULT_LIMITS,
  type DeviceLimits,
  type Heap,
  type Pass,
} from './types.ts';

/** Bytes of one vec4f. */
const VECTOR = 16;
/** f32 temporaries of the backward pass stay below this, or at one step when one step is more. */
const TEMPORARY_BUDGET = 4 * 1024 * 1024;
/** Up to here a chunk grows to FEW_STEPS: kernels share what they load between the steps of a chunk. */
const LARGEST_TEMPORARY_BUDGET = 16 * 1024 * 1024;
const FEW_STEPS = 4;
/** Partial gradients stay below this many elements per tensor, or at one group of samples. */
const PARTIAL_ELEMENTS = 65536;
/** Distance of two uniform blocks: WebGPU's default dynamic-offset alignment. */
export const UNIFORM_STRIDE = 256;

export interface PlanRequest {
  config: TrainingConfig;
  limits?: DeviceLimits;
  /**
   * `blockOuter` (default): each block finishes its interval before the next one starts. `timeOuter`: all blocks step
   * together, as the paper runs them; same numbers, every block's history alive at once. Kept for comparison.
   */
  order?: 'blockOuter' | 'timeOuter';
  /**
   * Samples worked on at a time; the batch is cut into micro-batches of this size whose gradients are summed before the
   * update. Default: the whole batch where it fits the limits and the budget, else the largest size that does.
   */
  microBatch?: number;
  /** Bytes of GPU memory that the plan may take; none = what the device's buffers allow. */
  memoryBudget?: number;
  /** Bytes of f32 temporaries that a chunk of the backward pass may have; no number depends on it. Default 4 MiB, up to 16 for four steps. */
  temporaryBudget?: number;
  /**
   * Batch norm's backward pass needs sums of gamma over a whole interval before it can use gamma. `kept`: gamma of the whole
   * interval stays in memory. `recomputed`: it is made chunk by chunk, once for the sums of each batch norm and once more to
   * be used; same bits, less memory, more time. Default: kept where that fits.
   */
  normGamma?: 'kept' | 'recomputed';
  /** Keeps every membrane until the end of the iteration, to be read back; costs bytes when k = T. */
  keepState?: boolean;
  /** `given`: keep masks are written by the caller instead of drawn (oracle cases). */
  dropoutMasks?: 'generated' | 'given';
  /** Kernels to use where several can do the work; none changes a bit of the result. Default: what is fastest on most adapters. */
  variants?: KernelVariants;
}

export const SURROGATE_INDEX: Record<SurrogateKind, number> = {
  rectangular: 0,
  triangular: 1,
  atan: 2,
  fastSigmoid: 3,
  sigmoid: 4,
};

export function vectorsOf(channels: number): number {
  return Math.ceil(channels / 4);
}

/** Rows of a stage's weight buffer: one per input under the kernel, and one for the bias. */
export function weightRows(stage: Stage): number {
  return (
    stage.kernelHeight * stage.kernelWidth * stage.inputShape.channels + (stage.parameters?.bias ? 1 : 0)
  );
}

export function weightElements(stage: Stage): number {
  return weightRows(stage) * vectorsOf(stage.outputShape.channels) * 4;
}

/** How the samples of a batch are grouped for partial gradients: depends on layer and batch only, never on the device. */
export function gradientSplits(elements: number, batchSize: number): { count: number; size: number } {
  const wanted = Math.max(1, Math.min(batchSize, Math.floor(PARTIAL_ELEMENTS / elements)));
  const size = Math.ceil(batchSize / wanted);
  return { count: Math.ceil(batchSize / size), size };
}

/** Name of a buffer that every micro-batch has for itself; the first one's is the plain name. */
export function microName(name: string, micro: number): string {
  return micro === 0 ? name : `${name}#${micro}`;
}

/** Name of one of the buffers over which a layer's weights are spread; the first one's is the plain name. */
export function partName(name: string, part: number): string {
  return part === 0 ? name : `${name}@${part}`;
}

/** Name of the copy in half precision of a buffer of weights. */
export function halfWeightsName(weights: string): string {
  return weights.replace(/\.weights(?=@|$)/, '.halfWeights');
}

/** Whether a buffer follows from another one, so that nothing needs to keep it. */
export function isHalfWeights(name: string): boolean {
  return /\.halfWeights(?=@|$)/.test(name);
}

/** Bytes of gamma, or of an error, of one layer at one step. */
function vectorBytes(shape: FrameShape, batchSize: number): number {
  return batchSize * shape.height * shape.width * vectorsOf(shape.channels) * VECTOR;
}

/** Whether a stage normalises its current over the batch and the steps of an interval. */
export function hasBatchNorm(stage: Stage): boolean {
  return stage.parameters !== null && stage.parameters.batchNormPrefix !== '';
}

/**
 * Steps of one backward chunk of a block: a third of the interval, or what keeps two neighbouring layers' f32 temporaries
 * within the budget, in chunks of equal length. A third, because shorter chunks save little more (carrying gamma over
 * costs a step's worth anyway) and cost dispatches; up to two steps a cut would save nothing. Batch normalisation that keeps
 * gamma needs that of the whole interval at once.
 */
function stepsPerChunk(
  graph: StageGraph,
  block: number,
  interval: number,
  batchSize: number,
  {
    largestBinding,
    budget,
    keepsNormGamma,
  }: { largestBinding: number; budget: number | null; keepsNormGamma: boolean },
): number {
  const stages = [...graph.blocks[block].body, graph.blocks[block].classifier].map((id) => graph.stages[id]);
  if (keepsNormGamma && stages.some(hasBatchNorm)) return interval;
  const perStep = stages.map((stage) => vectorBytes(stage.outputShape, batchSize));
  let pair = perStep[0];
  for (let i = 1; i < perStep.length; i++) pair = Math.max(pair, perStep[i - 1] + perStep[i]);
  const allowed = budget ?? Math.max(TEMPORARY_BUDGET, Math.min(FEW_STEPS * pair, LARGEST_TEMPORARY_BUDGET));
  const bound = Math.min(allowed / pair, largestBinding / Math.max(...perStep));
  const wanted = interval <= 2 ? interval : Math.ceil(interval / 3);
  const most = Math.max(1, Math.min(wanted, Math.floor(bound)));
  return Math.ceil(interval / Math.ceil(interval / most));
}

/** The state of one planning run; see planTraining. */
export class PlanBuilder {
  readonly config: TrainingConfig;
  readonly graph: StageGraph;
  readonly intervals: Range[];
  readonly microBatches: Range[];
  readonly chunkSteps: number[];
  readonly givenMasks: boolean;
  readonly variants: KernelVariants;
  private readonly keepState: boolean;
  private readonly largestBinding: number;
  #boundarySpikes: Set<string> | null = null;
  readonly passes: Pass[] = [];
  readonly requests = new Map<string, BufferRequest>();
  readonly countedStages: string[];

  constructor(request: PlanRequest, microBatch: number) {
    const { config } = request;
    checkSchedule(config.schedule, bodyLayerCount(config.network), config.stepCount);
    if (!Number.isInteger(config.batchSize) || config.batchSize < 1 || config.batchSize > 65536) {
      throw new AppError(
        'batch-out-of-range',
        `The batch size is ${config.batchSize}, allowed is 1 to 65536.`,
        'Choose a whole number of samples per batch.',
      );
    }
    this.config = config;
    this.graph = buildStages(config.network, config.schedule.blockSize);
    this.intervals = cutIntoRanges(config.stepCount, config.schedule.truncationInterval);
    this.microBatches = cutIntoRanges(config.batchSize, microBatch);
    this.keepState = request.keepState === true || request.order === 'timeOuter';
    this.givenMasks = request.dropoutMasks === 'given';
    this.variants = request.variants ?? DEFAULT_VARIANTS;
    const limits = request.limits ?? DEFAULT_LIMITS;
    this.largestBinding = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
    this.chunkSteps = this.graph.blocks.map((_, block) =>
      stepsPerChunk(this.graph, block, this.longestInterval, microBatch, {
        largestBinding: this.largestBinding,
        budget: request.temporaryBudget ?? null,
        keepsNormGamma: request.normGamma !== 'recomputed',
      }),
    );
    this.countedStages = this.graph.stages.filter((stage) => stage.lif).map((stage) => stage.name);
    this.requestBuffers();
  }

  /** Whether some batch norm meets an interval in several chunks; see PlanRequest.normGamma. */
  get recomputesNormGamma(): boolean {
    return this.graph.stages.some(
      (stage) => hasBatchNorm(stage) && this.chunkSteps[stage.block] < this.longestInterval,
    );
  }

  get longestInterval(): number {
    return Math.min(this.config.schedule.truncationInterval, this.config.stepCount);
  }

  /** Whether kernels read weights from a copy in half precision. */
  get readsHalves(): boolean {
    return this.config.weightPrecision === 'f16';
  }

  /** Whether the backward pass needs u itself: smooth surrogates do, and the gradient through a hard reset. */
  usesMembraneHistory(stage: Stage): boolean {
    return stage.neuron.surrogate !== 'rectangular' || stage.neuron.reset === 'hard';
  }

  private add(name: string, heap: Heap, category: BufferCategory, scope: BufferScope, bytes: number): void {
    this.requests.set(name, { name, heap, category, scope, bytes: Math.max(4, bytes), live: [] });
  }

  /** Membranes outlive an interval: not when the sample is one interval, unless somebody wants to look at them. */
  get keepsMembranes(): boolean {
    return this.intervals.length > 1 || this.keepState;
  }

  microSize(micro: number): number {
    const { start, stop } = this.microBatches[micro];
    return stop - start;
  }

  /** A stage whose spikes the next block reads: they are kept for every micro-batch until that block has run. */
  isBoundary(stage: Stage): boolean {
    return (
      stage.block + 1 < this.graph.blocks.length && this.graph.blocks[stage.block].output === stage.output
    );
  }

  private requestBuffers(): void {
    const { config, graph } = this;
    const { network, stepCount } = config;
    const blockCount = graph.blocks.length;
    const input = graph.activations[0];
    for (const micro of this.microBatches.keys()) {
      const samples = this.microSize(micro);
      const inputBytes =
        input.encoding === 'frames'
          ? samples * frameSize(input.shape) * 4
          : stepCount * samples * input.planes * wordsPerFrame(input.shape) * 4;
      const add = (name: string, category: BufferCategory, bytes: number) =>
        this.add(microName(name, micro), 'arena', category, 'run', bytes);
      add('input', 'input', inputBytes);
      add('labels', 'input', samples * 4);
      add('counts', 'metrics', blockCount * samples * network.classCount * 4);
      add('losses', 'metrics', this.intervals.length * blockCount * 4);
      add('predictions', 'metrics', blockCount * samples * 4);
      add('stepPredictions', 'metrics', stepCount * samples * 4);
    }
    this.add('flags', 'arena', 'metrics', 'run', 4);
    this.add('totals', 'arena', 'metrics', 'run', this.countedStages.length * 4);
    this.add('stepTotals', 'arena', 'metrics', 'evaluation', this.countedStages.length * stepCount * 4);
    // What a kernel variant does not use must still be bound; four, because no two bindings may share bytes.
    for (let i = 0; i < 4; i++) this.add(`unused${i}`, 'arena', 'metrics', 'run', 4);
    for (const stage of graph.stages) this.requestStageBuffers(stage);
  }

  private requestStageBuffers(stage: Stage): void {
    const { graph } = this;
    // Shared by the micro-batches, one after the other: as large as the first, which is the largest.
    const samples = this.microSize(0);
    const steps = this.longestInterval;
    const output = graph.activations[stage.output];
    const neurons = frameSize(stage.outputShape);
    const words = wordsPerFrame(stage.outputShape);
    const perStep = vectorBytes(stage.outputShape, samples);
    const chunk = this.chunkSteps[stage.block];
    const { name } = stage;
    const micros = [...this.microBatches.keys()];
    for (const micro of this.isBoundary(stage) ? micros : [0]) {
      const bytes = steps * samples * output.planes * words * 4;
      this.add(microName(`${name}.spikes`, micro), 'arena', 'history', 'interval', bytes);
    }
    if (stage.lif) {
      const membraneScope: BufferScope = this.keepsMembranes ? 'run' : 'interval';
      for (const micro of this.keepsMembranes ? micros : [0]) {
        const bytes = this.microSize(micro) * neurons * 4;
        this.add(microName(`${name}.membrane`, micro), 'arena', 'membranes', membraneScope, bytes);
      }
      const historyBytes = this.usesMembraneHistory(stage)
        ? steps * samples * neurons * 4
        : steps * samples * words * 4;
      this.add(`${name}.surrogateHistory`, 'arena', 'history', 'interval', historyBytes);
      const gammaSteps = this.sumsSteps(stage) ? 1 : chunk;
      const gammaScope = this.sumsSteps(stage) ? 'interval' : 'chunk';
      this.add(`${name}.gamma`, 'arena', 'temporaries', gammaScope, gammaSteps * perStep);
      if (chunk < steps) this.add(`${name}.gammaCarry`, 'arena', 'temporaries', 'interval', perStep);
    }
    this.add(`${name}.error`, 'arena', 'temporaries', 'chunk', chunk * perStep);
    if (stage.isClassifier) this.add(`${name}.lossError`, 'arena', 'temporaries', 'interval', perStep);
    if (stage.dropout > 0 && this.givenMasks) {
      for (const micro of micros) {
        const bytes = this.microSize(micro) * words * 4;
        this.add(microName(`${name}.keepBits`, micro), 'arena', 'input', 'run', bytes);
      }
    }
    if (stage.parameters) this.requestParameterBuffers(stage);
  }

  private requestParameterBuffers(stage: Stage): void {
    const { config } = this;
    const { name } = stage;
    const trainable = stage.parameters?.trainable ?? false;
    const gradientScope: BufferScope = config.update === 'sequence' ? 'run' : 'interval';
    const adam = config.optimizer.kind === 'adam';
    const splits = gradientSplits(weightElements(stage), config.batchSize);
    for (const [part, { start, stop }] of this.weightParts(stage).entries()) {
      const bytes = weightRows(stage) * (stop - start) * VECTOR;
      const weights = partName(`${name}.weights`, part);
      this.add(weights, 'parameters', 'weights', 'run', bytes);
      if (this.readsHalves) this.add(halfWeightsName(weights), 'parameters', 'weights', 'run', bytes / 2);
      if (!trainable) continue;
      this.add(partName(`${name}.moment1`, part), 'parameters', 'optimizer', 'run', bytes);
      if (adam) this.add(partName(`${name}.moment2`, part), 'parameters', 'optimizer', 'run', bytes);
      this.add(partName(`${name}.partials`, part), 'arena', 'gradients', gradientScope, splits.count * bytes);
    }
    if (hasBatchNorm(stage)) {
      const row = vectorsOf(stage.outputShape.channels) * VECTOR;
      this.add(`${name}.normState`, 'parameters', 'weights', 'run', 4 * row);
      this.add(`${name}.normMoment1`, 'parameters', 'optimizer', 'run', 2 * row);
      if (adam) this.add(`${name}.normMoment2`, 'parameters', 'optimizer', 'run', 2 * row);
      this.add(`${name}.normalization`, 'arena', 'temporaries', 'interval', 6 * row);
      this.add(`${name}.normSums`, 'arena', 'temporaries', 'interval', this.microSize(0) * 2 * row);
      this.add(`${name}.normPartials`, 'arena', 'gradients', gradientScope, 2 * row);
    }
  }

  /** Names of the buffers of boundary spikes, every micro-batch's. */
  get boundarySpikes(): Set<string> {
    this.#boundarySpikes ??= new Set(
      this.graph.stages
        .filter((stage) => this.isBoundary(stage))
        .flatMap((stage) =>
          [...this.microBatches.keys()].map((micro) => microName(`${stage.name}.spikes`, micro)),
        ),
    );
    return this.#boundarySpikes;
  }

  /**
   * The ranges of output vectors over which a layer's weights are spread: one where they fit a binding, else as few equal
   * ones as do. Partial gradients are counted in; a layer that large has one group of samples.
   */
  weightParts(stage: Stage): Range[] {
    const vectors = vectorsOf(stage.outputShape.channels);
    const splits = gradientSplits(weightElements(stage), this.config.batchSize);
    const most = Math.floor(this.largestBinding / (weightRows(stage) * VECTOR * splits.count));
    if (most >= vectors || most < 1) return [{ start: 0, stop: vectors }];
    return cutIntoRanges(vectors, Math.ceil(vectors / Math.ceil(vectors / most)));
  }

  /** The first layer of real-valued frames needs only the sum of its gammas over time. */
  sumsSteps(stage: Stage): boolean {
    if (stage.kind !== 'synapse' || hasBatchNorm(stage)) return false;
    return this.graph.activations[stage.inputs[0]].encoding === 'frames';
  }

  addPass(pass: Omit<Pass, 'id'>): number {
    this.passes.push({ ...pass, id: this.passes.length });
    return this.passes.length - 1;
  }
}
