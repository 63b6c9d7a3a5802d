import { TEST, TRAIN } from '../core/encodedDataset.ts';
import type { DataSummary } from './dataMessages.ts';
import { FRAME_US } from './formats/frameTime.ts';
import type { ImageSet, LoadedSet, Recording, RecordingSet } from './recordingSet.ts';
import { factsOf } from './streamedEvents.ts';

/** Counts per class and split; of recordings mean event rate and duration. Recordings without events are 0 us long. */
export function summarize(set: LoadedSet): DataSummary {
  return set.kind === 'frames' ? summarizeImages(set) : summarizeRecordings(set);
}

function summarizeImages(set: ImageSet): DataSummary {
  const classes = set.classNames.map((name) => ({ name, train: 0, test: 0 }));
  for (const [i, label] of set.labels.entries()) classes[label][splitName(set.split[i])]++;
  const { channels, height, width } = set.shape;
  return {
    kind: 'frames',
    name: set.name,
    synthetic: set.synthetic,
    sensor: { width, height },
    channels,
    classes,
    recordingCount: set.labels.length,
    eventsPerSecond: 0,
    durationUs: 0,
    problems: set.problems,
    origin: set.origin,
  };
}

function summarizeRecordings(set: RecordingSet): DataSummary {
  const classes = set.classNames.map((name) => ({ name, train: 0, test: 0 }));
  let events = 0;
  let durationUs = 0;
  for (const recording of set.recordings) {
    const { eventCount, firstUs, lastUs } = factsOf(recording);
    classes[recording.classIndex][recording.split === TEST ? 'test' : 'train']++;
    events += eventCount;
    if (eventCount > 0) durationUs += lastUs - firstUs;
  }
  const recordingCount = set.recordings.length;
  return {
    kind: 'events',
    name: set.name,
    synthetic: set.synthetic,
    sensor: set.sensor,
    channels: set.channels ?? 2,
    classes,
    recordingCount,
    eventsPerSecond: durationUs > 0 ? events / (durationUs / 1e6) : 0,
    durationUs: recordingCount > 0 ? durationUs / recordingCount : 0,
    problems: set.problems,
    ...frameStackOf(set.recordings),
    ...streamedCountOf(set.recordings),
    ...(set.origin ? { origin: set.origin } : {}),
  };
}

/** The longest stack, where all recordings are stacks of frames. */
function frameStackOf(recordings: readonly Recording[]): Pick<DataSummary, 'frameStack'> {
  const counts = recordings.map(({ events }) => events.frameCount ?? 0);
  if (counts.length === 0 || counts.includes(0)) return {};
  const stepCount = counts.reduce((most, count) => Math.max(most, count), 0);
  return { frameStack: { stepCount, stepDurationUs: FRAME_US } };
}

function streamedCountOf(recordings: readonly Recording[]): Pick<DataSummary, 'streamedCount'> {
  const streamedCount = recordings.filter(({ streamed }) => streamed).length;
  return streamedCount > 0 ? { streamedCount } : {};
}

/** 'train' or 'test', for people. */
export function splitName(split: number): 'train' | 'test' {
  return split === TRAIN ? 'train' : 'test';
}
