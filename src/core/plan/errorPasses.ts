import { wordsPerFrame } from '../encodedDataset.ts';
import { backwardKernel, servesBackwardRows } from './backwardRows.ts';
import { errorRuns } from './errorRuns.ts';
import { type ChunkPass, PassSource, resetOverride, type WeightPart } from './passSource.ts';
import { SURROGATE_INDEX, vectorsOf } from './planBuilder.ts';
import { poolBlocks } from './poolBlocks.ts';
import type { Stage } from './stages.ts';

/** Backward passes that carry the error from a block's classifier down through its layers and their neurons. */
export class ErrorPasses extends PassSource {
  /** Error at a stage's output, carried through its neurons: gamma, before batch norm. */
  stageError(stage: Stage): ChunkPass[] {
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
        inVectors: vectorsOf(stage.outputShape.channels),
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
      const { kernelWidth, padding, outputShape } = consumer;
      const asked = this.builder.variants.backward;
      const { kernel, overrides, invocations } = backwardKernel(
        asked?.[stage.name] ?? asked?.all ?? 'rows',
        { kernelWidth, padding, outWidth: outputShape.width },
        stage.outputShape,
        this.builder.chunkSteps[this.index] * this.batchSize,
      );
      const { params } = this.backwardFields(stage, false, accumulate, chunkStart);
      return this.add('backward', kernel, stage, {
        overrides: { ...overrides, ACCUMULATE: accumulate ? 1 : 0, ...this.weightOverride() },
        params: { ...params, ...this.windowOf(consumer), ...part.params },
        buffers: {
          gammaAbove: `${consumer.name}.gamma`,
          weights: part.read,
          gamma: this.errorsOf(stage),
        },
        invocations,
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
        overrides: { ...fields.overrides, ...tile, ...this.weightOverride() },
        params: { ...fields.params, ...this.windowOf(consumer), ...part.params },
        buffers: { ...fields.buffers, gammaAbove: `${consumer.name}.gamma`, weights: part.read },
        invocations: this.batchSize * height * width * Math.ceil(vectorsOf(channels) / tile.VECTORS),
      });
    };
  }

  /** Error at `stage`'s output from a pool. */
  private poolBackward(stage: Stage, consumer: Stage, lif: boolean, accumulate: boolean): ChunkPass {
    const maximum = consumer.pool === 'maximum';
    return (chunkStart) => {
      const fields = this.backwardFields(stage, lif, accumulate, chunkStart);
      const params = { ...fields.params, ...this.windowOf(consumer) };
      const buffers = {
        ...fields.buffers,
        gammaAbove: consumer.lif ? `${consumer.name}.gamma` : `${consumer.name}.error`,
      };
      const blocks = poolBlocks(consumer, stage.outputShape, fields.overrides);
      if (blocks) {
        const { overrides, perSample } = blocks;
        return this.add('backward', 'poolBackwardBlocks', stage, {
          overrides: { ...fields.overrides, ...overrides },
          params,
          buffers,
          invocations: this.batchSize * perSample,
        });
      }
      return this.add('backward', 'poolBackward', stage, {
        ...fields,
        overrides: {
          ...fields.overrides,
          MAXIMUM: maximum ? 1 : 0,
          DISJOINT: consumer.stride >= Math.max(consumer.kernelHeight, consumer.kernelWidth) ? 1 : 0,
        },
        params,
        buffers: {
          ...buffers,
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
      const overrides = { ...fields.overrides, CONSTANT: constant ? 1 : 0, IN_PLACE: inPlace ? 1 : 0 };
      const buffers = { ...fields.buffers, errors: inPlace ? 'unused3' : errors };
      const runs = errorRuns(stage.outputShape, overrides);
      if (runs) {
        const { CONSTANT: _, ...others } = overrides;
        return this.add('backward', 'errorBackwardRuns', stage, {
          ...fields,
          overrides: { ...others, ...runs.overrides },
          buffers,
          invocations: this.batchSize * runs.perSample,
        });
      }
      return this.add('backward', 'errorBackward', stage, { ...fields, overrides, buffers });
    };
  }
}
