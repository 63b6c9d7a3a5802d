import { type EventStream, eventCount } from '../../core/eventStream.ts';
import type { Orientation } from '../formats/decoder.ts';

/**
 * The same events with the origin at the top left and y downwards. Events outside the sensor are dropped: they have
 * no mirror image. The input is left as it is.
 */
export function upright(events: EventStream, orientation: Orientation): EventStream {
  if (orientation === 'identity') return events;
  const { width, height } = events.sensor;
  const isSwapped = orientation === 'swapFlip';
  const inside = Array.from({ length: eventCount(events) }, (_, i) => i).filter(
    (i) => events.x[i] < width && events.y[i] < height,
  );
  const x = new Uint16Array(inside.length);
  const y = new Uint16Array(inside.length);
  for (const [to, from] of inside.entries()) {
    const storedX = events.x[from];
    const storedY = events.y[from];
    x[to] = isSwapped ? height - 1 - storedY : orientation === 'flipXY' ? width - 1 - storedX : storedX;
    y[to] = isSwapped ? width - 1 - storedX : height - 1 - storedY;
  }
  return {
    sensor: isSwapped ? { width: height, height: width } : { width, height },
    tUs: Float64Array.from(inside, (i) => events.tUs[i]),
    x,
    y,
    polarity: Uint8Array.from(inside, (i) => events.polarity[i]),
  };
}
