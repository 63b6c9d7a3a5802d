export interface StepReadoutRequest {
  batchSize: number;
  classCount: number;
  /** Classifier spikes of the window, [steps][B][classes] */
  spikes: ArrayLike<number>;
  /** Spikes since the start of the sample and before the window, [B][classes] */
  counts: ArrayLike<number>;
}

/**
 * The class read out after each step of a window: most spikes so far, ties to the lowest class (docs/maths.md 16). Twin of
 * shaders/stepReadout.wgsl.
 * @returns [steps][B]
 */
export function stepReadout(request: StepReadoutRequest): Int32Array {
  const { batchSize, classCount, spikes } = request;
  const counts = Float64Array.from(request.counts);
  const steps = spikes.length / (batchSize * classCount);
  const predictions = new Int32Array(steps * batchSize);
  for (let t = 0; t < steps; t++) {
    for (let b = 0; b < batchSize; b++) {
      let best = 0;
      for (let i = 0; i < classCount; i++) {
        counts[b * classCount + i] += spikes[(t * batchSize + b) * classCount + i];
        if (counts[b * classCount + i] > counts[b * classCount + best]) best = i;
      }
      predictions[t * batchSize + b] = best;
    }
  }
  return predictions;
}
