import { type ChunkPass, PassSource, type WeightPart } from './passSource.ts';
import { hasBatchNorm, vectorsOf } from './planBuilder.ts';
import type { Stage } from './stages.ts';

/** Batch norm: sums over the batch and the interval, and what follows from them, forward and backward. */
export class NormalizePasses extends PassSource {
  normalizeForward(stage: Stage, evaluate: boolean): number[] {
    if (evaluate) return [this.normalizeReduce(stage, 3)];
    return [0, 1].flatMap((mode) => [
      ...this.parts(stage).map((part) => this.normalizeSums(stage, mode, part)),
      this.normalizeReduce(stage, mode),
    ]);
  }

  /** Adds a chunk's gamma to the sums that batch norm's backward pass needs; nothing without batch norm. */
  gammaSums(stage: Stage): ChunkPass[] {
    if (!hasBatchNorm(stage)) return [];
    return this.parts(stage).map((part) => (chunkStart) => this.normalizeSums(stage, 2, part, chunkStart));
  }

  normalizeReduce(stage: Stage, mode: number): number {
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

  /** Carries gamma through batch norm, whose sums are complete; nothing without batch norm. */
  normalizeBackward(stage: Stage): ChunkPass[] {
    if (!hasBatchNorm(stage)) return [];
    const positions = stage.outputShape.height * stage.outputShape.width;
    const chunkSteps = this.builder.chunkSteps[this.index];
    return this.parts(stage).map(
      ({ params, read }) =>
        (chunkStart) =>
          this.add('normalize', 'batchNormBackward', stage, {
            overrides: { SYNAPSE: this.synapseKind(stage), ...this.weightOverride() },
            params: { ...this.geometry(stage), ...params, chunkStart, chunkSteps },
            buffers: { ...this.normalizationBuffers(stage, read), gamma: `${stage.name}.gamma` },
            invocations: chunkSteps * this.batchSize * positions * params.weightVectors,
          }),
    );
  }

  private normalizeSums(stage: Stage, mode: number, { params, read }: WeightPart, chunkStart = 0): number {
    const chunk: Record<string, number> =
      mode === 2 ? { chunkStart, chunkSteps: this.builder.chunkSteps[this.index] } : {};
    return this.add('normalize', 'batchNormSums', stage, {
      overrides: { MODE: mode, SYNAPSE: this.synapseKind(stage), ...this.weightOverride() },
      params: { ...this.geometry(stage), ...params, ...chunk },
      buffers: {
        ...this.normalizationBuffers(stage, read),
        gamma: mode === 2 ? `${stage.name}.gamma` : 'unused0',
        sums: `${stage.name}.normSums`,
      },
      invocations: this.batchSize * params.weightVectors,
    });
  }

  private normalizationBuffers(stage: Stage, weights: string): Record<string, string> {
    return {
      inputs: this.bufferOf(this.activation(stage.inputs[0])),
      weights,
      normalization: `${stage.name}.normalization`,
      labels: this.own('labels'),
    };
  }
}
