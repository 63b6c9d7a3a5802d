import type { ErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';

/** Where classes and split of an imported set come from; shown beside the set. */
export interface SetOrigin {
  classes: 'labelList' | 'folders' | 'fileNames' | 'none';
  split: 'given' | 'seeded';
}

/** One labelled recording in memory. */
export interface Recording {
  /** Path inside the folder or archive, or the name a generator gave; unique within the set. */
  name: string;
  /** Index into the set's `classNames`. */
  classIndex: number;
  /** TRAIN (0) or TEST (1) of core/encodedDataset.ts. */
  split: 0 | 1;
  /** Upright (origin top left): the importer has undone what the format's orientation says. */
  events: EventStream;
}

/** A file that was refused, or read with a complaint, and why. */
export interface ImportProblem {
  file: string;
  error: ErrorData;
}

/** Recordings of one sensor with their classes: what an import or a generator yields and what encoding reads. */
export interface RecordingSet {
  name: string;
  /** True for generated sets; shown wherever the set is named. */
  synthetic: boolean;
  sensor: SensorSize;
  classNames: string[];
  recordings: Recording[];
  problems: ImportProblem[];
  /** Only of imported sets. */
  origin?: SetOrigin;
}
