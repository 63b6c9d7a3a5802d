import { wordsPerFrame } from '../encodedDataset.ts';
import { halfWeightsName, microName, type PlanBuilder, partName, vectorsOf } from './planBuilder.ts';
import type { Activation, BlockStages, Stage } from './stages.ts';
import type { Pass, PassKind } from './types.ts';

type PassFields = Partial<Pick<Pass, 'overrides' | 'params' | 'buffers'>> & { invocations: number };

/** One of the buffers over which a layer's weights are spread. */
export interface WeightPart {
  params: { weightVectors: number; vectorStart: number };
  /** Its name among the layer's buffers of a kind: weights, partials, moment1, moment2. */
  name: (buffer: string) => string;
  /** The buffer from which passes read its weights: the weights themselves, or their copy in half precision. */
  read: string;
}

/** A backward pass before it is bound to a chunk; null where the chunk has no such pass. */
export type ChunkPass = (chunkStart: number) => number | null;

/** Only where the reset is hard: the kernels' own value is the soft one. */
export function resetOverride({ neuron }: Stage): Record<string, number> {
  return neuron.reset === 'hard' ? { RESET: 1 } : {};
}

/** One local block on one micro-batch: its stages, names of its buffers, and what the passes of a stage have in common. */
export class PassSource {
  protected readonly builder: PlanBuilder;
  protected readonly index: number;
  protected readonly micro: number;
  /** Samples of this micro-batch. */
  protected readonly batchSize: number;
  protected readonly block: BlockStages;
  protected readonly stages: Stage[];

  constructor(builder: PlanBuilder, index: number, micro: number) {
    this.builder = builder;
    this.index = index;
    this.micro = micro;
    this.batchSize = builder.microSize(micro);
    this.block = builder.graph.blocks[index];
    this.stages = [...this.block.body, this.block.classifier].map((id) => builder.graph.stages[id]);
  }

  protected add(kind: PassKind, kernel: string, stage: Stage, fields: PassFields): number {
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

  protected activation(id: number): Activation {
    return this.builder.graph.activations[id];
  }

  /** The buffer that holds an activation. */
  protected bufferOf(activation: Activation): string {
    if (activation.producer < 0) return this.own('input');
    return this.spikesOf(this.builder.graph.stages[activation.producer]);
  }

  /** Name of a buffer that this micro-batch has for itself. */
  protected own(name: string): string {
    return microName(name, this.micro);
  }

  protected spikesOf(stage: Stage): string {
    const name = `${stage.name}.spikes`;
    return this.builder.isBoundary(stage) ? this.own(name) : name;
  }

  protected membraneOf(stage: Stage): string {
    const name = `${stage.name}.membrane`;
    return this.builder.keepsMembranes ? this.own(name) : name;
  }

  /** Geometry of a stage's window: `in` is what it reads, `out` what it writes. */
  protected geometry(stage: Stage): Record<string, number> {
    const input = this.activation(stage.inputs[stage.inputs.length - 1]);
    const output = this.activation(stage.output);
    return {
      batchSize: this.batchSize,
      sampleStart: this.builder.microBatches[this.micro].start,
      inHeight: stage.inputShape.height,
      inWidth: stage.inputShape.width,
      inChannels: stage.inputShape.channels,
      inVectors: vectorsOf(stage.inputShape.channels),
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
    };
  }

  protected neuron(stage: Stage): Record<string, number> {
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
  protected parts(stage: Stage): WeightPart[] {
    return this.builder.weightParts(stage).map(({ start, stop }, part) => {
      const name = (buffer: string) => partName(`${stage.name}.${buffer}`, part);
      const weights = name('weights');
      return {
        params: { weightVectors: stop - start, vectorStart: start },
        name,
        read: this.builder.readsHalves ? halfWeightsName(weights) : weights,
      };
    });
  }

  /** For passes that read weights; only where they are halves: the kernels' own text reads f32. */
  protected weightOverride(): Record<string, number> {
    return this.builder.readsHalves ? { HALF_WEIGHTS: 1 } : {};
  }

  protected synapseKind(stage: Stage): number {
    return this.activation(stage.inputs[0]).encoding === 'frames' ? 1 : 0;
  }

  protected historyKind(stage: Stage): number {
    return this.builder.usesMembraneHistory(stage) ? 2 : 1;
  }

  protected dropoutKind(stage: Stage): number {
    if (stage.dropout === 0) return 0;
    return this.builder.givenMasks ? 2 : 1;
  }

  protected keepBits(stage: Stage, unused: string): string {
    return this.dropoutKind(stage) === 2 ? this.own(`${stage.name}.keepBits`) : unused;
  }
}
