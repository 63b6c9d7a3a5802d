import { type FrameShape, frameSize } from '../core/encodedDataset.ts';

const EPSILON = 1e-5;
/** Share of the running statistics that an interval replaces. */
const RUNNING_SHARE = 0.1;

/** The tensors of one batch norm, all [channels]. */
export interface BatchNormTensors {
  scale: Float64Array;
  shift: Float64Array;
  runningMean: Float64Array;
  runningVariance: Float64Array;
}

/** Statistics per channel, all [channels]. */
export interface BatchNormStatistics {
  mean: Float64Array;
  /** 1 / sqrt(variance + 1e-5) */
  inverse: Float64Array;
  /** Biased. */
  variance: Float64Array;
  /** Numbers that each mean was taken over. */
  count: number;
}

/** Calls `visit(index, channel)` for the cells of samples that are there; `values` is [steps][B][C][H][W]. */
function forEachCell(
  values: ArrayLike<number>,
  shape: FrameShape,
  labels: ArrayLike<number>,
  visit: (index: number, channel: number) => void,
): void {
  const size = frameSize(shape);
  const positions = shape.height * shape.width;
  for (let i = 0; i < values.length; i++) {
    const sample = Math.floor(i / size) % labels.length;
    if (labels[sample] >= 0) visit(i, Math.floor((i % size) / positions));
  }
}

/**
 * Mean and biased variance per channel over steps, samples and positions (docs/maths.md 14). Samples with label -1 are empty
 * places and do not count. Twin of modes 0 and 1 of shaders/batchNormSums.wgsl and batchNormReduce.wgsl.
 * @param current I, [steps][B][C][H][W]
 */
export function batchNormStatistics(
  current: ArrayLike<number>,
  shape: FrameShape,
  labels: ArrayLike<number>,
): BatchNormStatistics {
  const mean = new Float64Array(shape.channels);
  const variance = new Float64Array(shape.channels);
  let cells = 0;
  forEachCell(current, shape, labels, (i, c) => {
    mean[c] += current[i];
    cells++;
  });
  const count = cells / shape.channels;
  for (let c = 0; c < mean.length; c++) mean[c] /= count;
  forEachCell(current, shape, labels, (i, c) => {
    variance[c] += (current[i] - mean[c]) ** 2 / count;
  });
  return { mean, variance, inverse: variance.map((value) => 1 / Math.sqrt(value + EPSILON)), count };
}

/** The statistics of evaluation: the running ones. Twin of mode 3 of shaders/batchNormReduce.wgsl. */
export function runningStatistics({ runningMean, runningVariance }: BatchNormTensors): BatchNormStatistics {
  return {
    mean: runningMean,
    variance: runningVariance,
    inverse: runningVariance.map((value) => 1 / Math.sqrt(value + EPSILON)),
    count: 0,
  };
}

/** Moves the running statistics towards an interval's, in place; the variance with the unbiased estimate. */
export function updateRunning(tensors: BatchNormTensors, statistics: BatchNormStatistics): void {
  const { mean, variance, count } = statistics;
  const unbiased = count / Math.max(count - 1, 1);
  for (let c = 0; c < mean.length; c++) {
    tensors.runningMean[c] += RUNNING_SHARE * (mean[c] - tensors.runningMean[c]);
    tensors.runningVariance[c] += RUNNING_SHARE * (variance[c] * unbiased - tensors.runningVariance[c]);
  }
}

/** y = scale (I - mean) / sqrt(var + 1e-5) + shift (docs/maths.md 14), for every sample; [steps][B][C][H][W] both. */
export function normalize(
  current: Float64Array,
  shape: FrameShape,
  statistics: BatchNormStatistics,
  { scale, shift }: Pick<BatchNormTensors, 'scale' | 'shift'>,
): Float64Array {
  const size = frameSize(shape);
  const positions = shape.height * shape.width;
  return current.map((value, i) => {
    const c = Math.floor((i % size) / positions);
    return scale[c] * (value - statistics.mean[c]) * statistics.inverse[c] + shift[c];
  });
}

export interface BatchNormGradient {
  /** dL/dI, [steps][B][C][H][W] */
  current: Float64Array;
  /** [channels] */
  scale: Float64Array;
  shift: Float64Array;
}

/**
 * Gradient of the current, the scale and the shift (docs/maths.md 15). Twin of shaders/batchNormBackward.wgsl and of mode 2
 * of batchNormSums and batchNormReduce.
 * @param current I @param gamma dL/dy; empty places must hold 0. All [steps][B][C][H][W].
 */
export function batchNormBackward(
  current: Float64Array,
  gamma: Float64Array,
  shape: FrameShape,
  labels: ArrayLike<number>,
  statistics: BatchNormStatistics,
  scale: ArrayLike<number>,
): BatchNormGradient {
  const { mean, inverse, count } = statistics;
  const gradScale = new Float64Array(shape.channels);
  const gradShift = new Float64Array(shape.channels);
  forEachCell(current, shape, labels, (i, c) => {
    gradScale[c] += gamma[i] * (current[i] - mean[c]) * inverse[c];
    gradShift[c] += gamma[i];
  });
  const gradCurrent = new Float64Array(current.length);
  forEachCell(current, shape, labels, (i, c) => {
    const xhat = (current[i] - mean[c]) * inverse[c];
    gradCurrent[i] =
      scale[c] * inverse[c] * (gamma[i] - gradShift[c] / count - (xhat * gradScale[c]) / count);
  });
  return { current: gradCurrent, scale: gradScale, shift: gradShift };
}
