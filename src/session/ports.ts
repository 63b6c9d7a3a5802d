import type { ErrorData } from '../core/errors.ts';
import type { DataClient } from '../data/dataClient.ts';
import type { ImportFile } from '../data/import/candidates.ts';
import type { TrainerMessage, TrainerRequest } from '../trainer/messages.ts';
import type { RunLibrary } from './runs/runLibrary.ts';

/** The trainer as the session sees it: plain messages to and from a worker. */
export interface TrainerPort {
  post(request: TrainerRequest): void;
  /** Registers the one listener. */
  onMessage(listener: (message: TrainerMessage) => void): void;
}

export type { JobOptions } from '../data/dataClient.ts';
export type {
  ClassChoice,
  ClassRule,
  DataProgress,
  DataSummary,
  EventView,
  ImageView,
  ImportPlan,
  RecordingView,
  StoredSetFacts,
} from '../data/dataMessages.ts';
export type { ColumnChoice } from '../data/formats/table/columnChoice.ts';
export { isWholeChoice, ROLES, TIME_UNITS_US } from '../data/formats/table/columnChoice.ts';
export type { TextPreview } from '../data/formats/text/textPreview.ts';
export { CLASS_RULES, CLASS_TEXT_LENGTH } from '../data/import/assignClasses.ts';
export type { ImportProblem } from '../data/recordingSet.ts';

/** A file the visitor dropped or picked; `path` uses '/' and keeps the folders of a dropped folder. */
export type DroppedFile = ImportFile;

/** The recordings as the session sees them; they stay behind this port (in a worker). */
export type DataPort = Pick<DataClient, 'generate' | 'importFiles' | 'encode' | 'recording'> &
  Partial<Pick<DataClient, 'previewColumns' | 'planImport' | 'listStored' | 'openStored' | 'deleteStored'>>;

/** What the session needs of the page around it. */
export interface PageEnvironment {
  /** Address of the page without its fragment. */
  pageAddress(): string;
  /** Puts the fragment into the address bar without loading anything. */
  showFragment(fragment: string): void;
  /** As `showFragment(after)`, with `before` as the place that the browser's Back button returns to. */
  visitFragment(before: string, after: string): void;
  /** Remembers the memory budget (bytes) on this device; null forgets it. */
  storeMemoryBudget(bytes: number | null): void;
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
  /** Asked before the page trains. @returns Why it may not now; null, at once or later, where nothing is in the way. */
  claimTrainer?(): Promise<ErrorData | null> | null;
  /** Keeps runs; absent where nothing is kept. */
  runs?: RunLibrary;
}
