import { type FrameShape, wordsPerFrame } from '../core/encodedDataset.ts';
import { uniform } from '../core/random.ts';
import type { AugmentationSpec } from '../core/trainingConfig.ts';

/** What happens to every frame of one sample: first the mirror, then the shift. */
export interface Displacement {
  /** Pixels to the right and down; pixels that leave the frame are lost, those that come in are 0. */
  dx: number;
  dy: number;
  /** Left becomes right. Channels (polarities) stay what they are. */
  flip: boolean;
}

/** Where the random displacements of an epoch come from. */
export interface AugmentationDraw {
  spec: AugmentationSpec;
  seed: number;
  epoch: number;
}

/** Numbers drawn per sample: dx, dy, flip. */
const DRAWS = 3;

/**
 * The displacement of a sample in an epoch: a function of seed, epoch and the sample's index alone, so that it depends
 * neither on the batch nor on the order of the samples.
 */
export function drawDisplacement({ spec, seed, epoch }: AugmentationDraw, sample: number): Displacement {
  const draw = (which: number) => uniform(seed, 'augmentation', epoch, DRAWS * sample + which);
  const shift = (which: number) =>
    spec.maxShift > 0 ? Math.floor(draw(which) * (2 * spec.maxShift + 1)) - spec.maxShift : 0;
  return { dx: shift(0), dy: shift(1), flip: spec.flip && draw(2) < 0.5 };
}

export function isAugmented({ maxShift, flip }: AugmentationSpec): boolean {
  return maxShift > 0 || flip;
}

/** Pixel of the displaced frame that holds pixel (x, y) of the original; -1 where that has left the frame. */
function displacedPixel({ width, height }: FrameShape, move: Displacement, x: number, y: number): number {
  const toX = (move.flip ? width - 1 - x : x) + move.dx;
  const toY = y + move.dy;
  return toX < 0 || toX >= width || toY < 0 || toY >= height ? -1 : toY * width + toX;
}

/** As {@link displacedPixel}, for all pixels: i32[height * width]. Made once per sample, used for all its frames. */
export function displacementTable(shape: FrameShape, move: Displacement): Int32Array {
  const { width, height } = shape;
  return Int32Array.from({ length: width * height }, (_, pixel) =>
    displacedPixel(shape, move, pixel % width, Math.floor(pixel / width)),
  );
}

/**
 * Displaces one packed binary frame. Walks the set bits, which are few.
 * @param from u32[wordsPerFrame] @param table Of {@link displacementTable}. @param to u32[wordsPerFrame], overwritten.
 */
export function displaceBits(from: Uint32Array, shape: FrameShape, table: Int32Array, to: Uint32Array): void {
  const { channels } = shape;
  to.fill(0);
  for (let word = 0; word < wordsPerFrame(shape); word++) {
    for (let bits = from[word]; bits !== 0; bits &= bits - 1) {
      const bit = 32 * word + 31 - Math.clz32(bits & -bits);
      const channel = bit % channels;
      const pixel = table[(bit - channel) / channels];
      if (pixel < 0) continue;
      const target = pixel * channels + channel;
      to[target >>> 5] |= 1 << (target & 31);
    }
  }
}

/**
 * Displaces one image.
 * @param from u8[H][W][C] @param values What each byte is worth; 0 is worth 0. @param table Of {@link displacementTable}.
 * @param to f32[H][W][C], overwritten.
 */
export function displacePixels(
  from: Uint8Array,
  values: Float32Array,
  shape: FrameShape,
  table: Int32Array,
  to: Float32Array,
): void {
  const { channels } = shape;
  to.fill(0);
  for (const [pixel, target] of table.entries()) {
    if (target < 0) continue;
    for (let c = 0; c < channels; c++) to[target * channels + c] = values[from[pixel * channels + c]];
  }
}
