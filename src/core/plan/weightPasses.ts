import { gradientRowTile } from './backwardRows.ts';
import type { WeightGradientVariant } from './kernelVariants.ts';
import { type ChunkPass, PassSource } from './passSource.ts';
import { gradientSplits, hasBatchNorm, vectorsOf, weightElements, weightRows } from './planBuilder.ts';
import type { Stage } from './stages.ts';

/** Gradients of a block's weights, and the optimizer's steps. */
export class WeightPasses extends PassSource {
  weightGrad(stage: Stage): ChunkPass[] {
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

  /** The variant that was asked for, where it adds the same products in the same order, to the bit. */
  private weightGradientVariant(stage: Stage): WeightGradientVariant {
    const { planes, scale } = this.activation(stage.inputs[0]);
    // Several planes are visited in another order; a scale that is no power of two is rounded, once or twice.
    const isAlike = planes === 1 && Number.isInteger(Math.log2(scale));
    const asked = this.builder.variants.weightGradient;
    return isAlike ? (asked?.[stage.name] ?? asked?.all ?? 'rows') : 'rows';
  }

  /**
   * Whether weightGradRows serves this layer: bits at stride 1, few channels, several positions per row (else every spike meets
   * one position and weightGrad reads it with its whole word), and rows whose bits f32 counts with room for a half.
   */
  private visitsSpikesByRow(stage: Stage): boolean {
    const { channels, width } = stage.inputShape;
    return (
      this.synapseKind(stage) === 0 &&
      stage.stride === 1 &&
      stage.outputShape.width > 1 &&
      channels <= 8 &&
      stage.kernelWidth * channels <= 96 &&
      width * channels < 2 ** 20
    );
  }

  stageUpdate(stage: Stage): number[] {
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
