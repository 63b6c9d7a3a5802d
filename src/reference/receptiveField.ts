import { type FrameShape, frameSize } from '../core/encodedDataset.ts';

/**
 * What one output neuron of a layer sees of its input. A linear layer is the convolution whose kernel is its whole
 * input, so that its weights [out][in], flattened in C, H, W order, are [out][C][H][W].
 */
export interface ReceptiveField {
  inputShape: FrameShape;
  outputShape: FrameShape;
  kernelHeight: number;
  kernelWidth: number;
  stride: number;
  padding: number;
}

/** Index of (channel, y, x) in an array [C][H][W]. */
export function cellIndex(shape: FrameShape, channel: number, y: number, x: number): number {
  return (channel * shape.height + y) * shape.width + x;
}

/** Index of a weight in an array [out][in][kernelHeight][kernelWidth]. */
export function weightIndex(
  field: ReceptiveField,
  out: number,
  channel: number,
  ky: number,
  kx: number,
): number {
  return ((out * field.inputShape.channels + channel) * field.kernelHeight + ky) * field.kernelWidth + kx;
}

/** Number of weights, without bias. */
export function weightCount(field: ReceptiveField): number {
  return field.outputShape.channels * field.inputShape.channels * field.kernelHeight * field.kernelWidth;
}

/** One pair of output and input position that a kernel element connects. */
export interface Tap {
  outY: number;
  outX: number;
  ky: number;
  kx: number;
  y: number;
  x: number;
}

/** Every tap that lies inside the input map: output positions and kernel elements in row-major order. */
export function* taps(field: ReceptiveField): Generator<Tap> {
  const { inputShape, outputShape, stride, padding } = field;
  for (let outY = 0; outY < outputShape.height; outY++) {
    for (let outX = 0; outX < outputShape.width; outX++) {
      for (let ky = 0; ky < field.kernelHeight; ky++) {
        for (let kx = 0; kx < field.kernelWidth; kx++) {
          const y = outY * stride + ky - padding;
          const x = outX * stride + kx - padding;
          if (y < 0 || y >= inputShape.height || x < 0 || x >= inputShape.width) continue;
          yield { outY, outX, ky, kx, y, x };
        }
      }
    }
  }
}

/** How many frames an array [frames][C][H][W] holds. */
export function frameCount(values: ArrayLike<number>, shape: FrameShape): number {
  return values.length / frameSize(shape);
}
