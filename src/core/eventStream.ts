/** Pixel grid of an event camera. */
export interface SensorSize {
  width: number;
  height: number;
}

/**
 * One recording as columns; entry i of each column is event i, in file order.
 *
 * tUs       f64[eventCount]  time in microseconds, integer-valued (below 2^53), as stored, wraps undone
 * x, y      u16[eventCount]  pixel, as stored in the file (no flips)
 * polarity  u8[eventCount]   1 = ON (brighter), 0 = OFF
 */
export interface EventStream {
  sensor: SensorSize;
  /** When the recording begins, where the file says so; absent: at its first event. */
  originUs?: number;
  /** How many frames of counts the events were made of, where the file held frames; absent: a recording of events. */
  frameCount?: number;
  tUs: Float64Array;
  x: Uint16Array;
  y: Uint16Array;
  polarity: Uint8Array;
}

export function eventCount(events: EventStream): number {
  return events.tUs.length;
}
