import { TEST, TRAIN } from '../core/encodedDataset.ts';
import type { DataSummary } from './dataMessages.ts';
import type { RecordingSet } from './recordingSet.ts';

/** Counts per class and split, mean event rate and duration of a set. Recordings without events count as 0 us long. */
export function summarize(set: RecordingSet): DataSummary {
  const classes = set.classNames.map((name) => ({ name, train: 0, test: 0 }));
  let events = 0;
  let durationUs = 0;
  for (const recording of set.recordings) {
    const { tUs } = recording.events;
    classes[recording.classIndex][recording.split === TEST ? 'test' : 'train']++;
    events += tUs.length;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const time of tUs) {
      if (time < low) low = time;
      if (time > high) high = time;
    }
    if (tUs.length > 0) durationUs += high - low;
  }
  const recordingCount = set.recordings.length;
  return {
    name: set.name,
    synthetic: set.synthetic,
    sensor: set.sensor,
    classes,
    recordingCount,
    eventsPerSecond: durationUs > 0 ? events / (durationUs / 1e6) : 0,
    durationUs: recordingCount > 0 ? durationUs / recordingCount : 0,
    problems: set.problems,
    ...(set.origin ? { origin: set.origin } : {}),
  };
}

/** 'train' or 'test', for people. */
export function splitName(split: number): 'train' | 'test' {
  return split === TRAIN ? 'train' : 'test';
}
