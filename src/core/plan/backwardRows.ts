import type { FrameShape } from '../encodedDataset.ts';
import { INSTRUCTIONS, LOOP_BUDGET } from './loopBudget.ts';
import type { Stage } from './stages.ts';

/**
 * The kernels that find the error below a convolution of stride 1: the same bits. `rows` has several columns, channels and
 * frames per invocation; with `quadRows` the invocations of a quad share the weights that they load.
 */
export const BACKWARD_VARIANTS = ['rows', 'quadRows'] as const;
export type BackwardVariant = (typeof BACKWARD_VARIANTS)[number];

const KERNELS: Record<BackwardVariant, string> = {
  rows: 'synapseBackwardRows',
  quadRows: 'synapseBackwardQuads',
};

/** The variant that a kernel is; null for kernels of other work. */
export function backwardVariantOfKernel(kernel: string): BackwardVariant | null {
  return BACKWARD_VARIANTS.find((variant) => KERNELS[variant] === kernel) ?? null;
}

/** What the kernels need to know of the convolution above. */
interface WindowAbove {
  kernelWidth: number;
  padding: number;
  outWidth: number;
}

/** Of the layer below: its channels and columns. */
type RowBelow = Pick<FrameShape, 'channels' | 'width'>;

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
  { kernelWidth, padding, outWidth }: WindowAbove,
  { channels, width }: RowBelow,
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

type QuadTile = Record<'KERNEL_WIDTH' | 'TILE' | 'ABOVE' | 'SHIFT' | 'WHOLE' | 'LOADS' | 'CHANNELS', number>;

/** Columns and channels of one invocation of `synapseBackwardQuads`: what takes the fewest instructions in all. */
export function backwardQuadTile(above: WindowAbove, { channels, width }: RowBelow): QuadTile {
  const { kernelWidth, padding, outWidth } = above;
  let best: { tile: QuadTile; instructions: number; fits: boolean } | null = null;
  for (let CHANNELS = 1; CHANNELS <= Math.min(4, channels); CHANNELS++) {
    for (let tiles = Math.ceil(width / MAX_TILE); tiles <= Math.ceil(width / 2); tiles++) {
      const isWhole = tiles === 1;
      const TILE = Math.ceil(width / tiles);
      const SHIFT = isWhole ? padding : kernelWidth - 1;
      const ABOVE = isWhole ? outWidth : TILE + SHIFT;
      const LOADS = Math.ceil((kernelWidth * CHANNELS) / 4);
      const tile = { KERNEL_WIDTH: kernelWidth, TILE, ABOVE, SHIFT, WHOLE: isWhole ? 1 : 0, LOADS, CHANNELS };
      const body = quadInstructions(tile);
      const instructions = Math.ceil(width / TILE) * Math.ceil(channels / CHANNELS) * body;
      const fits = body <= LOOP_BUDGET;
      // Of those that fit the least work, of those that do not the shortest loop.
      const better = fits === best?.fits ? instructions < best.instructions : fits || best === null;
      if (better) best = { tile, instructions: fits ? instructions : body, fits };
    }
  }
  if (best === null) throw new Error('A layer has a column and a channel at least.');
  return best.tile;
}

/** Of one turn of the loop over vectors of output channels. */
function quadInstructions({ KERNEL_WIDTH, TILE, ABOVE, SHIFT, LOADS, CHANNELS }: QuadTile): number {
  let products = 0;
  for (let x = 0; x < TILE; x++) {
    for (let kx = 0; kx < KERNEL_WIDTH; kx++) {
      const column = x + SHIFT - kx;
      if (column >= 0 && column < ABOVE) products += CHANNELS;
    }
  }
  const { vectorLoad, quadBroadcast, product, set } = INSTRUCTIONS;
  return (
    (ABOVE + LOADS) * vectorLoad +
    KERNEL_WIDTH * CHANNELS * quadBroadcast +
    products * product +
    TILE * CHANNELS * set
  );
}

/**
 * Kernel and overrides that find the error below a convolution which {@link servesBackwardRows}.
 * @param frames (step, sample) of a chunk.
 */
export function backwardKernel(
  variant: BackwardVariant,
  above: WindowAbove,
  below: FrameShape,
  frames: number,
): { kernel: string; overrides: Record<string, number>; invocations: number } {
  const kernel = KERNELS[variant];
  const rows = ({ TILE, CHANNELS }: { TILE: number; CHANNELS: number }) =>
    below.height * Math.ceil(below.width / TILE) * Math.ceil(below.channels / CHANNELS);
  if (variant === 'quadRows') {
    const tile = backwardQuadTile(above, below);
    return { kernel, overrides: tile, invocations: 4 * Math.ceil(frames / 4) * rows(tile) };
  }
  const tile = backwardRowTile(above, below);
  return { kernel, overrides: tile, invocations: Math.ceil(frames / tile.FRAMES) * rows(tile) };
}
