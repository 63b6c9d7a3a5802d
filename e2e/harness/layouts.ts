import { type FrameShape, frameBit, frameSize, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { packHalves } from '../../src/core/halfFloat.ts';
import { cellIndex, type ReceptiveField, weightIndex } from '../../src/reference/receptiveField.ts';

// From the interface layout of the twins ([..][C][H][W], [out][in][kh][kw]) to the layouts of the kernels, and back.

/** Calls `visit(place in [C][H][W], bit of the packed frame)` for every cell of a frame. */
function forEachBit(shape: FrameShape, visit: (cell: number, bit: number) => void): void {
  for (let c = 0; c < shape.channels; c++) {
    for (let y = 0; y < shape.height; y++) {
      for (let x = 0; x < shape.width; x++) visit(cellIndex(shape, c, y, x), frameBit(shape, c, y, x));
    }
  }
}

/** Small counts [frames][C][H][W] to bit planes u32[frames][planes][words]. */
export function packPlanes(counts: ArrayLike<number>, shape: FrameShape, planes: number): Uint32Array {
  const size = frameSize(shape);
  const words = wordsPerFrame(shape);
  const frames = counts.length / size;
  const packed = new Uint32Array(frames * planes * words);
  for (let frame = 0; frame < frames; frame++) {
    forEachBit(shape, (cell, bit) => {
      for (let plane = 0; plane < planes; plane++) {
        if (((counts[frame * size + cell] >> plane) & 1) === 0) continue;
        packed[(frame * planes + plane) * words + (bit >> 5)] |= 1 << (bit & 31);
      }
    });
  }
  return packed;
}

/** Bit planes u32[frames][planes][words] to counts [frames][C][H][W]. */
export function unpackPlanes(packed: Uint32Array, shape: FrameShape, planes: number): Uint32Array {
  const size = frameSize(shape);
  const words = wordsPerFrame(shape);
  const frames = packed.length / (planes * words);
  const counts = new Uint32Array(frames * size);
  for (let frame = 0; frame < frames; frame++) {
    forEachBit(shape, (cell, bit) => {
      for (let plane = 0; plane < planes; plane++) {
        const set = (packed[(frame * planes + plane) * words + (bit >> 5)] >>> (bit & 31)) & 1;
        counts[frame * size + cell] |= set << plane;
      }
    });
  }
  return counts;
}

/** [frames][C][H][W] to f32[frames][H][W][C]. */
export function channelsInnermost(values: ArrayLike<number>, shape: FrameShape): Float32Array {
  const size = frameSize(shape);
  const result = new Float32Array(values.length);
  for (let frame = 0; frame < values.length / size; frame++) {
    forEachBit(shape, (cell, bit) => {
      result[frame * size + bit] = values[frame * size + cell];
    });
  }
  return result;
}

/** f32[frames][H][W][C] to [frames][C][H][W]. */
export function channelsOutermost(values: Float32Array, shape: FrameShape): Float32Array {
  const size = frameSize(shape);
  const result = new Float32Array(values.length);
  for (let frame = 0; frame < values.length / size; frame++) {
    forEachBit(shape, (cell, bit) => {
      result[frame * size + cell] = values[frame * size + bit];
    });
  }
  return result;
}

export const vectorsOf = (channels: number) => Math.ceil(channels / 4);

/** Floats of one frame as vec4f[H*W][vectors]. */
export function paddedSize({ channels, height, width }: FrameShape): number {
  return height * width * vectorsOf(channels) * 4;
}

/** Place of a cell in vec4f[H*W][vectors], counted in floats. */
function paddedIndex(shape: FrameShape, bit: number): number {
  const channel = bit % shape.channels;
  return ((bit - channel) / shape.channels) * vectorsOf(shape.channels) * 4 + channel;
}

/** [frames][C][H][W] to vec4f[frames][H*W][vectors]; lanes beyond the last channel are 0. */
export function padVectors(values: ArrayLike<number>, shape: FrameShape): Float32Array {
  const size = frameSize(shape);
  const padded = paddedSize(shape);
  const result = new Float32Array((values.length / size) * padded);
  for (let frame = 0; frame < values.length / size; frame++) {
    forEachBit(shape, (cell, bit) => {
      result[frame * padded + paddedIndex(shape, bit)] = values[frame * size + cell];
    });
  }
  return result;
}

/** vec4f[frames][H*W][vectors] to [frames][C][H][W]. */
export function unpadVectors(values: Float32Array, shape: FrameShape): Float32Array {
  const size = frameSize(shape);
  const padded = paddedSize(shape);
  const frames = values.length / padded;
  const result = new Float32Array(frames * size);
  for (let frame = 0; frame < frames; frame++) {
    forEachBit(shape, (cell, bit) => {
      result[frame * size + cell] = values[frame * padded + paddedIndex(shape, bit)];
    });
  }
  return result;
}

/** What lies in the lanes beyond the last channel of vec4f[frames][H*W][vectors]. */
export function paddingLanes(values: Float32Array, channels: number): number[] {
  const row = vectorsOf(channels) * 4;
  return [...values].filter((_, i) => i % row >= channels);
}

/** Calls `visit(place in [out][in][kh][kw], place in the rows)` for every weight. */
function forEachWeight(field: ReceptiveField, visit: (from: number, to: number) => void): void {
  const { channels } = field.inputShape;
  const row = vectorsOf(field.outputShape.channels) * 4;
  for (let o = 0; o < field.outputShape.channels; o++) {
    for (let c = 0; c < channels; c++) {
      for (let ky = 0; ky < field.kernelHeight; ky++) {
        for (let kx = 0; kx < field.kernelWidth; kx++) {
          const at = ((ky * field.kernelWidth + kx) * channels + c) * row + o;
          visit(weightIndex(field, o, c, ky, kx), at);
        }
      }
    }
  }
}

/** Rows of a weight buffer, the bias's included. */
export function weightRowCount(field: ReceptiveField, hasBias: boolean): number {
  return field.kernelHeight * field.kernelWidth * field.inputShape.channels + (hasBias ? 1 : 0);
}

/** Weights and bias to vec4f[rows (+ 1: bias)][vectors]. */
export function packWeights(
  field: ReceptiveField,
  weights: ArrayLike<number>,
  bias: ArrayLike<number> | null,
): Float32Array {
  const row = vectorsOf(field.outputShape.channels) * 4;
  const packed = new Float32Array(weightRowCount(field, bias !== null) * row);
  forEachWeight(field, (from, to) => {
    packed[to] = weights[from];
  });
  if (bias) packed.set(Float32Array.from(bias), weightRowCount(field, false) * row);
  return packed;
}

/** What a kernel reads of weights: themselves, or two halves to a word. */
export function storedWeights(packed: Float32Array, half = false): Float32Array | Uint32Array {
  return half ? packHalves(packed) : packed;
}

/** Vectors [start, stop) of every row of vec4f[rows][vectors]: one of the buffers over which weights are spread. */
export function sliceVectors(
  packed: Float32Array,
  vectors: number,
  start: number,
  stop: number,
): Float32Array {
  const rows = packed.length / (4 * vectors);
  const slice = new Float32Array(rows * 4 * (stop - start));
  for (let row = 0; row < rows; row++) {
    const from = 4 * row * vectors;
    slice.set(packed.subarray(from + 4 * start, from + 4 * stop), 4 * row * (stop - start));
  }
  return slice;
}

/** The inverse of packWeights. */
export function unpackWeights(
  field: ReceptiveField,
  packed: Float32Array,
): { weights: Float32Array; bias: Float32Array } {
  const row = vectorsOf(field.outputShape.channels) * 4;
  const weights = new Float32Array(weightRowCount(field, false) * field.outputShape.channels);
  forEachWeight(field, (from, to) => {
    weights[from] = packed[to];
  });
  const start = weightRowCount(field, false) * row;
  return { weights, bias: packed.slice(start, start + field.outputShape.channels) };
}

/** f32 as the words that hold their bits. */
export function asWords(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** Words as the f32 whose bits they hold. */
export function asFloats(words: Uint32Array): Float32Array {
  return new Float32Array(words.buffer, words.byteOffset, words.length);
}
