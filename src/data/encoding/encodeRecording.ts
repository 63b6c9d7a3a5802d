import { type FrameShape, frameBit, planesFor, wordsPerFrame } from '../../core/encodedDataset.ts';
import { type EventStream, eventCount } from '../../core/eventStream.ts';
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
  const facts: EncodingFacts = {
    eventCount: eventCount(events),
    noise: eventCount(events) - eventCount(clean),
    early: eventCount(clean) - eventCount(used),
    late: 0,
    outside: 0,
    cutOff: 0,
    kept: 0,
    perStep: new Uint32Array(stepCount),
    firstUsOfStep: new Float64Array(stepCount).fill(Number.POSITIVE_INFINITY),
    span: spanOf(used, originUs),
  };
  if (!facts.span) return facts;

  const stepOf = createBinning(complete, facts.span);
  const { columnOf, rowOf } = mapPixels(events.sensor, shape, complete);
  const { tUs, x, y, polarity } = used;
  const maxCount = largestCount(complete);
  const planeWords = wordsPerFrame(shape);
  const stepWords = planesFor(maxCount) * planeWords;
  for (let i = 0; i < used.tUs.length; i++) {
    const step = stepOf(i, tUs[i]);
    if (step < 0) {
      facts.late++;
      continue;
    }
    if (tUs[i] < facts.firstUsOfStep[step]) facts.firstUsOfStep[step] = tUs[i];
    const column = x[i] < columnOf.length ? columnOf[x[i]] : -1;
    const row = y[i] < rowOf.length ? rowOf[y[i]] : -1;
    if (column < 0 || row < 0) {
      facts.outside++;
      continue;
    }
    facts.perStep[step]++;
    const bit = frameBit(shape, shape.channels === 1 ? 0 : polarity[i], row, column);
    const word = wordOffset + step * stepWords + (bit >>> 5);
    if (raise(bits, word, 1 << (bit & 31), planeWords, maxCount)) facts.kept++;
    else facts.cutOff++;
  }
  return facts;
}
