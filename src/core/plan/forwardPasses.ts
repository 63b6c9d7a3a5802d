import { forwardInvocations, forwardKernel, servesForward } from './forwardVariants.ts';
import { NormalizePasses } from './normalizePasses.ts';
import { PassSource, resetOverride } from './passSource.ts';
import { hasBatchNorm, type PlanBuilder } from './planBuilder.ts';
import type { Stage } from './stages.ts';

/** Forward passes of a block's stages, in training and in evaluation. */
export class ForwardPasses extends PassSource {
  private readonly normalize: NormalizePasses;

  constructor(builder: PlanBuilder, index: number, micro: number) {
    super(builder, index, micro);
    this.normalize = new NormalizePasses(builder, index, micro);
  }

  stageForward(stage: Stage, evaluate: boolean): number[] {
    if (stage.kind === 'synapse') return this.synapseForward(stage, evaluate);
    if (stage.kind === 'pool') return [this.poolForward(stage, evaluate)];
    return [this.sumForward(stage)];
  }

  private synapseForward(stage: Stage, evaluate: boolean): number[] {
    const passes: number[] = [];
    const params = { ...this.geometry(stage), ...this.neuron(stage) };
    const normalized = hasBatchNorm(stage);
    if (normalized) passes.push(...this.normalize.normalizeForward(stage, evaluate));
    const { height: outHeight, width: outWidth } = stage.outputShape;
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
            ...this.weightOverride(),
          },
          // Dropped spikes are made up for by the scale of the activation in training; evaluation drops none.
          params: {
            ...params,
            ...part.params,
            inScale: evaluate ? this.evaluationScale(stage.inputs[0]) : params.inScale,
          },
          buffers: {
            inputs: this.bufferOf(this.activation(stage.inputs[0])),
            weights: part.read,
            normalization: normalized ? `${stage.name}.normalization` : 'unused0',
            keepBits: evaluate ? 'unused1' : this.keepBits(stage, 'unused1'),
            membrane: this.membraneOf(stage),
            spikes: this.spikesOf(stage),
            surrogateHistory: `${stage.name}.surrogateHistory`,
          },
          invocations: this.batchSize * forwardInvocations(overrides, { outHeight, outWidth, vectors }),
        }),
      );
    }
    return passes;
  }

  /** The variant that was asked for where it serves the layer, else the first that does. */
  private forwardKernel(stage: Stage, vectors: number) {
    const input = this.activation(stage.inputs[0]);
    const { kernelHeight, kernelWidth, stride, padding } = stage;
    const shape = {
      kernelHeight,
      kernelWidth,
      stride,
      padding,
      inChannels: stage.inputShape.channels,
      outChannels: stage.outputShape.channels,
      outWidth: stage.outputShape.width,
      inPlanes: input.planes,
      isFrames: input.encoding === 'frames',
      vectors,
    };
    const asked =
      this.builder.variants.forward[stage.name] ?? this.builder.variants.forward.all ?? 'wordSparse';
    const variant = servesForward(asked, shape) ? asked : 'eventDriven';
    return forwardKernel(variant, shape, this.builder.longestInterval);
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

  private poolForward(stage: Stage, evaluate: boolean): number {
    const params = { ...this.geometry(stage), ...this.neuron(stage) };
    const area = stage.pool === 'average' ? stage.kernelHeight * stage.kernelWidth : 1;
    const scale = evaluate ? this.evaluationScale(stage.inputs[0]) : params.inScale;
    const VECTORS = Math.min(4, params.outVectors);
    return this.add('forward', 'poolForward', stage, {
      overrides: {
        VECTORS,
        PLANES: params.inPlanes,
        ...writtenWindow(stage, VECTORS),
        MAXIMUM: stage.pool === 'maximum' ? 1 : 0,
        LIF: stage.lif ? 1 : 0,
        HISTORY: evaluate || !stage.lif ? 0 : this.historyKind(stage),
        ...resetOverride(stage),
      },
      params: { ...params, poolFactor: scale / area },
      buffers: {
        inputs: this.bufferOf(this.activation(stage.inputs[0])),
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
}

/** Positions of a pool's window that `poolForward` has written out. */
const MAX_WINDOW = 9;

/** A pool's window as `poolForward` has it written out, where each of its rows fits a word. Exported for tests. */
export function writtenWindow(
  { kernelHeight, kernelWidth, outputShape }: Pick<Stage, 'kernelHeight' | 'kernelWidth' | 'outputShape'>,
  vectors: number,
): { ROWS: number; COLUMNS: number; LOOPS: number } {
  const rowBits = (kernelWidth - 1) * outputShape.channels + 4 * vectors;
  if (kernelHeight * kernelWidth > MAX_WINDOW || rowBits > 32) return { ROWS: 0, COLUMNS: 0, LOOPS: 1 };
  return { ROWS: kernelHeight, COLUMNS: kernelWidth, LOOPS: 0 };
}
