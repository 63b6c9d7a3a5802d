import type { EncodedDataset, FrameShape, InputKind } from '../core/encodedDataset.ts';
import type { ErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import type { EncodingSettings } from './encoding/settings.ts';
import type { ColumnChoice } from './formats/table/columnChoice.ts';
import type { TextPreview } from './formats/text/textPreview.ts';
import type { ImageOrientation } from './frames/importImages.ts';
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

/** What the page shows of the recordings or images that are loaded. */
export interface DataSummary {
  kind: InputKind;
  name: string;
  /** True for generated sets; the page says so wherever the set is named. */
  synthetic: boolean;
  /** Pixels of the sensor, or of the images. */
  sensor: SensorSize;
  /** Events: 2, the polarities. Images: 1 for grey, 3 for colour. */
  channels: number;
  /** In class order. */
  classes: { name: string; train: number; test: number }[];
  /** Recordings, or images. */
  recordingCount: number;
  /** Mean over the recordings; 0 for images. */
  eventsPerSecond: number;
  /** Mean duration of a recording, first to last event; 0 for images. */
  durationUs: number;
  /** Where every recording was made of ready frames: how they come back as they were. */
  frameStack?: { stepCount: number; stepDurationUs: number };
  problems: ImportProblem[];
  /** Where classes and split come from; only of imported sets. */
  origin?: SetOrigin;
}

interface SampleFacts {
  name: string;
  className: string;
  split: 'train' | 'test';
}

/** One event recording for the player. */
export interface EventView extends SampleFacts {
  kind: 'events';
  events: EventStream;
}

/** One image for the player; pixels u8[height][width][channels], upright. */
export interface ImageView extends SampleFacts {
  kind: 'frames';
  shape: FrameShape;
  pixels: Uint8Array;
}

export type RecordingView = EventView | ImageView;

/** What the visitor may decide about an import. */
export interface ImportSettings {
  /** How a set that does not say what trains and what tests is divided. */
  splitSeed: number;
  testFraction: number;
  imageOrientation: ImageOrientation;
  /** What the visitor said about the columns of text files. */
  columns?: ColumnChoice;
}

/** Everything the data worker can be asked to do. */
export type DataJob =
  | { kind: 'generate'; set: SyntheticKind; options: SyntheticOptions }
  | { kind: 'importFiles'; files: ImportFile[]; settings: ImportSettings }
  | { kind: 'encode'; settings: EncodingSettings }
  | { kind: 'recording'; index: number }
  | { kind: 'summary' }
  | { kind: 'previewColumns'; files: ImportFile[] };

/** What each job answers with. */
export interface DataResults {
  generate: DataSummary;
  importFiles: DataSummary;
  encode: EncodedDataset;
  recording: RecordingView;
  summary: DataSummary | null;
  previewColumns: TextPreview | null;
}

export type DataRequest = { type: 'run'; id: number; job: DataJob } | { type: 'cancel'; id: number };

export type DataReply =
  | { type: 'progress'; id: number; progress: DataProgress }
  | { type: 'done'; id: number; result: DataResults[keyof DataResults] }
  | { type: 'failed'; id: number; error: ErrorData };
