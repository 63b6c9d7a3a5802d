import type { EventBatch, EventSink } from './decoder.ts';

const BATCH_EVENTS = 1 << 16;

/** Collects single events into batches of bounded size for a sink. */
export interface EventWriter {
  push(tUs: number, x: number, y: number, polarity: number): void;
  /** Hands the last, partly filled batch on. */
  flush(): void;
}

/** The arrays are reused from batch to batch, as the sink's contract allows. */
export function createEventWriter(sink: Pick<EventSink, 'batch'>): EventWriter {
  const batch: EventBatch = {
    count: 0,
    tUs: new Float64Array(BATCH_EVENTS),
    x: new Uint16Array(BATCH_EVENTS),
    y: new Uint16Array(BATCH_EVENTS),
    polarity: new Uint8Array(BATCH_EVENTS),
  };
  function flush(): void {
    if (batch.count > 0) sink.batch(batch);
    batch.count = 0;
  }
  return {
    push(tUs, x, y, polarity) {
      const at = batch.count++;
      batch.tUs[at] = tUs;
      batch.x[at] = x;
      batch.y[at] = y;
      batch.polarity[at] = polarity;
      if (batch.count === BATCH_EVENTS) flush();
    },
    flush,
  };
}
