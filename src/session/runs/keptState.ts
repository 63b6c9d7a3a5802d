import type { ErrorData } from '../../core/errors.ts';
import type { StorageUse } from '../../storage/quota.ts';
import type { WhileHidden } from './hiddenTab.ts';
import type { StoredRun } from './runLibrary.ts';
import type { RunSummary } from './runRecord.ts';

/** What the page knows of the kept runs. */
export interface KeptState {
  /** Null until the list has been read for the first time. */
  runs: StoredRun[] | null;
  /** Records that could not be read. */
  damaged: ErrorData[];
  use: StorageUse | null;
  /** Why nothing can be kept here, if so. */
  problem: ErrorData | null;
  /** A run that was going on when the page was closed; the page offers to go on. */
  offer: RunSummary | null;
  /** The run of the trainer in the list; null for none. */
  currentId: string | null;
  /** A run that is shown but not loaded: Train brings its checkpoint back first. */
  openId: string | null;
  whileHidden: WhileHidden;
}

export function noKept(): KeptState {
  return {
    runs: null,
    damaged: [],
    use: null,
    problem: null,
    offer: null,
    currentId: null,
    openId: null,
    whileHidden: 'train',
  };
}
