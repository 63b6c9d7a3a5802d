import { wordsPerFrame } from '../encodedDataset.ts';
import { PassSource } from './passSource.ts';
import { vectorsOf } from './planBuilder.ts';
import type { Stage } from './stages.ts';

/** What is read off a block's spikes: its local loss, the network's answer step by step, counts of spikes. */
export class ReadoutPasses extends PassSource {
  loss(): number {
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
  stepReadout(): number[] {
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

  spikeCount(stage: Stage): number {
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
}
