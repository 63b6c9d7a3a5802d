import { type FrameShape, frameBit, planesFor, wordsPerFrame } from '../../core/encodedDataset.ts';
import { type EventStream, eventCount, type SensorSize } from '../../core/eventStream.ts';
import { createBinning, type RecordingSpan } from './binning.ts';
import { denoise } from './denoise.ts';
import { mapPixels } from './pixels.ts';
import { selectEvents } from './selectEvents.ts';
import { type CompleteSettings, completeSettings, type EncodingSettings, largestCount } from './settings.ts';

/** What became of a recording's events. Every event is counted once. */
export interface EncodingFacts {
  /** Events of the recording. */
  eventCount: number;
  /** Dropped by the noise filter. */
  noise: number;
  /** Before the chosen start. */
  early: number;
  /** In none of the T steps. */
  late: number;
  /** Outside the sensor, or outside the crop. */
  outside: number;
  /** Raised a cell that was full already: a bit that was set, a count at its largest. */
  cutOff: number;
  /** Raised a cell: what the network gets. */
  kept: number;
  /** u32[stepCount]: events of each step that fall into the frame, `cutOff` ones included. */
  perStep: Uint32Array;
  /** f64[stepCount]: smallest time of an event of each step, outside the frame or not; infinite where there is none. */
  firstUsOfStep: Float64Array;
  /** Of the events that passed the noise filter and the start; null where there are none. */
  span: RecordingSpan | null;
}

/** The beginning of a recording: where the file says so, else its smallest time, wherever that stands in the file. */
export function recordingStart({ tUs, originUs }: EventStream): number {
  if (originUs !== undefined) return originUs;
  let firstUs = Number.POSITIVE_INFINITY;
  for (const t of tUs) if (t < firstUs) firstUs = t;
  return firstUs;
}

function spanOf(events: EventStream, originUs: number): RecordingSpan | null {
  const count = eventCount(events);
  if (count === 0) return null;
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const t of events.tUs) {
    if (t < firstUs) firstUs = t;
    if (t > lastUs) lastUs = t;
  }
  return { firstUs, lastUs, eventCount: count, originUs };
}

/** Adds 1 to a count kept in bit planes of `planeWords` words each. @returns False where it is at `maxCount` already. */
function raise(bits: Uint32Array, word: number, mask: number, planeWords: number, maxCount: number): boolean {
  if (maxCount === 1) {
    if ((bits[word] & mask) !== 0) return false;
    bits[word] |= mask;
    return true;
  }
  const planes = planesFor(maxCount);
  let count = 0;
  for (let plane = 0; plane < planes; plane++)
    if ((bits[word + plane * planeWords] & mask) !== 0) count |= 1 << plane;
  if (count >= maxCount) return false;
  // A carry runs through the planes that are set.
  for (let at = word; ; at += planeWords) {
    bits[at] ^= mask;
    if ((bits[at] & mask) !== 0) return true;
  }
}

/** Counts of a recording of which nothing is encoded yet. */
export function noFacts(
  stepCount: number,
  counts: Pick<EncodingFacts, 'eventCount' | 'noise' | 'early'>,
  span: RecordingSpan | null,
): EncodingFacts {
  return {
    ...counts,
    late: 0,
    outside: 0,
    cutOff: 0,
    kept: 0,
    perStep: new Uint32Array(stepCount),
    firstUsOfStep: new Float64Array(stepCount).fill(Number.POSITIVE_INFINITY),
    span,
  };
}

/** Puts single events into the frames of a recording. */
export interface FrameWriter {
  /** @param index Number of the event among those that passed the noise filter and the start, in file order. */
  add(index: number, tUs: number, x: number, y: number, polarity: number): void;
}

/**
 * @param bits u32[stepCount][planes][wordsPerFrame] at `wordOffset`, zero before; events are added to it.
 * @param facts Counts what becomes of the events.
 */
export function createFrameWriter(
  settings: CompleteSettings,
  shape: FrameShape,
  sensor: SensorSize,
  span: RecordingSpan,
  bits: Uint32Array,
  wordOffset: number,
  facts: EncodingFacts,
): FrameWriter {
  const stepOf = createBinning(settings, span);
  const { columnOf, rowOf } = mapPixels(sensor, shape, settings);
  const maxCount = largestCount(settings);
  const planeWords = wordsPerFrame(shape);
  const stepWords = planesFor(maxCount) * planeWords;
  return {
    add(index, tUs, x, y, polarity) {
      const step = stepOf(index, tUs);
      if (step < 0) {
        facts.late++;
        return;
      }
      if (tUs < facts.firstUsOfStep[step]) facts.firstUsOfStep[step] = tUs;
      const column = x < columnOf.length ? columnOf[x] : -1;
      const row = y < rowOf.length ? rowOf[y] : -1;
      if (column < 0 || row < 0) {
        facts.outside++;
        return;
      }
      facts.perStep[step]++;
      const bit = frameBit(shape, shape.channels === 1 ? 0 : polarity, row, column);
      const word = wordOffset + step * stepWords + (bit >>> 5);
      if (raise(bits, word, 1 << (bit & 31), planeWords, maxCount)) facts.kept++;
      else facts.cutOff++;
    },
  };
}

/**
 * Writes the frames of one recording. In this order: the noise filter over the whole recording; the start; the rule that
 * cuts time into steps (binning.ts), which sees every event that is left, also those that fall outside the frame; the
 * reduction of the sensor to the frame; the polarity. A cell then counts its events up to `maxCount` (1: a bit).
 *
 * @param shape As {@link checkEncoding} gave it for these settings.
 * @param bits u32[stepCount][planes][wordsPerFrame] at `wordOffset`, zero before; adds to it. Order of bits: frameBit.
 */
export function encodeRecording(
  events: EventStream,
  settings: EncodingSettings,
  shape: FrameShape,
  bits: Uint32Array,
  wordOffset = 0,
): EncodingFacts {
  const complete: CompleteSettings = completeSettings(settings);
  const { stepCount, startUs, denoiseUs } = complete;
  const clean = denoise(events, denoiseUs);
  const originUs = recordingStart(clean) + startUs;
  const used = startUs === 0 ? clean : selectEvents(clean, (i) => clean.tUs[i] >= originUs);
  const counts = {
    eventCount: eventCount(events),
    noise: eventCount(events) - eventCount(clean),
    early: eventCount(clean) - eventCount(used),
  };
  const facts = noFacts(stepCount, counts, spanOf(used, originUs));
  if (!facts.span) return facts;
  const writer = createFrameWriter(complete, shape, events.sensor, facts.span, bits, wordOffset, facts);
  const { tUs, x, y, polarity } = used;
  for (let i = 0; i < used.tUs.length; i++) writer.add(i, tUs[i], x[i], y[i], polarity[i]);
  return facts;
}
