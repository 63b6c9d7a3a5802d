import { type FrameShape, frameSize, planesFor, wordsPerFrame } from '../core/encodedDataset.ts';

/** Index in an interface array [..][C][H][W] for bit `bit` of a packed frame (channels innermost). */
export function interfaceIndex(shape: FrameShape, bit: number): number {
  const channel = bit % shape.channels;
  const position = Math.floor(bit / shape.channels);
  return channel * shape.height * shape.width + position;
}

/** u8[frames][C][H][W], 0 .. maxCount, to packed u32[frames][planes][wordsPerFrame]. */
export function packFrames(values: Uint8Array, shape: FrameShape, maxCount = 1): Uint32Array<ArrayBuffer> {
  const size = frameSize(shape);
  const words = wordsPerFrame(shape);
  const planes = planesFor(maxCount);
  const frames = values.length / size;
  const packed = new Uint32Array(frames * planes * words);
  for (let frame = 0; frame < frames; frame++) {
    for (let bit = 0; bit < size; bit++) {
      const value = values[frame * size + interfaceIndex(shape, bit)];
      for (let plane = 0; plane < planes; plane++) {
        if ((value >>> plane) & 1) packed[(frame * planes + plane) * words + (bit >> 5)] |= 1 << (bit & 31);
      }
    }
  }
  return packed;
}

/** Packed u32[frames][wordsPerFrame] to u8[frames][C][H][W]. */
export function unpackFrames(packed: Uint32Array, shape: FrameShape): Uint8Array {
  const size = frameSize(shape);
  const words = wordsPerFrame(shape);
  const frames = packed.length / words;
  const values = new Uint8Array(frames * size);
  for (let frame = 0; frame < frames; frame++) {
    for (let bit = 0; bit < size; bit++) {
      const set = (packed[frame * words + (bit >> 5)] >>> (bit & 31)) & 1;
      values[frame * size + interfaceIndex(shape, bit)] = set;
    }
  }
  return values;
}

/** f32[frames][H][W][C] (as membranes lie on the GPU) to f32[frames][C][H][W]. */
export function channelsFirst(values: Float32Array, shape: FrameShape): Float32Array {
  const size = frameSize(shape);
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const frame = Math.floor(i / size);
    result[frame * size + interfaceIndex(shape, i % size)] = values[i];
  }
  return result;
}

/** f32[frames][C][H][W] to f32[frames][H][W][C]. */
export function channelsLast(values: Float32Array, shape: FrameShape): Float32Array<ArrayBuffer> {
  const size = frameSize(shape);
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const frame = Math.floor(i / size);
    result[i] = values[frame * size + interfaceIndex(shape, i % size)];
  }
  return result;
}
