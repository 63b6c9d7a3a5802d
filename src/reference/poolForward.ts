import { frameSize } from '../core/encodedDataset.ts';
import { cellIndex, frameCount, type ReceptiveField, taps } from './receptiveField.ts';

export type PoolKind = 'average' | 'maximum';

/**
 * Mean or maximum of each window (docs/maths.md 4). Twin of shaders/poolForward.wgsl: a plain pool hands these values on,
 * a pool with neurons feeds them to `lifForward` as its current.
 *
 * @param x [frames][C][H][W] @returns [frames][C][outH][outW]
 */
export function poolForward(field: ReceptiveField, kind: PoolKind, x: ArrayLike<number>): Float64Array {
  const { inputShape, outputShape } = field;
  const inSize = frameSize(inputShape);
  const outSize = frameSize(outputShape);
  const frames = frameCount(x, inputShape);
  const area = field.kernelHeight * field.kernelWidth;
  const pooled = new Float64Array(frames * outSize).fill(kind === 'average' ? 0 : Number.NEGATIVE_INFINITY);
  for (const tap of taps(field)) {
    for (let c = 0; c < inputShape.channels; c++) {
      const from = cellIndex(inputShape, c, tap.y, tap.x);
      const to = cellIndex(outputShape, c, tap.outY, tap.outX);
      for (let frame = 0; frame < frames; frame++) {
        const value = x[frame * inSize + from];
        const at = frame * outSize + to;
        pooled[at] = kind === 'average' ? pooled[at] + value / area : Math.max(pooled[at], value);
      }
    }
  }
  return pooled;
}
