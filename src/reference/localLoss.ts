import type { LossKind } from '../core/trainingConfig.ts';

export interface LocalLossRequest {
  kind: LossKind;
  classCount: number;
  /** Classifier spikes of the interval, [steps][B][classes] */
  spikes: ArrayLike<number>;
  /** [B]; -1 marks an empty place at the end of a short batch: no loss, no error, not counted in the mean. */
  labels: ArrayLike<number>;
  /** Spikes since the start of the sample, [B][classes]; this interval's are added. */
  counts: Float64Array;
  /** Samples of the whole batch, where this is one of its micro-batches; default: the samples that are here. */
  sampleCount?: number;
}

export interface LocalLossRecord {
  loss: number;
  /** dL/ds, the same at every step, [B][classes] */
  errors: Float64Array;
  /** Class with the highest count so far, ties to the lowest class, [B] */
  predictions: Int32Array;
}

/**
 * Firing rates, loss, error at the spikes and read-out of one block and interval (docs/maths.md 6, 7, 16). Twin of
 * shaders/localLoss.wgsl.
 */
export function localLoss(request: LocalLossRequest): LocalLossRecord {
  const { kind, classCount, spikes, labels, counts } = request;
  const batchSize = labels.length;
  const steps = spikes.length / (batchSize * classCount);
  const errors = new Float64Array(batchSize * classCount);
  const predictions = new Int32Array(batchSize);
  const samples = request.sampleCount ?? Array.from(labels).filter((label) => label >= 0).length;
  let loss = 0;
  for (let b = 0; b < batchSize; b++) {
    const rates = ratesOf(spikes, b, classCount, batchSize);
    for (let i = 0; i < classCount; i++) {
      const at = b * classCount + i;
      counts[at] += rates[i] * steps;
      if (counts[at] > counts[b * classCount + predictions[b]]) predictions[b] = i;
    }
    const label = labels[b];
    if (label < 0) continue;
    const exponentials = rates.map(Math.exp);
    const sum = exponentials.reduce((a, value) => a + value, 0);
    if (kind === 'crossEntropy') loss += (Math.log(sum) - rates[label]) / samples;
    for (let i = 0; i < classCount; i++) {
      const y = i === label ? 1 : 0;
      if (kind === 'mse') {
        loss += (y - rates[i]) ** 2 / (classCount * samples);
        errors[b * classCount + i] = (-2 * (y - rates[i])) / (steps * classCount * samples);
      } else {
        errors[b * classCount + i] = (exponentials[i] / sum - y) / (steps * samples);
      }
    }
  }
  return { loss, errors, predictions };
}

/** r_i = (1/k') sum over t of s[t][b][i] */
function ratesOf(spikes: ArrayLike<number>, b: number, classCount: number, batchSize: number): number[] {
  const steps = spikes.length / (batchSize * classCount);
  return Array.from({ length: classCount }, (_, i) => {
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += spikes[(t * batchSize + b) * classCount + i];
    return sum / steps;
  });
}
