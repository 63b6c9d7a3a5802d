import type { EncodedDataset } from '../core/encodedDataset.ts';
import type { ErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import type { EncodingSettings } from './encode.ts';
import type { ImportFile } from './import/candidates.ts';
import type { ImportProblem, SetOrigin } from './recordingSet.ts';
import type { SyntheticKind, SyntheticOptions } from './synthetic/index.ts';

/** How far a job is; `total` 0 = not known yet. */
export interface DataProgress {
  done: number;
  total: number;
  /** What is being read or made, for people. */
  label: string;
}

/** What the page shows of the recordings that are loaded. */
export interface DataSummary {
  name: string;
  /** True for generated sets; the page says so wherever the set is named. */
  synthetic: boolean;
  sensor: SensorSize;
  /** In class order. */
  classes: { name: string; train: number; test: number }[];
  recordingCount: number;
  /** Mean over the recordings. */
  eventsPerSecond: number;
  /** Mean duration of a recording, first to last event. */
  durationUs: number;
  problems: ImportProblem[];
  /** Where classes and split come from; only of imported sets. */
  origin?: SetOrigin;
}

/** One recording for the player. */
export interface RecordingView {
  name: string;
  className: string;
  split: 'train' | 'test';
  events: EventStream;
}

/** How recordings without split folders are divided. */
export interface SplitOptions {
  splitSeed: number;
  testFraction: number;
}

/** Everything the data worker can be asked to do. */
export type DataJob =
  | { kind: 'generate'; set: SyntheticKind; options: SyntheticOptions }
  | { kind: 'importFiles'; files: ImportFile[]; split: SplitOptions }
  | { kind: 'encode'; settings: EncodingSettings }
  | { kind: 'recording'; index: number }
  | { kind: 'summary' };

/** What each job answers with. */
export interface DataResults {
  generate: DataSummary;
  importFiles: DataSummary;
  encode: EncodedDataset;
  recording: RecordingView;
  summary: DataSummary | null;
}

export type DataRequest = { type: 'run'; id: number; job: DataJob } | { type: 'cancel'; id: number };

export type DataReply =
  | { type: 'progress'; id: number; progress: DataProgress }
  | { type: 'done'; id: number; result: DataResults[keyof DataResults] }
  | { type: 'failed'; id: number; error: ErrorData };
