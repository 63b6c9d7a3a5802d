import { type EventStream, eventCount, type SensorSize } from '../core/eventStream.ts';
import type { EventBatch } from './formats/decoder.ts';

/** What is known of a recording's events as a whole. */
export interface EventFacts {
  eventCount: number;
  /** Smallest and largest time, microseconds; infinite where there are no events. */
  firstUs: number;
  lastUs: number;
  /** Largest column and row; 0 where there are no events. */
  maxX: number;
  maxY: number;
}

/** A recording that is not held: its events are decoded again, batch by batch, whenever they are needed. */
export interface StreamedEvents {
  facts: EventFacts;
  /**
   * Hands all events on, upright and in the order of the file; a batch is valid until the next one. The same events every
   * time.
   * @throws AppError of the decoder, for a file that has changed or is gone; the signal's reason.
   */
  forEachBatch(visit: (batch: EventBatch) => void, signal?: AbortSignal): Promise<void>;
}

/** A recording of a set: its events in memory, or `streamed` from its file. */
export interface LoadedEvents {
  events: EventStream;
  streamed?: StreamedEvents;
}

/** Facts of no events, to be widened by {@link widenFacts}. */
export function noEvents(): EventFacts {
  return {
    eventCount: 0,
    firstUs: Number.POSITIVE_INFINITY,
    lastUs: Number.NEGATIVE_INFINITY,
    maxX: 0,
    maxY: 0,
  };
}

/** Adds events to the facts. */
export function widenFacts(facts: EventFacts, { count, tUs, x, y }: EventBatch): void {
  for (let i = 0; i < count; i++) {
    if (tUs[i] < facts.firstUs) facts.firstUs = tUs[i];
    if (tUs[i] > facts.lastUs) facts.lastUs = tUs[i];
    if (x[i] > facts.maxX) facts.maxX = x[i];
    if (y[i] > facts.maxY) facts.maxY = y[i];
  }
  facts.eventCount += count;
}

/** A recording in memory as one batch. */
export function asBatch(events: EventStream): EventBatch {
  const { tUs, x, y, polarity } = events;
  return { count: eventCount(events), tUs, x, y, polarity };
}

export function factsOf({ events, streamed }: LoadedEvents): EventFacts {
  if (streamed) return streamed.facts;
  const facts = noEvents();
  widenFacts(facts, asBatch(events));
  return facts;
}

/** Columns that grow; capacity doubles, so that n events cost at most 2n copies. */
export interface EventColumns {
  readonly count: number;
  append(batch: EventBatch): void;
  /** Copies of exact length, in buffers of their own (they can be transferred). */
  finish(sensor: SensorSize): EventStream;
}

export function createColumns(): EventColumns {
  let tUs = new Float64Array(1024);
  let x = new Uint16Array(1024);
  let y = new Uint16Array(1024);
  let polarity = new Uint8Array(1024);
  let count = 0;
  function grow(needed: number): void {
    let capacity = tUs.length;
    while (capacity < needed) capacity *= 2;
    const larger = <A extends Float64Array | Uint16Array | Uint8Array>(from: A, to: A): A => {
      to.set(from.subarray(0, count));
      return to;
    };
    tUs = larger(tUs, new Float64Array(capacity));
    x = larger(x, new Uint16Array(capacity));
    y = larger(y, new Uint16Array(capacity));
    polarity = larger(polarity, new Uint8Array(capacity));
  }
  return {
    get count() {
      return count;
    },
    append(batch) {
      const needed = count + batch.count;
      if (needed > tUs.length) grow(needed);
      tUs.set(batch.tUs.subarray(0, batch.count), count);
      x.set(batch.x.subarray(0, batch.count), count);
      y.set(batch.y.subarray(0, batch.count), count);
      polarity.set(batch.polarity.subarray(0, batch.count), count);
      count = needed;
    },
    finish: (sensor) => ({
      sensor,
      tUs: tUs.slice(0, count),
      x: x.slice(0, count),
      y: y.slice(0, count),
      polarity: polarity.slice(0, count),
    }),
  };
}

/**
 * The first events of a recording, in memory.
 * @param maxEvents What comes after is left out.
 */
export async function firstEvents(
  { events, streamed }: LoadedEvents,
  maxEvents: number,
  signal?: AbortSignal,
): Promise<EventStream> {
  if (!streamed) return events;
  const columns = createColumns();
  try {
    await streamed.forEachBatch((batch) => {
      const room = maxEvents - columns.count;
      columns.append(batch.count <= room ? batch : { ...batch, count: room });
      if (columns.count === maxEvents) throw new Error('There are enough events.');
    }, signal);
  } catch (error) {
    // Decoders may wrap what stops them.
    if (columns.count < maxEvents) throw error;
  }
  return { ...events, ...columns.finish(events.sensor) };
}
