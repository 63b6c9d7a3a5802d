import { AppError, type ErrorData, toErrorData } from '../core/errors.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import type { ByteStore } from '../storage/byteStore.ts';
import { openOpfsStore } from '../storage/opfsStore.ts';
import { CHECKPOINT_FILE, checkpointName, RUN_FOLDER } from '../storage/runFiles.ts';
import { acquireRunLock } from '../storage/runLock.ts';
import { TwoSlots } from '../storage/twoSlots.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';

/** Bytes that are hashed together. */
const BLOCK_BYTES = 1 << 20;

/** What was found of a run that is to go on. */
export interface LoadedCheckpoint {
  /** Null where none was stored yet: the run then begins with its first iteration. */
  checkpoint: Checkpoint | null;
  /** Why the newest one was left aside, if it was. */
  notice: ErrorData | null;
}

/**
 * Keeps the checkpoints of one run in the browser's storage, and the lock that says that this tab trains it. Training never
 * depends on it: what cannot be kept is said, and the run goes on.
 */
export class RunKeeper {
  readonly #id: string;
  readonly #openStore: () => Promise<ByteStore>;
  readonly #release: () => void;
  #slots: TwoSlots | null = null;
  #hasSaved = false;

  private constructor(id: string, release: () => void, openStore: () => Promise<ByteStore>) {
    this.#id = id;
    this.#release = release;
    this.#openStore = openStore;
  }

  /** @throws AppError `run-busy` while another tab trains this run. */
  static async open(id: string, openStore = () => openOpfsStore(RUN_FOLDER)): Promise<RunKeeper> {
    const release = await acquireRunLock(id);
    if (release) return new RunKeeper(id, release, openStore);
    throw new AppError(
      'run-busy',
      'This run is open in another tab of this browser.',
      'Go on there, or close that tab and try again here. Nothing was changed.',
    );
  }

  /** @throws AppError `checkpoint-unusable`; `storage-refused`, `storage-newer`. */
  async load(config: TrainingConfig, fingerprint: string): Promise<LoadedCheckpoint> {
    const { newest, refused } = await (await this.#open()).read();
    if (!newest) {
      if (refused.length === 0) return { checkpoint: null, notice: null };
      throw new AppError(
        'checkpoint-unusable',
        `The stored checkpoint cannot be used: ${refused[0].message}`,
        'Start the run anew; its settings and figures are kept.',
      );
    }
    const checkpoint = decodeCheckpoint(newest.facts, newest.body, config, fingerprint);
    this.#hasSaved = true;
    const { iteration } = checkpoint.progress;
    const notice: ErrorData | null =
      refused.length === 0
        ? null
        : {
            code: 'checkpoint-fallback',
            message: `The newest checkpoint was not written to its end; the one before it, of iteration ${iteration}, is used.`,
            hint: 'Training goes on from there to the same weights.',
          };
    return { checkpoint, notice };
  }

  /** @returns What the visitor should know, or null where all is well. Never throws. */
  async save(checkpoint: Checkpoint, config: TrainingConfig, fingerprint: string): Promise<ErrorData | null> {
    const { facts, pieces } = encodeCheckpoint(checkpoint, config, fingerprint);
    for (let attempt = 0; ; attempt++) {
      try {
        const hadPrevious = await (await this.#open()).write(facts, pieces, BLOCK_BYTES);
        const wasWiped = this.#hasSaved && !hadPrevious;
        this.#hasSaved = true;
        return wasWiped || attempt > 0 ? WIPED : null;
      } catch (error) {
        const data = toErrorData(error);
        // The folder may have gone with everything in it: it is made anew, once.
        this.#slots = null;
        if (data.code !== 'storage-wiped' || attempt > 0) return data;
      }
    }
  }

  /** Lets other tabs have the run. */
  close(): void {
    this.#release();
  }

  async #open(): Promise<TwoSlots> {
    this.#slots ??= new TwoSlots(await this.#openStore(), checkpointName(this.#id), CHECKPOINT_FILE);
    return this.#slots;
  }
}

const WIPED: ErrorData = {
  code: 'storage-wiped',
  message: "The browser's storage of this page was cleared while the run was going on.",
  hint: 'Runs and data sets that were kept there are gone. Training goes on, and this run is kept again from here.',
};
