import { type EventStream, eventCount, type SensorSize } from '../../core/eventStream.ts';
import type { EventBatch, Orientation } from '../formats/decoder.ts';

/** A mirror that works in place. */
export interface Mirror {
  /** Pixel grid of the upright picture. */
  sensor: SensorSize;
  /**
   * Turns a batch upright, in place. Events outside the sensor are dropped: they have no mirror image.
   * @returns How many are left.
   */
  apply(batch: EventBatch): number;
}

/** Null where stored pictures are upright. */
export function mirrorOf(orientation: Orientation, { width, height }: SensorSize): Mirror | null {
  if (orientation === 'identity') return null;
  const isSwapped = orientation === 'swapFlip';
  return {
    sensor: isSwapped ? { width: height, height: width } : { width, height },
    apply({ count, tUs, x, y, polarity }) {
      let to = 0;
      for (let from = 0; from < count; from++) {
        const storedX = x[from];
        const storedY = y[from];
        if (storedX >= width || storedY >= height) continue;
        tUs[to] = tUs[from];
        x[to] = isSwapped ? height - 1 - storedY : orientation === 'flipXY' ? width - 1 - storedX : storedX;
        y[to] = isSwapped ? width - 1 - storedX : height - 1 - storedY;
        polarity[to++] = polarity[from];
      }
      return to;
    },
  };
}

/** The same events with the origin at the top left and y downwards; the input is left as it is. */
export function upright(events: EventStream, orientation: Orientation): EventStream {
  const mirror = mirrorOf(orientation, events.sensor);
  if (!mirror) return events;
  const copy = {
    count: eventCount(events),
    tUs: events.tUs.slice(),
    x: events.x.slice(),
    y: events.y.slice(),
    polarity: events.polarity.slice(),
  };
  const count = mirror.apply(copy);
  if (count === copy.count) {
    const { tUs, x, y, polarity } = copy;
    return { sensor: mirror.sensor, tUs, x, y, polarity };
  }
  return {
    sensor: mirror.sensor,
    tUs: copy.tUs.slice(0, count),
    x: copy.x.slice(0, count),
    y: copy.y.slice(0, count),
    polarity: copy.polarity.slice(0, count),
  };
}
