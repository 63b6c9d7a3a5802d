import { type FrameShape, frameBit, frameSize, wordsPerFrame } from '../core/encodedDataset.ts';
import { uniform } from '../core/random.ts';
import { cellIndex } from './receptiveField.ts';

/** Every stage has its own stream within an iteration; the largest network has fewer stages than this. */
export const STREAMS_PER_ITERATION = 1024;

export interface DropoutDraw {
  seed: number;
  iteration: number;
  /** Which layer: the stage's id. */
  stream: number;
  /** Probability that a spike is dropped. */
  dropout: number;
}

/**
 * Keep masks of a layer, the same at all steps of an iteration (docs/maths.md 5): u8[B][C][H][W], 1 = kept. The numbers are
 * those of the counter-based generator at the place of the spike's bit in the packed frame.
 */
export function dropoutMask(shape: FrameShape, batchSize: number, draw: DropoutDraw): Uint8Array {
  const size = frameSize(shape);
  const bits = wordsPerFrame(shape) * 32;
  const mask = new Uint8Array(batchSize * size);
  const stream = STREAMS_PER_ITERATION * draw.iteration + draw.stream;
  // The kernels hold the probability as f32.
  const dropout = Math.fround(draw.dropout);
  for (let b = 0; b < batchSize; b++) {
    for (let c = 0; c < shape.channels; c++) {
      for (let y = 0; y < shape.height; y++) {
        for (let x = 0; x < shape.width; x++) {
          const place = b * bits + frameBit(shape, c, y, x);
          const kept = uniform(draw.seed, 'dropout', stream, place) >= dropout;
          mask[b * size + cellIndex(shape, c, y, x)] = kept ? 1 : 0;
        }
      }
    }
  }
  return mask;
}
