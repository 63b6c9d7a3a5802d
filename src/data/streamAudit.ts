import type { SensorSize } from '../core/eventStream.ts';
import type { EventBatch } from './formats/decoder.ts';

/** Something odd in a recording that did not stop its import. */
export interface StreamWarning {
  message: string;
  /** Byte offset in the file, where there is one. */
  offset?: number;
}

/** Figures of a stream, gathered batch by batch; the same for an import and for `npm run inspect`. */
export interface StreamAudit {
  eventCount: number;
  /** Time of the first and last event in file order, microseconds; NaN while there are none. */
  firstUs: number;
  lastUs: number;
  onCount: number;
  maxX: number;
  maxY: number;
  /** Events whose time is below that of the event before. */
  backwardSteps: number;
  /** Index of the first such event. */
  firstBackward: number;
}

export function createStreamAudit(): StreamAudit {
  return {
    eventCount: 0,
    firstUs: Number.NaN,
    lastUs: Number.NaN,
    onCount: 0,
    maxX: 0,
    maxY: 0,
    backwardSteps: 0,
    firstBackward: -1,
  };
}

/** Adds a batch to the figures. */
export function auditBatch(audit: StreamAudit, batch: EventBatch): void {
  if (batch.count === 0) return;
  let previousUs = audit.eventCount === 0 ? batch.tUs[0] : audit.lastUs;
  if (audit.eventCount === 0) audit.firstUs = previousUs;
  let { onCount, maxX, maxY } = audit;
  for (let i = 0; i < batch.count; i++) {
    const tUs = batch.tUs[i];
    if (tUs < previousUs) {
      if (audit.backwardSteps === 0) audit.firstBackward = audit.eventCount + i;
      audit.backwardSteps++;
    }
    previousUs = tUs;
    onCount += batch.polarity[i];
    if (batch.x[i] > maxX) maxX = batch.x[i];
    if (batch.y[i] > maxY) maxY = batch.y[i];
  }
  audit.lastUs = previousUs;
  audit.onCount = onCount;
  audit.maxX = maxX;
  audit.maxY = maxY;
  audit.eventCount += batch.count;
}

/** What a reader should know about the stream as a whole; empty for a clean one. */
export function auditWarnings(audit: StreamAudit, sensor: SensorSize): StreamWarning[] {
  const warnings: StreamWarning[] = [];
  if (audit.eventCount === 0) warnings.push({ message: 'The recording has no events.' });
  if (audit.backwardSteps > 0) {
    warnings.push({
      message:
        `Time runs backwards ${audit.backwardSteps} times, first at event ${audit.firstBackward}. ` +
        'The order of the file is kept.',
    });
  }
  if (audit.maxX >= sensor.width || audit.maxY >= sensor.height) {
    warnings.push({
      message:
        `Events reach x = ${audit.maxX}, y = ${audit.maxY}, outside the sensor of ${sensor.width}x${sensor.height} ` +
        'pixels. Those outside are left out of the frames.',
    });
  }
  return warnings;
}
