import type { FrameShape } from '../encodedDataset.ts';
import type { Stage } from './stages.ts';

/** Products of vectors that one invocation of `synapseBackwardRows` has written out: more would take long to compile. */
const MAX_PRODUCTS = 240;
/** The same where a tile is a whole row: loads are shared by more products, and none is for a column beyond the edge. */
const MAX_ROW_PRODUCTS = 340;
/** Columns of an invocation: more would leave too few invocations. */
const MAX_TILE = 16;

/**
 * Whether `synapseBackwardRows` finds the error that a layer sends down: a convolution of stride 1 with several columns of
 * output, whose gamma then serves several columns of input.
 */
export function servesBackwardRows(consumer: Stage): boolean {
  return (
    consumer.kind === 'synapse' &&
    consumer.stride === 1 &&
    consumer.kernelWidth <= 7 &&
    consumer.outputShape.width > 1
  );
}

/** Columns, channels and frames of one invocation of `synapseBackwardRows`: equal parts of the layer below. */
export function backwardRowTile(
  { kernelWidth, padding, outWidth }: { kernelWidth: number; padding: number; outWidth: number },
  { channels, width }: Pick<FrameShape, 'channels' | 'width'>,
): Record<'KERNEL_WIDTH' | 'TILE' | 'ABOVE' | 'SHIFT' | 'WHOLE' | 'FRAMES' | 'CHANNELS', number> {
  const CHANNELS = channels > 4 && channels % 4 !== 0 && channels % 3 === 0 ? 3 : Math.min(channels, 4);
  const perColumn = CHANNELS * kernelWidth;
  if (width <= MAX_TILE && perColumn * outWidth <= MAX_ROW_PRODUCTS) {
    const FRAMES = Math.min(2, Math.floor(MAX_ROW_PRODUCTS / (perColumn * outWidth)));
    const whole = { TILE: width, ABOVE: outWidth, SHIFT: padding, WHOLE: 1 };
    return { KERNEL_WIDTH: kernelWidth, ...whole, FRAMES, CHANNELS };
  }
  const most = Math.max(1, Math.min(MAX_TILE, Math.floor(MAX_PRODUCTS / perColumn)));
  const TILE = Math.ceil(width / Math.ceil(width / most));
  const SHIFT = kernelWidth - 1;
  const part = { TILE, ABOVE: TILE + SHIFT, SHIFT, WHOLE: 0 };
  return { KERNEL_WIDTH: kernelWidth, ...part, FRAMES: 1, CHANNELS };
}
