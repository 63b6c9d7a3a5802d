import { chooseWeightGradient, type GradientShape, weightGradientKernel } from './gradientVariants.ts';
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
    const shape = this.gradientShape(stage);
    const asked = this.builder.variants.weightGradient;
    const variant = chooseWeightGradient(asked?.[stage.name] ?? asked?.all, shape);
    const { kernel, overrides, perVector } = weightGradientKernel(variant, shape, stage.parameters.bias);
    const sums = this.builder.sumsSteps(stage);
    return this.parts(stage).map((part) => (chunkStart) => {
      // A sum over the steps is complete when the interval's first chunk, which runs last, has added to it.
      if (sums && chunkStart > 0) return null;
      return this.add('weightGradient', kernel, stage, {
        overrides: { ...overrides, ...(sums && { SUM_STEPS: 1 }) },
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
        invocations: splitCount * perVector * part.params.weightVectors,
      });
    });
  }

  private gradientShape(stage: Stage): GradientShape {
    const { planes, scale } = this.activation(stage.inputs[0]);
    return {
      kernelHeight: stage.kernelHeight,
      kernelWidth: stage.kernelWidth,
      stride: stage.stride,
      padding: stage.padding,
      inChannels: stage.inputShape.channels,
      inHeight: stage.inputShape.height,
      inWidth: stage.inputShape.width,
      outHeight: stage.outputShape.height,
      outWidth: stage.outputShape.width,
      inPlanes: planes,
      inScale: scale,
      isFrames: this.synapseKind(stage) === 1,
    };
  }

  stageUpdate(stage: Stage): number[] {
    if (!stage.parameters?.trainable) return [];
    const splits = gradientSplits(weightElements(stage), this.builder.config.batchSize);
    const passes = this.parts(stage).map(({ params, name, read }) =>
      this.optimizerStep(stage, weightRows(stage) * params.weightVectors * 4, splits.count, {
        partials: name('partials'),
        weights: name('weights'),
        firstMoment: name('moment1'),
        secondMoment: name('moment2'),
        ...(this.builder.readsHalves && { halfWeights: read }),
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
    buffers: {
      partials: string;
      weights: string;
      firstMoment: string;
      secondMoment: string;
      /** The copy that kernels read; tensors that they read as f32 have none. */
      halfWeights?: string;
    },
  ): number {
    const { optimizer } = this.builder.config;
    const adam = optimizer.kind === 'adam';
    const LANES = buffers.halfWeights ? 2 : 1;
    return this.add('update', 'optimizerStep', stage, {
      overrides: { LANES, ADAM: adam ? 1 : 0 },
      params: {
        elementCount,
        splitCount,
        weightDecay: optimizer.weightDecay,
        momentum: adam ? 0 : optimizer.momentum,
        beta1: adam ? optimizer.beta1 : 0,
        beta2: adam ? optimizer.beta2 : 0,
        epsilon: adam ? optimizer.epsilon : 0,
      },
      buffers: {
        halfWeights: 'unused1',
        ...buffers,
        secondMoment: adam ? buffers.secondMoment : 'unused0',
        flags: 'flags',
      },
      invocations: elementCount / LANES,
    });
  }
}
