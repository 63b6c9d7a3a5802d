import type { FrameShape } from '../core/encodedDataset.ts';
import type { ErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import type { StreamedEvents } from './streamedEvents.ts';

/** Where classes and split of an imported set come from; `labelBytes` are those inside the files. Shown beside the set. */
export interface SetOrigin {
  classes: 'labelList' | 'folders' | 'fileNames' | 'pattern' | 'labelBytes' | 'none';
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
  /** Where this is given, `events` has no events: they are read from the file again whenever they are needed. */
  streamed?: StreamedEvents;
}

/** A file that was refused, or read with a complaint, and why. */
export interface ImportProblem {
  file: string;
  error: ErrorData;
  /** Events before the damage, where some could be kept. */
  eventsBefore?: number;
}

/** What is loaded at a time: event recordings or images. */
export type LoadedSet = RecordingSet | ImageSet;

/** Recordings of one sensor with their classes: what an import or a generator yields and what encoding reads. */
export interface RecordingSet {
  kind: 'events';
  name: string;
  /** True for generated sets; shown wherever the set is named. */
  synthetic: boolean;
  sensor: SensorSize;
  /** 1 where events have no sign (spikes of a cochlea): encoded as one channel. Absent: 2, OFF and ON. */
  channels?: number;
  classNames: string[];
  recordings: Recording[];
  problems: ImportProblem[];
  /** Only of imported sets. */
  origin?: SetOrigin;
}

/** A file of an image set and how many of its images are in it, one run in the order of the set. */
export interface ImageFile {
  path: string;
  count: number;
}

/** Images of one size with their classes, upright: what an import of image files yields and what encoding reads. */
export interface ImageSet {
  kind: 'frames';
  name: string;
  synthetic: false;
  shape: FrameShape;
  classNames: string[];
  files: ImageFile[];
  /** u8[count][height][width][channels] */
  pixels: Uint8Array;
  /** i32[count], indices into `classNames`. */
  labels: Int32Array;
  /** u8[count], TRAIN or TEST. */
  split: Uint8Array;
  problems: ImportProblem[];
  origin: SetOrigin;
}
