import { type EventStream, eventCount } from '../core/eventStream.ts';

/** A recording by time, for players: the stream itself may step back. */
export interface Timeline {
  startUs: number;
  /** Time of the last event. */
  stopUs: number;
  /** Indices of the events in the order of their times; null where the file has that order. */
  order: Uint32Array | null;
  /** Events earlier than `us`. */
  countBefore(us: number): number;
}

export function createTimeline(events: EventStream): Timeline {
  const { tUs } = events;
  const count = eventCount(events);
  let isOrdered = true;
  for (let i = 1; i < count && isOrdered; i++) isOrdered = tUs[i] >= tUs[i - 1];
  const order = isOrdered
    ? null
    : Uint32Array.from(tUs, (_, i) => i).sort((a, b) => tUs[a] - tUs[b] || a - b);
  const timeOf = (i: number) => tUs[order ? order[i] : i];
  return {
    startUs: count === 0 ? 0 : timeOf(0),
    stopUs: count === 0 ? 0 : timeOf(count - 1),
    order,
    countBefore(us) {
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (timeOf(middle) < us) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** A stretch of time, microseconds of the recording's clock. */
export interface TimeRange {
  startUs: number;
  stopUs: number;
}

/** Events per bin of equal length. */
export interface RateCurve {
  binUs: number;
  /** u32[binCount] */
  counts: Uint32Array;
  /** The largest of them. */
  peak: number;
}

/** The event rate over time, of the whole recording where no range is given; the last bin includes the end. */
export function rateCurve(timeline: Timeline, binCount: number, range: TimeRange = timeline): RateCurve {
  const { countBefore } = timeline;
  const { startUs, stopUs } = range;
  const binUs = Math.max(1, stopUs - startUs) / binCount;
  const counts = new Uint32Array(binCount);
  let before = countBefore(startUs);
  for (let bin = 0; bin < binCount; bin++) {
    const until = bin === binCount - 1 ? stopUs + 1 : startUs + (bin + 1) * binUs;
    const upTo = countBefore(until);
    counts[bin] = upTo - before;
    before = upTo;
  }
  return { binUs, counts, peak: counts.reduce((most, count) => Math.max(most, count), 0) };
}
