import { AppError, toErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import type { ByteSource } from './byteSource.ts';
import type { DecodeOptions, EventBatch, EventSink, FormatDecoder, Orientation } from './formats/decoder.ts';
import { auditBatch, auditWarnings, createStreamAudit, type StreamWarning } from './streamAudit.ts';

/** Events one recording may have in memory: 13 bytes each and as much again while growing. */
export const MAX_EVENTS_PER_RECORDING = 40_000_000;

export interface CollectOptions extends DecodeOptions {
  /** True keeps what was read before a damaged place and turns the error into a warning. */
  keepDamaged?: boolean;
  /** Default {@link MAX_EVENTS_PER_RECORDING}. */
  maxEvents?: number;
}

export interface CollectedEvents {
  events: EventStream;
  /** How stored coordinates map to an upright picture. */
  orientation: Orientation;
  warnings: StreamWarning[];
}

/** Growable columns: capacity doubles, so that n events cost at most 2n copies. */
function createColumns() {
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
    append(batch: EventBatch): void {
      const needed = count + batch.count;
      if (needed > tUs.length) grow(needed);
      tUs.set(batch.tUs.subarray(0, batch.count), count);
      x.set(batch.x.subarray(0, batch.count), count);
      y.set(batch.y.subarray(0, batch.count), count);
      polarity.set(batch.polarity.subarray(0, batch.count), count);
      count = needed;
    },
    /** Copies of exact length, in buffers of their own (they can be transferred). */
    finish(sensor: SensorSize): EventStream {
      return {
        sensor,
        tUs: tUs.slice(0, count),
        x: x.slice(0, count),
        y: y.slice(0, count),
        polarity: polarity.slice(0, count),
      };
    },
  };
}

/**
 * Decodes one file into columns in memory.
 * @throws AppError of the decoder; `too-many-events`; the signal's reason.
 */
export async function collectEvents(
  decoder: FormatDecoder,
  source: ByteSource,
  options: CollectOptions = {},
): Promise<CollectedEvents> {
  const maxEvents = options.maxEvents ?? MAX_EVENTS_PER_RECORDING;
  const columns = createColumns();
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
      if (audit.eventCount + batch.count > maxEvents) {
        throw new AppError(
          'too-many-events',
          `${source.name} has more than ${maxEvents} events, the limit for one recording.`,
          'Cut the recording into shorter ones.',
        );
      }
      auditBatch(audit, batch);
      columns.append(batch);
    },
    warn(message, offset) {
      warnings.push(offset === undefined ? { message } : { message, offset });
    },
  };
  try {
    await decoder.decode(source, sink, options);
  } catch (error) {
    const isDamage = error instanceof AppError && error.code !== 'cancelled';
    if (!options.keepDamaged || !isDamage || audit.eventCount === 0) throw error;
    const { message, offset } = toErrorData(error);
    sink.warn(`${message} The ${audit.eventCount} events before are kept.`, offset);
  }
  sensor ??= { width: audit.maxX + 1, height: audit.maxY + 1 };
  warnings.push(...auditWarnings(audit, sensor));
  const events = columns.finish(sensor);
  // Frames begin at the first, whether it holds events or not.
  if (frameCount !== undefined) Object.assign(events, { frameCount, originUs: 0 });
  return { events, orientation, warnings };
}
