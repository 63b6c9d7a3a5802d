import type { EncodedDataset, FrameShape, InputKind } from '../core/encodedDataset.ts';
import type { ErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import type { EncodingSettings } from './encoding/settings.ts';
import type { ColumnChoice } from './formats/table/columnChoice.ts';
import type { TextPreview } from './formats/text/textPreview.ts';
import type { ImageOrientation } from './frames/importImages.ts';
import type { ClassChoice } from './import/assignClasses.ts';
import type { ImportFile } from './import/candidates.ts';
import type { ImportPlan } from './import/planImport.ts';
import type { ImportProblem, SetOrigin } from './recordingSet.ts';
import type { StoredSetFacts } from './stored/storedSets.ts';
import type { SyntheticKind, SyntheticOptions } from './synthetic/index.ts';

export type { ClassChoice, ClassRule } from './import/assignClasses.ts';
export type { ImportPlan } from './import/planImport.ts';
export type { StoredSetFacts } from './stored/storedSets.ts';

/** How far a job is; `total` 0 = not known yet. */
export interface DataProgress {
  done: number;
  total: number;
  /** What is being read or made, for people. */
  label: string;
  /** What `done` and `total` count; absent: things without a name. */
  unit?: 'bytes';
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
  /** Recordings that are too many for memory: they are read from their files whenever they are needed. */
  streamedCount?: number;
  /** A stored data set: its frames are there, its recordings are not. Null for images, which have no encoding. */
  storedEncoding?: EncodingSettings | null;
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
  /** Events of the whole recording, where `events` are only the first of them. */
  eventTotal?: number;
  /** True where the events are the ones of stored frames, at the beginnings of their steps. */
  isFromFrames?: boolean;
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
  /** Where classes and split come from; absent: the first rule that applies. */
  classes?: ClassChoice;
  /** Keeps of damaged recordings what stands before the damage. */
  keepDamaged?: boolean;
  /** Paths of files on which a decoder hung. */
  givenUp?: readonly string[];
}

/** Everything the data worker can be asked to do. */
export type DataJob =
  | { kind: 'generate'; set: SyntheticKind; options: SyntheticOptions }
  | { kind: 'importFiles'; files: ImportFile[]; settings: ImportSettings }
  | { kind: 'encode'; settings: EncodingSettings }
  | { kind: 'recording'; index: number }
  | { kind: 'summary' }
  | { kind: 'planImport'; files: ImportFile[]; settings: ImportSettings }
  | { kind: 'listStored' }
  | { kind: 'openStored'; fingerprint: string }
  | { kind: 'deleteStored'; file: string }
  | { kind: 'previewColumns'; files: ImportFile[] };

/** What each job answers with. */
export interface DataResults {
  generate: DataSummary;
  importFiles: DataSummary;
  encode: EncodedDataset;
  recording: RecordingView;
  summary: DataSummary | null;
  planImport: ImportPlan;
  listStored: StoredSetFacts[];
  openStored: DataSummary | null;
  deleteStored: null;
  previewColumns: TextPreview | null;
}

export type DataRequest = { type: 'run'; id: number; job: DataJob } | { type: 'cancel'; id: number };

export type DataReply =
  /** A sign of life: a worker that is silent for long hangs. */
  | { type: 'alive' }
  /** The file that an import reads next. */
  | { type: 'file'; id: number; path: string }
  /** Something that went wrong without ending the job. */
  | { type: 'notice'; id: number; error: ErrorData }
  | { type: 'progress'; id: number; progress: DataProgress }
  | { type: 'done'; id: number; result: DataResults[keyof DataResults] }
  | { type: 'failed'; id: number; error: ErrorData };
