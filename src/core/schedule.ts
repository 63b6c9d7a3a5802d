import { AppError } from './errors.ts';

/** (k, n): the two axes of the method. */
export interface Schedule {
  /** k, time steps per truncation interval: state crosses its border, gradient does not. */
  truncationInterval: number;
  /** n, trainable body layers per local block; a pool belongs to the layer before it. */
  blockSize: number;
}

/** Half-open range [start, stop). */
export interface Range {
  start: number;
  stop: number;
}

/** Cuts 0 .. count-1 into ranges of `size`; the last one may be shorter. */
export function cutIntoRanges(count: number, size: number): Range[] {
  const ranges: Range[] = [];
  for (let start = 0; start < count; start += size)
    ranges.push({ start, stop: Math.min(start + size, count) });
  return ranges;
}

/**
 * @param layerCount L, trainable body layers. @param stepCount T.
 * @throws AppError `schedule-out-of-range`; the message holds the allowed range.
 */
export function checkSchedule(schedule: Schedule, layerCount: number, stepCount: number): void {
  const { truncationInterval, blockSize } = schedule;
  if (!Number.isInteger(truncationInterval) || truncationInterval < 1 || truncationInterval > stepCount) {
    throw new AppError(
      'schedule-out-of-range',
      `The truncation interval k is ${truncationInterval}, but a sample has ${stepCount} time steps.`,
      `Choose k from 1 to ${stepCount}, or encode the recordings with more time steps.`,
    );
  }
  if (!Number.isInteger(blockSize) || blockSize < 1 || blockSize > layerCount) {
    throw new AppError(
      'schedule-out-of-range',
      `The local block size n is ${blockSize}, but the network has ${layerCount} trainable body layers.`,
      `Choose n from 1 to ${layerCount}.`,
    );
  }
}
