import { AppError, toErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import type { ByteSource } from './byteSource.ts';
import type { DecodeOptions, EventSink, FormatDecoder, Orientation } from './formats/decoder.ts';
import { auditBatch, auditWarnings, createStreamAudit, type StreamWarning } from './streamAudit.ts';
import { createColumns, type EventColumns } from './streamedEvents.ts';

export interface CollectOptions extends DecodeOptions {
  /** True keeps what was read before a damaged place and turns the error into a warning. */
  keepDamaged?: boolean;
}

export interface CollectedEvents {
  events: EventStream;
  /** How stored coordinates map to an upright picture. */
  orientation: Orientation;
  warnings: StreamWarning[];
}

export interface ScannedEvents extends Omit<CollectedEvents, 'events'> {
  /** Null where there are more events than are held. */
  events: EventStream | null;
  sensor: SensorSize;
  /** Of the events as stored. */
  eventCount: number;
  frameCount?: number;
}

/** The error of a decoder that had read some events before. */
export class BrokenRecording extends AppError {
  readonly eventsBefore: number;

  constructor({ code, message, hint, offset }: AppError, eventsBefore: number) {
    super(code, message, hint, offset);
    this.eventsBefore = eventsBefore;
  }
}

/**
 * Reads one file to its end, into columns in memory where it has no more than `heldEvents` events.
 * @throws {@link BrokenRecording} where events came before an AppError of the decoder, else that error; the signal's reason.
 */
export async function scanEvents(
  decoder: FormatDecoder,
  source: ByteSource,
  heldEvents: number,
  options: CollectOptions = {},
): Promise<ScannedEvents> {
  let columns: EventColumns | null = createColumns();
  const audit = createStreamAudit();
  const warnings: StreamWarning[] = [];
  let sensor: SensorSize | undefined;
  let orientation: Orientation = 'identity';
  let frameCount: number | undefined;
  const sink: EventSink = {
    sensor(size, stored) {
      sensor = size;
      orientation = stored;
    },
    frames(count) {
      frameCount = count;
    },
    batch(batch) {
      auditBatch(audit, batch);
      if (audit.eventCount > heldEvents) columns = null;
      columns?.append(batch);
    },
    warn(message, offset) {
      warnings.push(offset === undefined ? { message } : { message, offset });
    },
  };
  try {
    await decoder.decode(source, sink, options);
  } catch (error) {
    const isDamage = error instanceof AppError && error.code !== 'cancelled';
    if (!isDamage || audit.eventCount === 0) throw error;
    if (!options.keepDamaged) throw new BrokenRecording(error, audit.eventCount);
    const { message, offset } = toErrorData(error);
    sink.warn(`${message} The ${audit.eventCount} events before are kept.`, offset);
  }
  sensor ??= { width: audit.maxX + 1, height: audit.maxY + 1 };
  warnings.push(...auditWarnings(audit, sensor));
  const events = columns?.finish(sensor) ?? null;
  const { eventCount } = audit;
  if (frameCount === undefined) return { events, sensor, eventCount, orientation, warnings };
  // Frames begin at the first, whether it holds events or not.
  if (events) Object.assign(events, { frameCount, originUs: 0 });
  return { events, sensor, eventCount, frameCount, orientation, warnings };
}

/** Decodes one file into columns in memory. @throws as {@link scanEvents} */
export async function collectEvents(
  decoder: FormatDecoder,
  source: ByteSource,
  options: CollectOptions = {},
): Promise<CollectedEvents> {
  const scanned = await scanEvents(decoder, source, Number.POSITIVE_INFINITY, options);
  const { orientation, warnings } = scanned;
  return { events: scanned.events as EventStream, orientation, warnings };
}
