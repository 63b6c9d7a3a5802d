import { AppError } from '../core/errors.ts';
import type { SensorSize } from '../core/eventStream.ts';
import { createSha256 } from '../core/sha256.ts';
import type { ByteSource } from './byteSource.ts';
import type { DecodeOptions, EventBatch, Orientation } from './formats/decoder.ts';
import { detectFormat } from './formats/detectFormat.ts';
import { auditBatch, auditWarnings, createStreamAudit, type StreamWarning } from './streamAudit.ts';

/** What `npm run inspect` prints about an event file. */
export interface InspectReport {
  /** Id of the format. */
  format: string;
  width: number;
  height: number;
  events: number;
  /** Times of the first and last event in file order, microseconds as stored (wraps undone); null without events. */
  tFirstUs: number | null;
  tLastUs: number | null;
  onEvents: number;
  /** sha256 of the canonical stream, see {@link canonicalRecords}. */
  sha256: string;
  /** How stored coordinates map to an upright picture; the figures above are as stored. */
  orientation: Orientation;
  warnings: string[];
}

const RECORD_BYTES = 13;

/** Packed little-endian records t u64 (us), x u16, y u16, polarity u8: the canonical form of a stream, in file order. */
export function canonicalRecords(batch: EventBatch): Uint8Array {
  const bytes = new Uint8Array(batch.count * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0, at = 0; i < batch.count; i++, at += RECORD_BYTES) {
    const tUs = batch.tUs[i];
    view.setUint32(at, tUs >>> 0, true);
    view.setUint32(at + 4, Math.floor(tUs / 0x100000000), true);
    view.setUint16(at + 8, batch.x[i], true);
    view.setUint16(at + 10, batch.y[i], true);
    bytes[at + 12] = batch.polarity[i];
  }
  return bytes;
}

function warningText({ message, offset }: StreamWarning): string {
  return offset === undefined ? message : `${message} (offset ${offset})`;
}

/**
 * Decodes an event file with the importer's own decoder and sums it up. Memory does not grow with the file.
 * @throws AppError of format detection and of the decoder; the signal's reason.
 */
export async function inspectSource(source: ByteSource, options: DecodeOptions = {}): Promise<InspectReport> {
  const decoder = await detectFormat(source);
  const audit = createStreamAudit();
  const hash = createSha256();
  const warnings: StreamWarning[] = [];
  let sensor: SensorSize | undefined;
  let orientation: Orientation = 'identity';
  await decoder.decode(
    source,
    {
      sensor(size, stored) {
        sensor = size;
        orientation = stored;
      },
      batch(batch) {
        auditBatch(audit, batch);
        hash.update(canonicalRecords(batch));
      },
      warn(message, offset) {
        warnings.push(offset === undefined ? { message } : { message, offset });
      },
    },
    options,
  );
  if (!sensor)
    throw new AppError('sensor-unknown', `${source.name} does not say its sensor size.`, 'Choose it.');
  warnings.push(...auditWarnings(audit, sensor));
  return {
    format: decoder.id,
    width: sensor.width,
    height: sensor.height,
    events: audit.eventCount,
    tFirstUs: audit.eventCount > 0 ? audit.firstUs : null,
    tLastUs: audit.eventCount > 0 ? audit.lastUs : null,
    onEvents: audit.onCount,
    sha256: hash.digestHex(),
    orientation,
    warnings: warnings.map(warningText),
  };
}
