import type { Stage } from '../core/plan/stages.ts';
import type { TensorSpec } from '../core/plan/types.ts';
import type { Range } from '../core/schedule.ts';

/**
 * Calls `visit(interfaceIndex, bufferIndex)` for every scalar of a tensor that lies in one of its buffers.
 *
 * Weights lie in a buffer as rows: one row per input under the kernel, (ky * kernelWidth + kx) * channels + c, and a last
 * one for the bias; a row holds the part's output vectors as vec4f, padded with zeros. At the interface they are
 * [out][in][kh][kw] or [out][in], linear layers flattened in C, H, W order.
 *
 * @param part Range of output vectors that the buffer holds; see TensorSpec.parts.
 */
export function forEachScalar(
  tensor: TensorSpec,
  stage: Stage,
  part: Range,
  visit: (from: number, to: number) => void,
): void {
  const rowStride = 4 * (part.stop - part.start);
  const rowCount = stage.kernelHeight * stage.kernelWidth * stage.inputShape.channels;
  const first = 4 * part.start;
  const stop = Math.min(4 * part.stop, stage.outputShape.channels);
  if (tensor.layout !== 'weight') {
    const row = tensor.layout === 'bias' ? rowCount : tensor.row;
    for (let o = first; o < stop; o++) visit(o, row * rowStride + o - first);
    return;
  }
  const { channels } = stage.inputShape;
  const area = stage.kernelHeight * stage.kernelWidth;
  for (let o = first; o < stop; o++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < area; tap++) {
        visit((o * channels + c) * area + tap, (tap * channels + c) * rowStride + o - first);
      }
    }
  }
}

export function tensorLength(tensor: TensorSpec): number {
  return tensor.shape.reduce((product, side) => product * side, 1);
}
