import { frameSize } from '../core/encodedDataset.ts';
import { cellIndex, frameCount, type ReceptiveField, taps, weightIndex } from './receptiveField.ts';

/**
 * Error at the input of a convolution or linear layer (docs/maths.md 9). Twin of
 * shaders/synapseBackwardRows.wgsl and of the spatial part of shaders/synapseBackward.wgsl; `errorBackward` is its other part.
 *
 *   e[c][y][x] = sum over the taps that see (y, x), over o, of gamma[o][outY][outX] W[o][c][ky][kx]
 *
 * @param gammaAbove [frames][out][outH][outW] @returns [frames][C][H][W]
 */
export function synapseBackward(
  field: ReceptiveField,
  weights: ArrayLike<number>,
  gammaAbove: ArrayLike<number>,
): Float64Array {
  const { inputShape, outputShape } = field;
  const frames = frameCount(gammaAbove, outputShape);
  const inSize = frameSize(inputShape);
  const outSize = frameSize(outputShape);
  const errors = new Float64Array(frames * inSize);
  for (const tap of taps(field)) {
    for (let c = 0; c < inputShape.channels; c++) {
      const to = cellIndex(inputShape, c, tap.y, tap.x);
      for (let o = 0; o < outputShape.channels; o++) {
        const weight = weights[weightIndex(field, o, c, tap.ky, tap.kx)];
        const from = cellIndex(outputShape, o, tap.outY, tap.outX);
        for (let frame = 0; frame < frames; frame++) {
          errors[frame * inSize + to] += weight * gammaAbove[frame * outSize + from];
        }
      }
    }
  }
  return errors;
}
