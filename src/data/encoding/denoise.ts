import { type EventStream, eventCount } from '../../core/eventStream.ts';
import { selectEvents } from './selectEvents.ts';

/** Whether the next event, in file order, stays. */
export type NoiseFilter = (tUs: number, x: number, y: number) => boolean;

/** @param width, height Of the grid: one more than the largest column and row of the recording. */
export function createNoiseFilter(filterUs: number, width: number, height: number): NoiseFilter {
  /** f64[height][width]: until when an event of this pixel counts. */
  const until = new Float64Array(width * height).fill(filterUs);
  return (t, x, y) => {
    const at = y * width + x;
    until[at] = t + filterUs;
    return (
      (x > 0 && until[at - 1] > t) ||
      (x < width - 1 && until[at + 1] > t) ||
      (y > 0 && until[at - width] > t) ||
      (y < height - 1 && until[at + width] > t)
    );
  };
}

/**
 * Drops events that stand alone: an event stays if one of its four neighbours (left, right, above, below; not the pixel
 * itself, not the diagonals) had an event, of either polarity, less than `filterUs` before it. Events that are dropped
 * count as neighbours of later ones. Semantics of Tonic's Denoise(filter_time), edges included:
 *
 *   - the memory of every pixel starts at time 0: an event of the first `filterUs` of the clock stays if it has a
 *     neighbouring pixel at all;
 *   - the grid ends at the largest column and row of the recording, not at the sensor's border;
 *   - exactly `filterUs` later is too late.
 *
 * Works on times as stored, in file order. @returns A copy; the events themselves where `filterUs` is 0.
 */
export function denoise(events: EventStream, filterUs: number): EventStream {
  if (filterUs === 0) return events;
  const { tUs, x, y } = events;
  const count = eventCount(events);
  let width = 0;
  let height = 0;
  for (let i = 0; i < count; i++) {
    if (x[i] >= width) width = x[i] + 1;
    if (y[i] >= height) height = y[i] + 1;
  }
  const stays = createNoiseFilter(filterUs, width, height);
  return selectEvents(events, (i) => stays(tUs[i], x[i], y[i]));
}
