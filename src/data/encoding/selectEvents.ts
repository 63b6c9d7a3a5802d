import { type EventStream, eventCount } from '../../core/eventStream.ts';

/**
 * The events for which `keep` says so, in order; it is asked once per event, in order.
 * @returns A copy; the events themselves where all of them stay.
 */
export function selectEvents(events: EventStream, keep: (index: number) => boolean): EventStream {
  const count = eventCount(events);
  const kept = new Uint8Array(count);
  let keptCount = 0;
  for (let i = 0; i < count; i++) {
    if (!keep(i)) continue;
    kept[i] = 1;
    keptCount++;
  }
  if (keptCount === count) return events;
  const selected: EventStream = {
    ...events,
    tUs: new Float64Array(keptCount),
    x: new Uint16Array(keptCount),
    y: new Uint16Array(keptCount),
    polarity: new Uint8Array(keptCount),
  };
  for (let from = 0, to = 0; from < count; from++) {
    if (kept[from] === 0) continue;
    selected.tUs[to] = events.tUs[from];
    selected.x[to] = events.x[from];
    selected.y[to] = events.y[from];
    selected.polarity[to++] = events.polarity[from];
  }
  return selected;
}
