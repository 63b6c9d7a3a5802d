import { AppError } from '../../../core/errors.ts';
import { CHUNK_BYTES, readExactly } from '../chunks.ts';
import type { DecodeOptions, EventSink } from '../decoder.ts';
import { createEventWriter } from '../eventBuffer.ts';
import { FRAME_US } from '../frameTime.ts';
import type { NpyArray } from './npyArray.ts';

/** Counts of a frame's cell above this are no counts of events: an input can hold no more. */
const MAX_COUNT = 255;
/** Sides and steps that a stack may have; an array of other numbers of four axes is none. */
const MAX_SIDE = 65_536;

/** True for arrays T x C x H x W of one or two polarities, the layout of SpikingJelly and Tonic. */
export function isFrameStack({ shape, fields }: NpyArray): boolean {
  const [steps, channels, height, width] = shape;
  return (
    shape.length === 4 &&
    fields[0].name === undefined &&
    (channels === 1 || channels === 2) &&
    [steps, height, width].every((side) => side > 0 && side <= MAX_SIDE)
  );
}

/**
 * Hands a stack of frames of counts on as events: a cell with count n at step s becomes n events at s times
 * {@link FRAME_US}, in the order of the array [T][C][H][W]; channel 0 is OFF, of two; a single channel is ON.
 * Event counts with that step duration give the same frames back.
 * @throws AppError `truncated-file`, `damaged-file` (values that are no counts), `unsupported-variant` (column-major).
 */
export async function decodeFrameStack(
  array: NpyArray,
  sink: EventSink,
  options: DecodeOptions,
): Promise<void> {
  const { source, shape, fields, recordBytes, dataStart, isFortranOrder } = array;
  const [steps, channels, height, width] = shape;
  if (isFortranOrder) {
    throw new AppError(
      'unsupported-variant',
      `${source.name} holds frames in column-major order.`,
      'Save them with numpy.ascontiguousarray.',
    );
  }
  sink.sensor({ width, height }, 'identity');
  sink.frames?.(steps);
  const frameCells = channels * height * width;
  const cellCount = steps * frameCells;
  const available = Math.floor(Math.max(0, source.size - dataStart) / recordBytes);
  const stop = Math.min(cellCount, available);
  const chunkCells = Math.max(1, Math.floor(CHUNK_BYTES / recordBytes));
  const writer = createEventWriter(sink);
  for (let start = 0; start < stop; start += chunkCells) {
    options.signal?.throwIfAborted();
    const count = Math.min(chunkCells, stop - start);
    const bytes = await readExactly(
      source,
      dataStart + start * recordBytes,
      count * recordBytes,
      'the frames',
    );
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) {
      const value = fields[0].read(view, i * recordBytes);
      if (value === 0) continue;
      const cell = start + i;
      if (!Number.isInteger(value) || value < 0 || value > MAX_COUNT) {
        writer.flush();
        throw notCounts(source.name, value, dataStart + cell * recordBytes);
      }
      const step = Math.floor(cell / frameCells);
      const inFrame = cell % frameCells;
      const pixel = inFrame % (height * width);
      const polarity = channels === 1 ? 1 : Math.floor(inFrame / (height * width));
      for (let n = 0; n < value; n++)
        writer.push(step * FRAME_US, pixel % width, Math.floor(pixel / width), polarity);
    }
    options.onProgress?.(dataStart + (start + count) * recordBytes);
  }
  writer.flush();
  if (stop < cellCount) {
    throw new AppError(
      'truncated-file',
      `${source.name} announces ${steps} frames of ${frameCells} cells, but only ${available} cells are there.`,
      'Copy or download the file again.',
      source.size,
    );
  }
}

function notCounts(name: string, value: number, offset: number): AppError {
  return new AppError(
    'not-counts',
    `${name} holds frames with the value ${value}; frames of events are whole numbers from 0 to ${MAX_COUNT}.`,
    'Save the frames before they are averaged or normalised, or drop the events they were made of.',
    offset,
  );
}
