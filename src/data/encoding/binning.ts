import { type BinningRule, dividesRecording } from './settings.ts';

/** What a rule must know of a recording before its events can be put into steps; of the events that are left. */
export interface RecordingSpan {
  /** Smallest and largest time, microseconds. */
  firstUs: number;
  lastUs: number;
  eventCount: number;
  /** Where windows of fixed length begin: the first event, or the chosen start after it. */
  originUs: number;
}

/** Time step of event number `index` (in file order, from 0) at `tUs`; -1 where the rule leaves it out. */
export type StepOf = (index: number, tUs: number) => number;

interface TimeSettings {
  binning: BinningRule;
  stepDurationUs: number;
  stepCount: number;
}

/** Windows [originUs + i * windowUs, originUs + (i + 1) * windowUs), the first `count` of them. */
function windows(originUs: number, windowUs: number, count: number): StepOf {
  const stopUs = originUs + count * windowUs;
  return (_, tUs) => (tUs < originUs || tUs >= stopUs ? -1 : Math.floor((tUs - originUs) / windowUs));
}

/**
 * Puts events into the T time steps of a sample. All windows are half-open: an event on a border belongs to the later
 * one. T = stepCount, dt = stepDurationUs, D = lastUs - firstUs, N = eventCount.
 *
 *   binary, counts       windows of dt from the origin; what is left of the recording after T windows is left out, what
 *                        is missing stays empty.
 *   tonicTimeWindow      ToFrame(time_window=dt): only whole windows, max(1, floor((lastUs - originUs) / dt)) of them, so
 *                        that the last, incomplete one is left out; then as above.
 *   tonicTimeBins        ToFrame(n_time_bins=T): windows of floor(D / T) us from the first event. The last event is never
 *                        in one where T divides D, and nothing is where D < T.
 *   spikingJellyNumber   split by number: floor(N / T) events per step in file order; the last step takes the rest too.
 *   spikingJellyTime     split by time: windows of floor(D / T) us from the first event; the last step takes the rest
 *                        too. (The library fails on a window without events; here it is an empty frame.)
 *
 * Sources: tonic/slicers.py SliceByTime and SliceByTimeBins without overlap; spikingjelly/datasets/utils.py
 * cal_fixed_frames_number_segment_index. Both take sorted times for granted; here every event goes by its own time.
 */
export function createBinning(settings: TimeSettings, span: RecordingSpan): StepOf {
  const { binning, stepDurationUs, stepCount } = settings;
  const { firstUs, lastUs, eventCount, originUs } = span;
  const partUs = Math.floor((lastUs - firstUs) / stepCount);
  switch (binning) {
    case 'binary':
    case 'counts':
      return windows(originUs, stepDurationUs, stepCount);
    case 'tonicTimeWindow': {
      const whole = Math.max(1, Math.floor((lastUs - originUs) / stepDurationUs));
      return windows(originUs, stepDurationUs, Math.min(stepCount, whole));
    }
    case 'tonicTimeBins':
      return windows(firstUs, partUs, stepCount);
    case 'spikingJellyNumber': {
      const share = Math.floor(eventCount / stepCount);
      return (index) => (share === 0 ? stepCount - 1 : Math.min(stepCount - 1, Math.floor(index / share)));
    }
    case 'spikingJellyTime':
      return (_, tUs) =>
        partUs === 0 ? stepCount - 1 : Math.min(stepCount - 1, Math.floor((tUs - firstUs) / partUs));
  }
}

/**
 * Where the T windows begin and end, microseconds, for people: [startUs, stopUs). Null for `spikingJellyNumber`, whose
 * steps are no windows of time.
 */
export function windowSpan(
  settings: TimeSettings,
  span: RecordingSpan,
): { startUs: number; stopUs: number; stepUs: number } | null {
  const { binning, stepDurationUs, stepCount } = settings;
  if (binning === 'spikingJellyNumber') return null;
  const { firstUs, lastUs, originUs } = span;
  if (!dividesRecording(binning)) {
    const whole = Math.max(1, Math.floor((lastUs - originUs) / stepDurationUs));
    const count = binning === 'tonicTimeWindow' ? Math.min(stepCount, whole) : stepCount;
    return { startUs: originUs, stopUs: originUs + count * stepDurationUs, stepUs: stepDurationUs };
  }
  const stepUs = Math.floor((lastUs - firstUs) / stepCount);
  const stopUs = binning === 'spikingJellyTime' ? lastUs + 1 : firstUs + stepCount * stepUs;
  return { startUs: firstUs, stopUs, stepUs };
}
