import { frameSize } from '../core/encodedDataset.ts';
import type { TrainingPlan } from '../core/plan/types.ts';
import { type BatchReader, cutBatches } from './batches.ts';
import type { Engine } from './engine.ts';
import type { LayerStepRates } from './inspection.ts';

/** What fixed weights do on a list of samples. */
export interface EvaluationResult {
  /** Share of samples read out right, per block. */
  accuracyPerBlock: number[];
  /** Mean over intervals and samples, per block. */
  lossPerBlock: number[];
  /** [T] Share of samples that the last block reads out right from the spikes of the first t + 1 steps. */
  earlyReadout: number[];
  firingRates: { layer: string; rate: number }[];
  stepRates: LayerStepRates[];
  sampleCount: number;
  /** Class read out by the last block, per sample in the order given. */
  predicted: Uint16Array;
}

/**
 * Evaluates samples with the present weights.
 * @param shouldStop Asked before every batch; true ends the evaluation.
 * @returns Null when it was stopped.
 */
export async function evaluateSamples(
  engine: Engine,
  reader: BatchReader,
  samples: readonly number[],
  shouldStop: () => boolean,
): Promise<EvaluationResult | null> {
  const { plan } = engine;
  const { batchSize, stepCount } = plan.config;
  const blockCount = plan.graph.blocks.length;
  const correct = new Array<number>(blockCount).fill(0);
  const loss = new Array<number>(blockCount).fill(0);
  const stepCorrect = new Array<number>(stepCount).fill(0);
  // [countedStages][T]
  const stepSpikes = new Array<number>(plan.countedStages.length * stepCount).fill(0);
  const spikes = new Array<number>(plan.countedStages.length).fill(0);
  const predicted = new Uint16Array(samples.length);
  const batches = cutBatches(samples, batchSize);
  for (const [index, places] of batches.entries()) {
    if (shouldStop()) return null;
    const { input, labels, count } = await reader.read(places);
    engine.writeBatch(input, labels);
    const evaluated = engine.evaluate();
    // While the GPU works.
    if (index + 1 < batches.length) reader.prefetch(batches[index + 1]);
    const { losses, predictions, stepPredictions, totals, stepTotals } = await evaluated;
    for (const [i, value] of losses.entries()) {
      loss[i % blockCount] += (value * count) / (plan.intervals.length * samples.length);
    }
    addCorrect(correct, predictions, labels, count, batchSize);
    const lastBlock = (blockCount - 1) * batchSize;
    predicted.set(predictions.subarray(lastBlock, lastBlock + count), index * batchSize);
    addCorrect(stepCorrect, stepPredictions, labels, count, batchSize);
    for (const [slot, total] of totals.entries()) spikes[slot] += total;
    for (const [entry, total] of stepTotals.entries()) stepSpikes[entry] += total;
  }
  const sampleCount = samples.length;
  const shareOf = (hits: number) => (sampleCount > 0 ? hits / sampleCount : 0);
  return {
    sampleCount,
    predicted,
    lossPerBlock: loss,
    accuracyPerBlock: correct.map(shareOf),
    earlyReadout: stepCorrect.map(shareOf),
    firingRates: plan.countedStages.map((layer, slot) => ({
      layer,
      rate: sampleCount > 0 ? spikes[slot] / (sampleCount * stepCount * neuronsOf(plan, layer)) : 0,
    })),
    stepRates: plan.countedStages.map((layer, slot) => ({
      layer,
      rates: stepSpikes
        .slice(slot * stepCount, (slot + 1) * stepCount)
        .map((count) => (sampleCount > 0 ? count / (sampleCount * neuronsOf(plan, layer)) : 0)),
    })),
  };
}

/** Adds the right answers of one batch to `correct`, row by row. @param predictions u32[rows][B] */
export function addCorrect(
  correct: number[],
  predictions: Uint32Array,
  labels: Int32Array,
  count: number,
  batchSize: number,
): void {
  for (const row of correct.keys()) {
    for (let b = 0; b < count; b++) if (predictions[row * batchSize + b] === labels[b]) correct[row]++;
  }
}

function neuronsOf(plan: TrainingPlan, stageName: string): number {
  const stage = plan.graph.stages.find(({ name }) => name === stageName);
  return stage ? frameSize(stage.outputShape) : 1;
}
