import { AppError } from '../../core/errors.ts';
import { type EventStream, eventCount, type SensorSize } from '../../core/eventStream.ts';
import { type CollectOptions, type ScannedEvents, scanEvents } from '../collectEvents.ts';
import type { EventBatch, EventSink } from '../formats/decoder.ts';
import { detectFormat } from '../formats/detectFormat.ts';
import type { StreamWarning } from '../streamAudit.ts';
import {
  asBatch,
  createColumns,
  type EventFacts,
  type LoadedEvents,
  noEvents,
  widenFacts,
} from '../streamedEvents.ts';
import { type Candidate, withOpened } from './candidates.ts';
import { mirrorOf, upright } from './orientation.ts';

/** Events of one recording that are decoded into memory at once, 13 bytes each; of a longer one they are streamed. */
export const WHOLE_EVENTS = 4_000_000;

export type ReadOptions = Omit<CollectOptions, 'onProgress'>;

/** A file of events that was read once, and can be read again. */
export interface ReadFile {
  path: string;
  /** Upright; null for a recording that is too long to be held at once. */
  events: EventStream | null;
  sensor: SensorSize;
  frameCount?: number;
  warnings: StreamWarning[];
  /** Hands the events on, upright, in the order of the file. @throws as StreamedEvents.forEachBatch */
  forEachBatch(visit: (batch: EventBatch) => void, signal?: AbortSignal): Promise<void>;
}

/** The recording that was decoded last: the trials of one are asked for one after the other. */
export interface DecodedFile {
  path: string;
  events: EventStream;
}

/** Reads a file to its end. @throws AppError of the format, BrokenRecording; the signal's reason. */
export function readFile(
  candidate: Candidate,
  options: ReadOptions,
  onProgress: (bytesRead: number) => void,
  latest: { file: DecodedFile | null },
): Promise<ReadFile> {
  const { path } = candidate;
  return withOpened(candidate, options.signal, async (source) => {
    const decoder = await detectFormat(source);
    const scanned = await scanEvents(decoder, source, WHOLE_EVENTS, { ...options, onProgress });
    const { frameCount, warnings, orientation } = scanned;
    const events = scanned.events && upright(scanned.events, orientation);
    const sensor = mirrorOf(orientation, scanned.sensor)?.sensor ?? scanned.sensor;
    return {
      path,
      events,
      sensor,
      ...(frameCount !== undefined && { frameCount }),
      warnings,
      forEachBatch: (visit, signal) => readAgain(candidate, { ...options, signal }, scanned, latest, visit),
    };
  });
}

/** Decodes a file that was scanned before. */
async function readAgain(
  candidate: Candidate,
  options: ReadOptions,
  scanned: Pick<ScannedEvents, 'sensor' | 'orientation' | 'eventCount'>,
  latest: { file: DecodedFile | null },
  visit: (batch: EventBatch) => void,
): Promise<void> {
  const { path } = candidate;
  if (latest.file?.path === path) {
    visit(asBatch(latest.file.events));
    return;
  }
  const mirror = mirrorOf(scanned.orientation, scanned.sensor);
  const columns = scanned.eventCount <= WHOLE_EVENTS ? createColumns() : null;
  let isVisiting = true;
  let decoded = 0;
  const sink: EventSink = {
    sensor() {},
    warn() {},
    batch(batch) {
      decoded += batch.count;
      const count = mirror ? mirror.apply(batch) : batch.count;
      const turned = { ...batch, count };
      if (columns) columns.append(turned);
      else if (isVisiting) visit(turned);
    },
  };
  await withOpened(candidate, options.signal, async (source) => {
    const decoder = await detectFormat(source);
    try {
      await decoder.decode(source, sink, options);
    } catch (error) {
      isVisiting = false;
      options.signal?.throwIfAborted();
      // What stands before a damaged place was kept on purpose.
      if (!options.keepDamaged || decoded !== scanned.eventCount) throw error;
    }
  });
  if (decoded !== scanned.eventCount) {
    throw new AppError(
      'recording-changed',
      `${path} has ${decoded} events now; it had ${scanned.eventCount} when it was imported.`,
      'Drop the recordings again.',
    );
  }
  if (!columns) return;
  const events = columns.finish(mirror?.sensor ?? scanned.sensor);
  latest.file = { path, events };
  visit(asBatch(events));
}

/** Goes through a file once more for facts about some of its events each; a batch of `pick` is valid until the next call. */
export async function factsOfParts(
  file: ReadFile,
  parts: readonly ((batch: EventBatch) => EventBatch)[],
  signal?: AbortSignal,
): Promise<EventFacts[]> {
  const facts = parts.map(noEvents);
  await file.forEachBatch((batch) => {
    for (const [i, pick] of parts.entries()) widenFacts(facts[i], pick(batch));
  }, signal);
  return facts;
}

/** The events with startUs <= t < stopUs; copies. */
export function inWindow({ startUs, stopUs }: { startUs: number; stopUs: number }) {
  return (batch: EventBatch): EventBatch => {
    const { count, tUs, x, y, polarity } = batch;
    let inside = 0;
    for (let i = 0; i < count; i++) if (tUs[i] >= startUs && tUs[i] < stopUs) inside++;
    const part: EventBatch = {
      count: inside,
      tUs: new Float64Array(inside),
      x: new Uint16Array(inside),
      y: new Uint16Array(inside),
      polarity: new Uint8Array(inside),
    };
    for (let from = 0, to = 0; to < inside; from++) {
      if (tUs[from] < startUs || tUs[from] >= stopUs) continue;
      part.tUs[to] = tUs[from];
      part.x[to] = x[from];
      part.y[to] = y[from];
      part.polarity[to++] = polarity[from];
    }
    return part;
  };
}

/** No events, with what a recording says of itself besides them. */
function withoutEvents({
  sensor,
  originUs,
  frameCount,
}: Omit<EventStream, 'tUs' | 'x' | 'y' | 'polarity'>): EventStream {
  return {
    sensor,
    ...(originUs !== undefined && { originUs }),
    ...(frameCount !== undefined && { frameCount }),
    tUs: new Float64Array(0),
    x: new Uint16Array(0),
    y: new Uint16Array(0),
    polarity: new Uint8Array(0),
  };
}

/** A recording whose events stay in their file. @param pick The part of each batch that belongs to it. */
export function streamedRecording(
  file: ReadFile,
  facts: EventFacts,
  pick: (batch: EventBatch) => EventBatch = (batch) => batch,
): LoadedEvents {
  const { sensor, frameCount } = file;
  const events = withoutEvents({
    sensor,
    ...(frameCount !== undefined && { frameCount, originUs: 0 }),
  });
  return {
    events,
    streamed: {
      facts,
      forEachBatch: (visit, signal) => file.forEachBatch((batch) => visit(pick(batch)), signal),
    },
  };
}

/** Room for events in memory; what does not fit stays in its file. */
export interface EventBudget {
  /** True, and the room is taken, where the events fit. */
  take(events: EventStream): boolean;
}

export function createBudget(maxEvents: number): EventBudget {
  let held = 0;
  return {
    take(events) {
      const count = eventCount(events);
      if (held + count > maxEvents) return false;
      held += count;
      return true;
    },
  };
}
