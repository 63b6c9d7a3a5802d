import { wordsPerFrame } from '../encodedDataset.ts';
import { backwardRowTile, gradientRowTile, servesBackwardRows } from './backwardRows.ts';
import { forwardKernel, servesForward } from './forwardVariants.ts';
import type { WeightGradientVariant } from './kernelVariants.ts';
import {
  gradientSplits,
  hasBatchNorm,
  microName,
  type PlanBuilder,
  partName,
  SURROGATE_INDEX,
  vectorsOf,
  weightElements,
  weightRows,
} from './planBuilder.ts';
import type { Activation, BlockStages, Stage } from './stages.ts';
import type { Pass, PassKind, ProgramStep, StepWindow } from './types.ts';

type PassFields = Partial<Pick<Pass, 'overrides' | 'params' | 'buffers'>> & { invocations: number };

/** One of the buffers over which a layer's weights are spread. */
interface WeightPart {
  params: { weightVectors: number; vectorStart: number };
  /** Its name among the layer's buffers of a kind: weights, partials, moment1, moment2. */
  name: (buffer: string) => string;
}

/** Only where the reset is hard: the kernels' own value is the soft one. */
function resetOverride({ neuron }: Stage): Record<string, number> {
  return neuron.reset === 'hard' ? { RESET: 1 } : {};
}

/** A backward pass before it is bound to a chunk; null where the chunk has no such pass. */
type ChunkPass = (chunkStart: number) => number | null;

/** One way down a block's layers and back through the chunks of its interval. */
interface Sweep {
  /** Passes per chunk, first chunk of the interval first; they run last chunk first. */
  chunks: number[][];
  /** What follows the last of them. */
  after: number[];
}

/** The same pass for the same chunk, however often it is asked for. */
function once(make: ChunkPass): ChunkPass {
  const made = new Map<number, number | null>();
  return (chunkStart) => {
    const known = made.get(chunkStart);
    if (known !== undefined) return known;
    const pass = make(chunkStart);
    made.set(chunkStart, pass);
    return pass;
  };
}

/**
 * The passes of one local block on one micro-batch: made once, run in every interval. Each method returns program steps in the order in
 * which they must run.
 */
export class BlockPasses {
  private readonly builder: PlanBuilder;
  private readonly index: number;
  private readonly micro: number;
  /** Samples of this micro-batch. */
  private readonly batchSize: number;
  private readonly block: BlockStages;
  private readonly stages: Stage[];
  private readonly forwardPasses: number[];
  private readonly evaluatePasses: number[];
  private readonly lossPass: number;
  private readonly sweeps: Sweep[];
  private readonly updatePasses: number[];

  constructor(builder: PlanBuilder, index: number, micro: number) {
    this.builder = builder;
    this.index = index;
    this.micro = micro;
    this.batchSize = builder.microSize(micro);
    this.block = builder.graph.blocks[index];
    this.stages = [...this.block.body, this.block.classifier].map((id) => builder.graph.stages[id]);
    this.forwardPasses = this.stages.flatMap((stage) => this.stageForward(stage, false));
    this.lossPass = this.loss();
    this.sweeps = this.backward();
    this.updatePasses = micro > 0 ? [] : this.stages.flatMap((stage) => this.stageUpdate(stage));
    this.evaluatePasses = [
      ...this.stages.flatMap((stage) => this.stageForward(stage, true)),
      ...this.stepReadout(),
      this.loss(),
      ...this.stages.filter((stage) => stage.lif).map((stage) => this.spikeCount(stage)),
    ];
  }

  /** Zeroes the buffers whose bits the forward passes set one by one. */
  clear(window: number): ProgramStep {
    const buffers = this.stages.flatMap((stage) => {
      const names = stage.kind === 'add' ? [] : [this.spikesOf(stage)];
      if (stage.lif && !this.builder.usesMembraneHistory(stage)) names.push(`${stage.name}.surrogateHistory`);
      return names;
    });
    return { kind: 'clear', block: this.index, micro: this.micro, window, buffers };
  }

  forward(window: number): ProgramStep[] {
    return this.run(this.forwardPasses, window);
  }

  /** Loss, and backward in chunks from the last to the first; gradients are added to those of earlier micro-batches. */
  learn(window: number, { stepCount }: StepWindow): ProgramStep[] {
    const steps = this.run([this.lossPass], window);
    const chunkSteps = this.builder.chunkSteps[this.index];
    for (const [sweep, { chunks, after }] of this.sweeps.entries()) {
      for (let chunk = chunks.length - 1; chunk >= 0; chunk--) {
        if (chunk * chunkSteps < stepCount) steps.push(...this.run(chunks[chunk], window, sweep));
      }
      steps.push(...this.run(after, window, sweep));
    }
    return steps;
  }

  /** The optimizer's steps; one micro-batch's passes serve for all, gradients are shared. */
  update(window: number): ProgramStep[] {
    return this.run(this.updatePasses, window);
  }

  evaluate(window: number): ProgramStep[] {
    return this.run(this.evaluatePasses, window);
  }

  private run(passes: number[], window: number, sweep = 0): ProgramStep[] {
    return passes.map((pass) => ({ kind: 'run', pass, window, sweep }));
  }

  private add(kind: PassKind, kernel: string, stage: Stage, fields: PassFields): number {
    return this.builder.addPass({
      kind,
      kernel,
      label: `${kernel}/${stage.name}`,
      block: this.index,
      micro: this.micro,
      stage: stage.name,
      overrides: fields.overrides ?? {},
      params: fields.params ?? {},
      buffers: fields.buffers ?? {},
      invocations: fields.invocations,
    });
  }

  private activation(id: number): Activation {
    return this.builder.graph.activations[id];
  }

  /** The buffer that holds an activation. */
  private bufferOf(activation: Activation): string {
    if (activation.producer < 0) return this.own('input');
    return this.spikesOf(this.builder.graph.stages[activation.producer]);
  }

  /** Name of a buffer that this micro-batch has for itself. */
  private own(name: string): string {
    return microName(name, this.micro);
  }

  private spikesOf(stage: Stage): string {
    const name = `${stage.name}.spikes`;
    return this.builder.isBoundary(stage) ? this.own(name) : name;
  }

  private membraneOf(stage: Stage): string {
    const name = `${stage.name}.membrane`;
    return this.builder.keepsMembranes ? this.own(name) : name;
  }

  /** Geometry of a stage's window: `in` is what it reads, `out` what it writes. */
  private geometry(stage: Stage): Record<string, number> {
    const input = this.activation(stage.inputs[stage.inputs.length - 1]);
    const output = this.activation(stage.output);
    return {
      batchSize: this.batchSize,
      sampleStart: this.builder.microBatches[this.micro].start,
      inHeight: stage.inputShape.height,
      inWidth: stage.inputShape.width,
      inChannels: stage.inputShape.channels,
      inPlanes: input.planes,
      inWords: wordsPerFrame(stage.inputShape),
      inScale: input.scale,
      inWholeSample: input.producer < 0 ? 1 : 0,
      outHeight: stage.outputShape.height,
      outWidth: stage.outputShape.width,
      outChannels: stage.outputShape.channels,
      outVectors: vectorsOf(stage.outputShape.channels),
      weightVectors: vectorsOf(stage.outputShape.channels),
      vectorStart: 0,
      outPlanes: output.planes,
      outWords: wordsPerFrame(stage.outputShape),
      kernelHeight: stage.kernelHeight,
      kernelWidth: stage.kernelWidth,
      stride: stage.stride,
      padding: stage.padding,
      hasBias: stage.parameters?.bias ? 1 : 0,
      poolMaximum: stage.pool === 'maximum' ? 1 : 0,
    };
  }

  private neuron(stage: Stage): Record<string, number> {
    const { beta, theta, threshold, surrogateWidth, detachReset } = stage.neuron;
    return {
      beta,
      theta,
      threshold,
      surrogateWidth,
      detachReset: detachReset ? 1 : 0,
      dropout: stage.dropout,
      dropoutStream: stage.id,
    };
  }

  /** The buffers over which a layer's weights are spread, with the parameters of the passes that read them. */
  private parts(stage: Stage): WeightPart[] {
    return this.builder.weightParts(stage).map(({ start, stop }, part) => ({
      params: { weightVectors: stop - start, vectorStart: start },
      name: (buffer) => partName(`${stage.name}.${buffer}`, part),
    }));
  }

  private synapseKind(stage: Stage): number {
    return this.activation(stage.inputs[0]).encoding === 'frames' ? 1 : 0;
  }

  private historyKind(stage: Stage): number {
    return this.builder.usesMembraneHistory(stage) ? 2 : 1;
  }

  private dropoutKind(stage: Stage): number {
    if (stage.dropout === 0) return 0;
    return this.builder.givenMasks ? 2 : 1;
  }

  private keepBits(stage: Stage, unused: string): string {
    return this.dropoutKind(stage) === 2 ? this.own(`${stage.name}.keepBits`) : unused;
  }

  private stageForward(stage: Stage, evaluate: boolean): number[] {
    if (stage.kind === 'synapse') return this.synapseForward(stage, evaluate);
    if (stage.kind === 'pool') return [this.poolForward(stage, evaluate)];
    return [this.sumForward(stage)];
  }

  /** The variant that was asked for where it serves the layer, else the first that does. */
  private forwardKernel(stage: Stage, vectors: number) {
    const input = this.activation(stage.inputs[0]);
    const { kernelHeight, kernelWidth, padding } = stage;
    const shape = {
      kernelHeight,
      kernelWidth,
      padding,
      inChannels: stage.inputShape.channels,
      inPlanes: input.planes,
      isFrames: input.encoding === 'frames',
      vectors,
    };
    const asked =
      this.builder.variants.forward[stage.name] ?? this.builder.variants.forward.all ?? 'wordSparse';
    const variant = servesForward(asked, shape) ? asked : 'eventDriven';
    return forwardKernel(variant, shape, this.builder.longestInterval);
  }

  private synapseForward(stage: Stage, evaluate: boolean): number[] {
    const passes: number[] = [];
    const params = { ...this.geometry(stage), ...this.neuron(stage) };
    const normalized = hasBatchNorm(stage);
    if (normalized) passes.push(...this.normalizeForward(stage, evaluate));
    const positions = stage.outputShape.height * stage.outputShape.width;
    for (const part of this.parts(stage)) {
      const vectors = part.params.weightVectors;
      const { kernel, overrides } = this.forwardKernel(stage, vectors);
      passes.push(
        this.add('forward', kernel, stage, {
          overrides: {
            ...overrides,
            BATCH_NORM: normalized ? 1 : 0,
            DROPOUT: evaluate ? 0 : this.dropoutKind(stage),
            HISTORY: evaluate ? 0 : this.historyKind(stage),
            ...resetOverride(stage),
          },
          // Dropped spikes are made up for by the scale of the activation in training; evaluation drops none.
          params: {
            ...params,
            ...part.params,
            inScale: evaluate ? this.evaluationScale(stage.inputs[0]) : params.inScale,
          },
          buffers: {
            inputs: this.bufferOf(this.activation(stage.inputs[0])),
            weights: part.name('weights'),
            normalization: normalized ? `${stage.name}.normalization` : 'unused0',
            keepBits: evaluate ? 'unused1' : this.keepBits(stage, 'unused1'),
            membrane: this.membraneOf(stage),
            spikes: this.spikesOf(stage),
            surrogateHistory: `${stage.name}.surrogateHistory`,
          },
          invocations: this.batchSize * positions * Math.ceil(vectors / overrides.VECTORS),
        }),
      );
    }
    return passes;
  }

  /** An activation's scale without the 1/(1 - p) of dropout. */
  private evaluationScale(id: number): number {
    const activation = this.activation(id);
    const producer = activation.producer < 0 ? null : this.builder.graph.stages[activation.producer];
    if (!producer) return activation.scale;
    if (producer.kind === 'synapse') return 1;
    if (producer.kind === 'pool' && !producer.lif) {
      const area = producer.pool === 'average' ? producer.kernelHeight * producer.kernelWidth : 1;
      return this.evaluationScale(producer.inputs[0]) / area;
    }
    return activation.scale;
  }

  private normalizationBuffers(stage: Stage, weights: string): Record<string, string> {
    return {
      inputs: this.bufferOf(this.activation(stage.inputs[0])),
      weights,
      normalization: `${stage.name}.normalization`,
      labels: this.own('labels'),
    };
  }

  private normalizeReduce(stage: Stage, mode: number): number {
    return this.add('normalize', 'batchNormReduce', stage, {
      overrides: { MODE: mode, ACCUMULATE: this.micro > 0 ? 1 : 0 },
      params: this.geometry(stage),
      buffers: {
        sums: `${stage.name}.normSums`,
        labels: this.own('labels'),
        normalizationState: `${stage.name}.normState`,
        normalization: `${stage.name}.normalization`,
        partials: `${stage.name}.normPartials`,
      },
      invocations: vectorsOf(stage.outputShape.channels),
    });
  }

  private normalizeSums(stage: Stage, mode: number, { params, name }: WeightPart, chunkStart = 0): number {
    const chunk: Record<string, number> =
      mode === 2 ? { chunkStart, chunkSteps: this.builder.chunkSteps[this.index] } : {};
    return this.add('normalize', 'batchNormSums', stage, {
      overrides: { MODE: mode, SYNAPSE: this.synapseKind(stage) },
      params: { ...this.geometry(stage), ...params, ...chunk },
      buffers: {
        ...this.normalizationBuffers(stage, name('weights')),
        gamma: mode === 2 ? `${stage.name}.gamma` : 'unused0',
        sums: `${stage.name}.normSums`,
      },
      invocations: this.batchSize * params.weightVectors,
    });
  }

  private normalizeForward(stage: Stage, evaluate: boolean): number[] {
    if (evaluate) return [this.normalizeReduce(stage, 3)];
    return [0, 1].flatMap((mode) => [
      ...this.parts(stage).map((part) => this.normalizeSums(stage, mode, part)),
      this.normalizeReduce(stage, mode),
    ]);
  }

  private poolForward(stage: Stage, evaluate: boolean): number {
    const params = { ...this.geometry(stage), ...this.neuron(stage) };
    const area = stage.pool === 'average' ? stage.kernelHeight * stage.kernelWidth : 1;
    const scale = evaluate ? this.evaluationScale(stage.inputs[0]) : params.inScale;
    const VECTORS = Math.min(4, params.outVectors);
    return this.add('forward', 'poolForward', stage, {
      overrides: {
        VECTORS,
        PLANES: params.inPlanes,
        LIF: stage.lif ? 1 : 0,
        HISTORY: evaluate || !stage.lif ? 0 : this.historyKind(stage),
        ...resetOverride(stage),
      },
      params: { ...params, poolFactor: scale / area },
      buffers: {
        countBits: this.bufferOf(this.activation(stage.inputs[0])),
        membrane: stage.lif ? this.membraneOf(stage) : 'unused0',
        spikes: this.spikesOf(stage),
        surrogateHistory: stage.lif ? `${stage.name}.surrogateHistory` : 'unused1',
      },
      invocations:
        this.batchSize *
        stage.outputShape.height *
        stage.outputShape.width *
        Math.ceil(params.outVectors / VECTORS),
    });
  }

  private sumForward(stage: Stage): number {
    const [spikes, shortcut] = stage.inputs.map((id) => this.activation(id));
    const params = this.geometry(stage);
    return this.add('forward', 'sumForward', stage, {
      params: { ...params, poolFactor: Math.round(1 / shortcut.scale) },
      buffers: {
        inputs: this.bufferOf(spikes),
        shortcut: this.bufferOf(shortcut),
        spikes: this.spikesOf(stage),
      },
      invocations: this.builder.longestInterval * this.batchSize * params.outWords,
    });
  }

  private loss(): number {
    const stage = this.builder.graph.stages[this.block.classifier];
    const { config, graph } = this.builder;
    return this.add('loss', 'localLoss', stage, {
      params: {
        batchSize: this.batchSize,
        outWords: wordsPerFrame(stage.outputShape),
        outVectors: vectorsOf(stage.outputShape.channels),
        classCount: config.network.classCount,
        block: this.index,
        blockCount: graph.blocks.length,
        lossKind: config.loss === 'mse' ? 0 : 1,
      },
      buffers: {
        spikes: this.spikesOf(stage),
        labels: this.own('labels'),
        counts: this.own('counts'),
        errors: `${stage.name}.lossError`,
        losses: this.own('losses'),
        predictions: this.own('predictions'),
      },
      invocations: 0,
    });
  }

  /** The network's read-out after every step; before the loss, which brings the counts up to date. */
  private stepReadout(): number[] {
    const { config, graph } = this.builder;
    if (this.index + 1 < graph.blocks.length) return [];
    const stage = graph.stages[this.block.classifier];
    const pass = this.add('count', 'stepReadout', stage, {
      params: {
        batchSize: this.batchSize,
        outWords: wordsPerFrame(stage.outputShape),
        classCount: config.network.classCount,
        block: this.index,
        blockCount: graph.blocks.length,
      },
      buffers: {
        spikes: this.spikesOf(stage),
        counts: this.own('counts'),
        stepPredictions: this.own('stepPredictions'),
      },
      invocations: this.batchSize,
    });
    return [pass];
  }

  private spikeCount(stage: Stage): number {
    const output = this.activation(stage.output);
    const words = wordsPerFrame(stage.outputShape);
    return this.add('count', 'spikeCount', stage, {
      params: {
        batchSize: this.batchSize,
        sampleStart: this.builder.microBatches[this.micro].start,
        inWords: words,
        inPlanes: output.planes,
        slot: this.builder.countedStages.indexOf(stage.name),
        totalSteps: this.builder.config.stepCount,
      },
      buffers: {
        countBits: this.spikesOf(stage),
        labels: this.own('labels'),
        totals: 'totals',
        stepTotals: 'stepTotals',
      },
      invocations: this.builder.longestInterval * this.batchSize * words,
    });
  }

  /**
   * One sweep, unless batch norm meets an interval in several chunks: gamma below a batch norm follows from sums over the whole
   * interval, so each batch norm, top one first, takes a sweep to its sums, and the last sweep does the rest.
   */
  private backward(): Sweep[] {
    const down = [...this.stages].reverse();
    const chunkSteps = this.builder.chunkSteps[this.index];
    const chunkCount = Math.ceil(this.builder.longestInterval / chunkSteps);
    const sweep = (templates: ChunkPass[], after: number[] = []): Sweep => ({
      chunks: Array.from({ length: chunkCount }, (_, chunk) =>
        templates.flatMap((make) => make(chunk * chunkSteps) ?? []),
      ),
      after,
    });
    const error = new Map(down.map((stage) => [stage, this.stageError(stage).map(once)]));
    const usable = new Map(down.map((stage) => [stage, this.normalizeBackward(stage).map(once)]));
    const errorsOf = (stage: Stage) => error.get(stage) ?? [];
    const gammaOf = (stage: Stage) => [...errorsOf(stage), ...(usable.get(stage) ?? [])];
    const inOneChunk = (stage: Stage): ChunkPass[] => [
      ...errorsOf(stage),
      ...this.gammaSums(stage),
      ...(hasBatchNorm(stage) ? [() => this.normalizeReduce(stage, 2)] : []),
      ...(usable.get(stage) ?? []),
      ...this.weightGrad(stage),
    ];
    if (chunkCount === 1) return [sweep(down.flatMap(inOneChunk))];
    const sums = down.flatMap((stage, at) => {
      if (!hasBatchNorm(stage)) return [];
      const above = down.slice(0, at).flatMap(gammaOf);
      return sweep(
        [...above, ...errorsOf(stage), ...this.gammaSums(stage)],
        [this.normalizeReduce(stage, 2)],
      );
    });
    return [...sums, sweep(down.flatMap((stage) => [...gammaOf(stage), ...this.weightGrad(stage)]))];
  }

  private consumers(stage: Stage): Stage[] {
    return this.stages.filter((other) => other.inputs.includes(stage.output));
  }

  /** Where a stage's error is collected: in the place of its gamma, where nothing else needs that and it holds every step. */
  private errorsOf(stage: Stage): string {
    const inPlace =
      stage.lif && !this.builder.sumsSteps(stage) && this.consumers(stage).every(servesBackwardRows);
    return `${stage.name}.${inPlace ? 'gamma' : 'error'}`;
  }

  /**
   * The ways on which error comes back to a stage's output: through every stage of this block that reads it, the
   * classifier included, and through every part of its weights.
   */
  private readers(stage: Stage): ((lif: boolean, accumulate: boolean) => ChunkPass)[] {
    return this.consumers(stage).flatMap((consumer) => {
      const above = consumer.lif ? `${consumer.name}.gamma` : `${consumer.name}.error`;
      if (consumer.kind === 'add') {
        return [
          (lif: boolean, accumulate: boolean) => this.errorBackward(stage, above, false, lif, accumulate),
        ];
      }
      if (consumer.kind === 'pool') {
        return [(lif: boolean, accumulate: boolean) => this.poolBackward(stage, consumer, lif, accumulate)];
      }
      return this.parts(consumer).map(
        (part) => (lif: boolean, accumulate: boolean) =>
          servesBackwardRows(consumer)
            ? this.synapseBackwardRows(stage, consumer, part, accumulate)
            : this.synapseBackward(stage, consumer, part, lif, accumulate),
      );
    });
  }

  /** Error at a stage's output, carried through its neurons: gamma, before batch norm. */
  private stageError(stage: Stage): ChunkPass[] {
    const passes: ChunkPass[] = [];
    const readers = this.readers(stage);
    if (stage.isClassifier) {
      passes.push(this.errorBackward(stage, `${stage.name}.lossError`, true, true, false));
    } else if (stage.lif && readers.length === 1 && !this.consumers(stage).some(servesBackwardRows)) {
      passes.push(readers[0](true, false));
    } else {
      // Several readers, no neurons of its own, or a kernel that leaves them to another: collect the error first.
      passes.push(...readers.map((read, i) => read(false, i > 0)));
      if (stage.lif) passes.push(this.errorBackward(stage, this.errorsOf(stage), false, true, false));
    }
    return passes;
  }

  private backwardFields(stage: Stage, lif: boolean, accumulate: boolean, chunkStart: number) {
    const chunkSteps = this.builder.chunkSteps[this.index];
    const chunked = chunkSteps < this.builder.longestInterval;
    const sums = lif && this.builder.sumsSteps(stage);
    return {
      overrides: {
        LIF: lif ? 1 : 0,
        SURROGATE: SURROGATE_INDEX[stage.neuron.surrogate],
        HISTORY: this.historyKind(stage),
        ...resetOverride(stage),
        DROPOUT: lif ? this.dropoutKind(stage) : 0,
        SUM_STEPS: sums ? 1 : 0,
        ACCUMULATE: accumulate ? 1 : 0,
      },
      params: {
        ...this.neuron(stage),
        batchSize: this.batchSize,
        sampleStart: this.builder.microBatches[this.micro].start,
        inHeight: stage.outputShape.height,
        inWidth: stage.outputShape.width,
        inChannels: stage.outputShape.channels,
        inPlanes: this.activation(stage.output).planes,
        inWords: wordsPerFrame(stage.outputShape),
        chunkStart,
        chunkSteps,
      },
      buffers: {
        surrogateHistory: stage.lif ? `${stage.name}.surrogateHistory` : 'unused0',
        keepBits: lif ? this.keepBits(stage, 'unused1') : 'unused1',
        gamma: lif ? `${stage.name}.gamma` : `${stage.name}.error`,
        gammaCarry: lif && chunked ? `${stage.name}.gammaCarry` : 'unused2',
      },
      invocations:
        this.batchSize *
        stage.outputShape.height *
        stage.outputShape.width *
        vectorsOf(stage.outputShape.channels),
    };
  }

  /** What synapseBackward works on together: equal parts of a chunk, at most two vectors of channels. */
  private backwardTile(stage: Stage): { STEP_TILE: number; VECTORS: number; CHANNELS: number } {
    const steps = this.builder.chunkSteps[this.index];
    const { channels } = stage.outputShape;
    const VECTORS = Math.min(2, vectorsOf(channels));
    return {
      STEP_TILE: Math.ceil(steps / Math.ceil(steps / 8)),
      VECTORS,
      CHANNELS: Math.min(4 * VECTORS, channels),
    };
  }

  /** The window of the layer above, as its backward kernels need it. */
  private windowOf(consumer: Stage): Record<string, number> {
    const { outHeight, outWidth, outChannels, outVectors } = this.geometry(consumer);
    const { kernelHeight, kernelWidth, stride, padding } = consumer;
    return { outHeight, outWidth, outChannels, outVectors, kernelHeight, kernelWidth, stride, padding };
  }

  /** Error at `stage`'s output from a convolution of stride 1, or from a part of its output channels; its neurons are left. */
  private synapseBackwardRows(
    stage: Stage,
    consumer: Stage,
    part: WeightPart,
    accumulate: boolean,
  ): ChunkPass {
    return (chunkStart) => {
      const { height, width, channels } = stage.outputShape;
      const tile = backwardRowTile(consumer.kernelWidth, { channels, width });
      const { params } = this.backwardFields(stage, false, accumulate, chunkStart);
      return this.add('backward', 'synapseBackwardRows', stage, {
        overrides: { ...tile, ACCUMULATE: accumulate ? 1 : 0 },
        params: { ...params, ...this.windowOf(consumer), ...part.params },
        buffers: {
          gammaAbove: `${consumer.name}.gamma`,
          weights: part.name('weights'),
          gamma: this.errorsOf(stage),
        },
        invocations:
          this.builder.chunkSteps[this.index] *
          this.batchSize *
          height *
          Math.ceil(width / tile.TILE) *
          Math.ceil(channels / tile.CHANNELS),
      });
    };
  }

  /** Error at `stage`'s output from a convolution or linear layer, or from a part of its output channels. */
  private synapseBackward(
    stage: Stage,
    consumer: Stage,
    part: WeightPart,
    lif: boolean,
    accumulate: boolean,
  ): ChunkPass {
    return (chunkStart) => {
      const fields = this.backwardFields(stage, lif, accumulate, chunkStart);
      const { height, width, channels } = stage.outputShape;
      const tile = this.backwardTile(stage);
      return this.add('backward', 'synapseBackward', stage, {
        ...fields,
        overrides: { ...fields.overrides, ...tile },
        params: { ...fields.params, ...this.windowOf(consumer), ...part.params },
        buffers: { ...fields.buffers, gammaAbove: `${consumer.name}.gamma`, weights: part.name('weights') },
        invocations: this.batchSize * height * width * Math.ceil(vectorsOf(channels) / tile.VECTORS),
      });
    };
  }

  /** Error at `stage`'s output from a pool. */
  private poolBackward(stage: Stage, consumer: Stage, lif: boolean, accumulate: boolean): ChunkPass {
    const maximum = consumer.pool === 'maximum';
    return (chunkStart) => {
      const fields = this.backwardFields(stage, lif, accumulate, chunkStart);
      return this.add('backward', 'poolBackward', stage, {
        ...fields,
        overrides: {
          ...fields.overrides,
          MAXIMUM: maximum ? 1 : 0,
          DISJOINT: consumer.stride >= Math.max(consumer.kernelHeight, consumer.kernelWidth) ? 1 : 0,
        },
        params: { ...fields.params, ...this.windowOf(consumer) },
        buffers: {
          ...fields.buffers,
          gammaAbove: consumer.lif ? `${consumer.name}.gamma` : `${consumer.name}.error`,
          countBits: maximum ? this.bufferOf(this.activation(stage.output)) : 'unused3',
        },
      });
    };
  }

  private errorBackward(
    stage: Stage,
    errors: string,
    constant: boolean,
    lif: boolean,
    accumulate: boolean,
  ): ChunkPass {
    return (chunkStart) => {
      const fields = this.backwardFields(stage, lif, accumulate, chunkStart);
      const inPlace = errors === fields.buffers.gamma;
      return this.add('backward', 'errorBackward', stage, {
        ...fields,
        overrides: { ...fields.overrides, CONSTANT: constant ? 1 : 0, IN_PLACE: inPlace ? 1 : 0 },
        buffers: { ...fields.buffers, errors: inPlace ? 'unused3' : errors },
      });
    };
  }

  /** Adds a chunk's gamma to the sums that batch norm's backward pass needs; nothing without batch norm. */
  private gammaSums(stage: Stage): ChunkPass[] {
    if (!hasBatchNorm(stage)) return [];
    return this.parts(stage).map((part) => (chunkStart) => this.normalizeSums(stage, 2, part, chunkStart));
  }

  /** Carries gamma through batch norm, whose sums are complete; nothing without batch norm. */
  private normalizeBackward(stage: Stage): ChunkPass[] {
    if (!hasBatchNorm(stage)) return [];
    const positions = stage.outputShape.height * stage.outputShape.width;
    const chunkSteps = this.builder.chunkSteps[this.index];
    return this.parts(stage).map(
      ({ params, name }) =>
        (chunkStart) =>
          this.add('normalize', 'batchNormBackward', stage, {
            overrides: { SYNAPSE: this.synapseKind(stage) },
            params: { ...this.geometry(stage), ...params, chunkStart, chunkSteps },
            buffers: { ...this.normalizationBuffers(stage, name('weights')), gamma: `${stage.name}.gamma` },
            invocations: chunkSteps * this.batchSize * positions * params.weightVectors,
          }),
    );
  }

  /**
   * Whether weightGradRows serves this layer: bits at stride 1, few channels, several positions per row (else every spike meets
   * one position and weightGrad reads it with its whole word), and sizes for which its multiplication by a reciprocal is exact.
   */
  private visitsSpikesByRow(stage: Stage): boolean {
    const { channels, width } = stage.inputShape;
    return (
      this.synapseKind(stage) === 0 &&
      stage.stride === 1 &&
      stage.outputShape.width > 1 &&
      channels <= 8 &&
      stage.kernelWidth * channels <= 96 &&
      width < 4096 &&
      width * channels * channels < 2 ** 20
    );
  }

  /** The variant that was asked for, where it adds the same products in the same order, to the bit. */
  private weightGradientVariant(stage: Stage): WeightGradientVariant {
    const { planes, scale } = this.activation(stage.inputs[0]);
    // Several planes are visited in another order; a scale that is no power of two is rounded, once or twice.
    const isAlike = planes === 1 && Number.isInteger(Math.log2(scale));
    const asked = this.builder.variants.weightGradient;
    return isAlike ? (asked?.[stage.name] ?? asked?.all ?? 'rows') : 'rows';
  }

  private weightGrad(stage: Stage): ChunkPass[] {
    if (stage.kind !== 'synapse' || !stage.parameters?.trainable) return [];
    const { config, chunkSteps } = this.builder;
    const splits = gradientSplits(weightElements(stage), config.batchSize);
    const { start, stop } = this.builder.microBatches[this.micro];
    const firstSplit = Math.floor(start / splits.size);
    const splitCount = Math.ceil(stop / splits.size) - firstSplit;
    const runLength = stage.kernelWidth * stage.inputShape.channels;
    const byRows = this.visitsSpikesByRow(stage) && this.weightGradientVariant(stage) === 'rows';
    const frames = this.synapseKind(stage);
    const { channels } = stage.inputShape;
    const perRow = byRows
      ? channels / gradientRowTile(stage.kernelWidth, stage.inputShape).GROUP
      : Math.ceil(runLength / 32);
    const words = stage.kernelHeight * perRow + (stage.parameters?.bias ? 1 : 0);
    const sums = this.builder.sumsSteps(stage);
    return this.parts(stage).map((part) => (chunkStart) => {
      // A sum over the steps is complete when the interval's first chunk, which runs last, has added to it.
      if (sums && chunkStart > 0) return null;
      return this.add('weightGradient', byRows ? 'weightGradRows' : 'weightGrad', stage, {
        overrides: byRows
          ? gradientRowTile(stage.kernelWidth, stage.inputShape)
          : { SYNAPSE: frames, EVENTS: 1 - frames, SUM_STEPS: sums ? 1 : 0 },
        params: {
          ...this.geometry(stage),
          ...part.params,
          chunkStart,
          chunkSteps: sums ? this.builder.longestInterval : chunkSteps[this.index],
          channelReciprocal: Math.ceil(2 ** 20 / stage.inputShape.channels),
          firstSplit,
          splitCount,
          splitSize: splits.size,
        },
        buffers: {
          inputs: this.bufferOf(this.activation(stage.inputs[0])),
          gamma: `${stage.name}.gamma`,
          partials: part.name('partials'),
        },
        invocations: splitCount * words * part.params.weightVectors,
      });
    });
  }

  private stageUpdate(stage: Stage): number[] {
    if (!stage.parameters?.trainable) return [];
    const splits = gradientSplits(weightElements(stage), this.builder.config.batchSize);
    const passes = this.parts(stage).map(({ params, name }) =>
      this.optimizerStep(stage, weightRows(stage) * params.weightVectors * 4, splits.count, {
        partials: name('partials'),
        weights: name('weights'),
        firstMoment: name('moment1'),
        secondMoment: name('moment2'),
      }),
    );
    if (hasBatchNorm(stage)) {
      passes.push(
        this.optimizerStep(stage, 2 * vectorsOf(stage.outputShape.channels) * 4, 1, {
          partials: `${stage.name}.normPartials`,
          weights: `${stage.name}.normState`,
          firstMoment: `${stage.name}.normMoment1`,
          secondMoment: `${stage.name}.normMoment2`,
        }),
      );
    }
    return passes;
  }

  private optimizerStep(
    stage: Stage,
    elementCount: number,
    splitCount: number,
    buffers: { partials: string; weights: string; firstMoment: string; secondMoment: string },
  ): number {
    const { optimizer } = this.builder.config;
    const adam = optimizer.kind === 'adam';
    return this.add('update', 'optimizerStep', stage, {
      params: {
        elementCount,
        splitCount,
        weightDecay: optimizer.weightDecay,
        momentum: adam ? 0 : optimizer.momentum,
        adam: adam ? 1 : 0,
        beta1: adam ? optimizer.beta1 : 0,
        beta2: adam ? optimizer.beta2 : 0,
        epsilon: adam ? optimizer.epsilon : 0,
      },
      buffers: { ...buffers, secondMoment: adam ? buffers.secondMoment : 'unused0', flags: 'flags' },
      invocations: elementCount,
    });
  }
}
