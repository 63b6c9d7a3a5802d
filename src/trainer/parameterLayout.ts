import type { Stage } from '../core/plan/stages.ts';
import type { TensorSpec } from '../core/plan/types.ts';

/**
 * Weights lie in the GPU buffer as rows: one row per input under the kernel, (ky * kernelWidth + kx) * channels + c, and
 * a last one for the bias; each row has ceil(out / 4) vec4f, padded with zeros. At the interface they are
 * [out][in][kh][kw] or [out][in], linear layers flattened in C, H, W order.
 */
interface RowMap {
  /** Floats from one row to the next. */
  rowStride: number;
  rowCount: number;
}

function rowMap(stage: Stage): RowMap {
  return {
    rowStride: Math.ceil(stage.outputShape.channels / 4) * 4,
    rowCount: stage.kernelHeight * stage.kernelWidth * stage.inputShape.channels,
  };
}

/** Calls `visit(interfaceIndex, bufferIndex)` for every scalar of a tensor. */
export function forEachScalar(
  tensor: TensorSpec,
  stage: Stage,
  visit: (from: number, to: number) => void,
): void {
  const { rowStride, rowCount } = rowMap(stage);
  const out = stage.outputShape.channels;
  if (tensor.layout === 'bias') {
    for (let o = 0; o < out; o++) visit(o, rowCount * rowStride + o);
    return;
  }
  if (tensor.layout === 'row') {
    for (let o = 0; o < out; o++) visit(o, tensor.row * rowStride + o);
    return;
  }
  const { channels } = stage.inputShape;
  const area = stage.kernelHeight * stage.kernelWidth;
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < area; tap++) {
        visit((o * channels + c) * area + tap, (tap * channels + c) * rowStride + o);
      }
    }
  }
}

export function tensorLength(tensor: TensorSpec): number {
  return tensor.shape.reduce((product, side) => product * side, 1);
}
