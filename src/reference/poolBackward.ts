import { frameSize } from '../core/encodedDataset.ts';
import type { PoolKind } from './poolForward.ts';
import { cellIndex, frameCount, type ReceptiveField, type Tap, taps } from './receptiveField.ts';

/**
 * Error at the input of a pool (docs/maths.md 9). Twin of the spatial part of shaders/poolBackward.wgsl.
 *
 *   average   every position of a window gets gamma / area
 *   maximum   the first maximum of the window, in row-major order, gets all of it
 *
 * @param gammaAbove gamma of the pool's neurons, or the error at a plain pool's output, [frames][C][outH][outW]
 * @param x What was pooled, [frames][C][H][W] @returns [frames][C][H][W]
 */
export function poolBackward(
  field: ReceptiveField,
  kind: PoolKind,
  gammaAbove: ArrayLike<number>,
  x: ArrayLike<number>,
): Float64Array {
  const { inputShape, outputShape } = field;
  const frames = frameCount(gammaAbove, outputShape);
  const inSize = frameSize(inputShape);
  const outSize = frameSize(outputShape);
  const area = field.kernelHeight * field.kernelWidth;
  const errors = new Float64Array(frames * inSize);
  for (const windowTaps of tapsByOutput(field)) {
    const { outY, outX } = windowTaps[0];
    for (let frame = 0; frame < frames; frame++) {
      for (let c = 0; c < inputShape.channels; c++) {
        const above = gammaAbove[frame * outSize + cellIndex(outputShape, c, outY, outX)];
        const inputs = windowTaps.map((tap) => frame * inSize + cellIndex(inputShape, c, tap.y, tap.x));
        if (kind === 'average') {
          for (const at of inputs) errors[at] += above / area;
        } else {
          const winner = inputs.reduce((best, at) => (x[at] > x[best] ? at : best));
          errors[winner] += above;
        }
      }
    }
  }
  return errors;
}

/** The taps of each output position, in row-major order. */
function tapsByOutput(field: ReceptiveField): Tap[][] {
  const groups = new Map<number, Tap[]>();
  for (const tap of taps(field)) {
    const position = tap.outY * field.outputShape.width + tap.outX;
    const group = groups.get(position);
    if (group) group.push(tap);
    else groups.set(position, [tap]);
  }
  return [...groups.values()];
}
