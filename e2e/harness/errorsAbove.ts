import { type FrameShape, frameSize } from '../../src/core/encodedDataset.ts';
import { type BackwardCase, CHUNK_STEPS, type Chunk, chunkLength } from './backwardCase.ts';
import { TestNumbers } from './kernelCase.ts';
import { padVectors } from './layouts.ts';

/** Random errors; the same at all steps when `constant`. */
export function errorsAbove(
  size: FrameShape,
  batchSize: number,
  chunk: Chunk,
  constant: boolean,
): BackwardCase['above'] {
  const cells = batchSize * frameSize(size);
  const length = chunkLength(chunk, CHUNK_STEPS);
  const drawn = new TestNumbers(2).normal((constant ? 1 : length) * cells);
  return {
    params: {},
    buffers: { errors: padVectors(drawn, size) },
    errors: Float64Array.from({ length: length * cells }, (_, i) => drawn[i % drawn.length]),
    overrides: { CONSTANT: constant ? 1 : 0 },
  };
}
