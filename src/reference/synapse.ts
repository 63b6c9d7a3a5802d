import { frameSize } from '../core/encodedDataset.ts';
import { cellIndex, frameCount, type ReceptiveField, taps, weightIndex } from './receptiveField.ts';

/**
 * Input current of a convolution or linear layer (docs/maths.md 4), twin of shaders/shared/synapse.wgsl.
 *
 *   I[o][outY][outX] = sum over ky, kx, c of W[o][c][ky][kx] x[c][outY stride + ky - padding][...] + bias[o]
 *
 * @param weights [out][in][kh][kw] @param bias [out] or null
 * @param x [frames][C][H][W], frames = steps times samples, or samples alone for frames that stay the same
 * @returns [frames][out][outH][outW]
 */
export function synapticCurrent(
  field: ReceptiveField,
  weights: ArrayLike<number>,
  bias: ArrayLike<number> | null,
  x: ArrayLike<number>,
): Float64Array {
  const { inputShape, outputShape } = field;
  const frames = frameCount(x, inputShape);
  const inSize = frameSize(inputShape);
  const outSize = frameSize(outputShape);
  const current = new Float64Array(frames * outSize);
  if (bias) {
    const positions = outputShape.height * outputShape.width;
    for (let i = 0; i < current.length; i++) current[i] = bias[Math.floor((i % outSize) / positions)];
  }
  for (const tap of taps(field)) {
    for (let c = 0; c < inputShape.channels; c++) {
      const from = cellIndex(inputShape, c, tap.y, tap.x);
      for (let o = 0; o < outputShape.channels; o++) {
        const weight = weights[weightIndex(field, o, c, tap.ky, tap.kx)];
        const to = cellIndex(outputShape, o, tap.outY, tap.outX);
        for (let frame = 0; frame < frames; frame++) {
          current[frame * outSize + to] += weight * x[frame * inSize + from];
        }
      }
    }
  }
  return current;
}
