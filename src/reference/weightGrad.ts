import { frameSize } from '../core/encodedDataset.ts';
import {
  cellIndex,
  frameCount,
  type ReceptiveField,
  taps,
  weightCount,
  weightIndex,
} from './receptiveField.ts';

export interface WeightGradient {
  /** [out][in][kh][kw] */
  weights: Float64Array;
  /** [out] */
  bias: Float64Array;
}

/**
 * Gradient of a convolution or linear layer's weights and bias (docs/maths.md 10). Twin of shaders/weightGrad.wgsl.
 *
 *   dW[o][c][ky][kx] = sum over frames and positions of gamma[o][outY][outX] x[c][y][x]        dBias[o] = sum of gamma[o]
 *
 * @param x [frames][C][H][W]. For inputs that are the same at all steps: the samples once, with gamma summed over the steps.
 * @param gamma [frames][out][outH][outW]
 */
export function weightGrad(
  field: ReceptiveField,
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
): WeightGradient {
  const { inputShape, outputShape } = field;
  const frames = frameCount(gamma, outputShape);
  const inSize = frameSize(inputShape);
  const outSize = frameSize(outputShape);
  const weights = new Float64Array(weightCount(field));
  const bias = new Float64Array(outputShape.channels);
  for (const tap of taps(field)) {
    for (let c = 0; c < inputShape.channels; c++) {
      const from = cellIndex(inputShape, c, tap.y, tap.x);
      for (let o = 0; o < outputShape.channels; o++) {
        const to = cellIndex(outputShape, o, tap.outY, tap.outX);
        let sum = 0;
        for (let frame = 0; frame < frames; frame++) {
          sum += gamma[frame * outSize + to] * x[frame * inSize + from];
        }
        weights[weightIndex(field, o, c, tap.ky, tap.kx)] += sum;
      }
    }
  }
  const positions = outputShape.height * outputShape.width;
  for (let i = 0; i < gamma.length; i++) bias[Math.floor((i % outSize) / positions)] += gamma[i];
  return { weights, bias };
}
