import type { FileKind } from './committedFile.ts';

/** Folder of the runs that are kept: per run a record (settings, figures) and a checkpoint, each in two slots. */
export const RUN_FOLDER = 'runs';

/** The complete state of a run: see trainer/checkpoint.ts. */
export const CHECKPOINT_FILE: FileKind = { kind: 'ckpt', version: 1 };

/** What the page shows of a run: see session/runs/runRecord.ts. */
export const RECORD_FILE: FileKind = { kind: 'runr', version: 1 };

export const checkpointName = (id: string) => `${id}.checkpoint`;
export const recordName = (id: string) => `${id}.record`;

/** Name of the lock that the tab holds which trains a run. */
export const runLockName = (id: string) => `spikelet.run.${id}`;

/** True for ids that this program makes: they become names of files. */
export function isRunId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-z]{8,40}$/.test(value);
}
