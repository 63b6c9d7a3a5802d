import type { EncodedDataset } from '../core/encodedDataset.ts';
import type { ErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import type { TrainerMessage, TrainerRequest } from '../trainer/messages.ts';

/** The trainer as the session sees it: plain messages to and from a worker. */
export interface TrainerPort {
  post(request: TrainerRequest): void;
  /** Registers the one listener. */
  onMessage(listener: (message: TrainerMessage) => void): void;
}

/** A file the visitor dropped or picked; `path` uses '/' and keeps the folders of a dropped folder. */
export interface DroppedFile {
  path: string;
  blob: Blob;
}

/** How far a data job is; `total` 0 = not known yet. */
export interface DataProgress {
  done: number;
  total: number;
  /** What is being read or made, for people. */
  label: string;
}

/** One file that was refused, and why. */
export interface ImportProblem {
  file: string;
  error: ErrorData;
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
}

/** One recording for the player. */
export interface RecordingView {
  name: string;
  className: string;
  split: 'train' | 'test';
  events: EventStream;
}

/** How recordings become frames; the fields of a session that decide it. */
export interface EncodeOptions {
  stepDurationUs: number;
  stepCount: number;
  frame: { height: number; width: number };
}

export interface JobOptions {
  onProgress?: (progress: DataProgress) => void;
  signal?: AbortSignal;
}

/** The recordings as the session sees them; they stay behind this port (in a worker). */
export interface DataPort {
  generate(
    kind: 'saccadeDigits' | 'movingGestures',
    counts: { seed: number; trainCount: number; testCount: number },
    options?: JobOptions,
  ): Promise<DataSummary>;
  importFiles(
    files: DroppedFile[],
    split: { splitSeed: number; testFraction: number },
    options?: JobOptions,
  ): Promise<DataSummary>;
  encode(settings: EncodeOptions, options?: JobOptions): Promise<EncodedDataset>;
  recording(index: number): Promise<RecordingView>;
}

/** What the session needs of the page around it. */
export interface PageEnvironment {
  /** Address of the page without its fragment. */
  pageAddress(): string;
  /** Puts the fragment into the address bar without loading anything. */
  showFragment(fragment: string): void;
  /** @returns False where the browser refuses the clipboard. */
  copyText(text: string): Promise<boolean>;
}

/** Everything the session needs from outside. */
export interface SessionPorts {
  /** Null where the browser cannot train; `gpuProblem` then says why. */
  trainer: TrainerPort | null;
  gpuProblem?: ErrorData;
  data: DataPort;
  page: PageEnvironment;
}
