import { AppError, type ErrorData, toErrorData } from '../../core/errors.ts';
import type { ByteStore } from '../../storage/byteStore.ts';
import { type CommittedFile, openCommitted, writeCommitted } from '../../storage/committedFile.ts';
import { createMemoryStore } from '../../storage/memoryStore.ts';
import { CHECKPOINT_FILE, checkpointName, isRunId, RECORD_FILE, recordName } from '../../storage/runFiles.ts';
import { acquireRunLock, lockedRuns } from '../../storage/runLock.ts';
import { slotOwner, TwoSlots } from '../../storage/twoSlots.ts';
import { newRunId, parseFigures, parseSummary, type RunRecord, type RunSummary } from './runRecord.ts';

/** A run as a file that is taken away: a committed file whose facts are record and checkpoint facts, its body the weights. */
const EXPORT_FILE = { kind: 'runx', version: 1 } as const;
const BLOCK_BYTES = 1 << 20;
/** Runs that nobody asked to keep: the latest ones stay, so that a reload can go on. */
export const MAX_RECENT_RUNS = 12;

/** A run in the list. */
export interface StoredRun {
  summary: RunSummary;
  /** Bytes of its files. */
  bytes: number;
  hasCheckpoint: boolean;
  /** True while some tab trains it or has it open. */
  isLocked: boolean;
}

export interface RunList {
  runs: StoredRun[];
  /** Files of runs that could not be read. */
  damaged: ErrorData[];
}

/** The kept runs. Every method throws AppErrors; what it was about to write is then not there, what was there still is. */
export interface RunLibrary {
  /** Newest first. */
  list(): Promise<RunList>;
  /** @throws AppError `run-missing`, `run-record-invalid` */
  read(id: string): Promise<RunRecord>;
  /** Writes a record, and removes the oldest runs that nobody asked to keep. */
  save(record: RunRecord): Promise<void>;
  /** Name, note, whether it is kept. */
  change(id: string, change: Partial<Pick<RunSummary, 'name' | 'note' | 'isKept' | 'status'>>): Promise<void>;
  /** @throws AppError `run-busy` while a tab has it. */
  remove(id: string): Promise<void>;
  /** @returns The id of the copy. */
  duplicate(id: string): Promise<string>;
  export(id: string): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }>;
  /** @returns The id under which it is kept. @throws AppError `run-file-invalid` */
  import(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** @param openStore Opens the folder of the runs; asked again for every job, because it may have been cleared. */
export function createRunLibrary(
  openStore: () => Promise<ByteStore>,
  now: () => number = Date.now,
): RunLibrary {
  const record = (store: ByteStore, id: string) => new TwoSlots(store, recordName(id), RECORD_FILE);
  const checkpoint = (store: ByteStore, id: string) =>
    new TwoSlots(store, checkpointName(id), CHECKPOINT_FILE);

  function missing(id: string): AppError {
    return new AppError(
      'run-missing',
      `The run ${id} is not in this browser's storage any more.`,
      'It was deleted in another tab, or the storage was cleared. Import it from a file if you exported it.',
    );
  }

  async function readFrom(store: ByteStore, id: string): Promise<RunRecord> {
    const { newest, refused } = await record(store, id).read();
    if (!newest) {
      if (refused.length > 0) throw new AppError(refused[0].code, refused[0].message, refused[0].hint);
      throw missing(id);
    }
    return {
      summary: { ...parseSummary(newest.facts), id },
      figures: parseFigures(JSON.parse(new TextDecoder().decode(newest.body))),
    };
  }

  async function writeTo(store: ByteStore, { summary, figures }: RunRecord): Promise<void> {
    const body = new TextEncoder().encode(JSON.stringify(figures));
    await record(store, summary.id).write(summary, [body], BLOCK_BYTES);
  }

  async function removeFrom(store: ByteStore, id: string): Promise<void> {
    const release = await acquireRunLock(id);
    if (!release) {
      throw new AppError(
        'run-busy',
        'This run is open in a tab of this browser.',
        'Close that tab, or begin another run there, and try again.',
      );
    }
    try {
      await record(store, id).remove();
      await checkpoint(store, id).remove();
    } finally {
      release();
    }
  }

  async function listFrom(store: ByteStore): Promise<RunList> {
    const bytes = new Map<string, number>();
    const withCheckpoint = new Set<string>();
    const withRecord = new Set<string>();
    for (const { name, size } of await store.list()) {
      const owner = slotOwner(name) ?? '';
      const [id, part] = owner.split('.');
      if (!isRunId(id)) continue;
      bytes.set(id, (bytes.get(id) ?? 0) + size);
      if (part === 'checkpoint') withCheckpoint.add(id);
      if (part === 'record') withRecord.add(id);
    }
    const locked = await lockedRuns([...withRecord]);
    const runs: StoredRun[] = [];
    const damaged: ErrorData[] = [];
    for (const id of withRecord) {
      try {
        const { newest, refused } = await record(store, id).read(false);
        if (!newest) throw new AppError(refused[0].code, refused[0].message, refused[0].hint);
        runs.push({
          summary: { ...parseSummary(newest.facts), id },
          bytes: bytes.get(id) ?? 0,
          hasCheckpoint: withCheckpoint.has(id),
          isLocked: locked.has(id),
        });
      } catch (error) {
        damaged.push(toErrorData(error));
      }
    }
    runs.sort((a, b) => b.summary.updatedMs - a.summary.updatedMs);
    return { runs, damaged };
  }

  async function prune(store: ByteStore): Promise<void> {
    const { runs } = await listFrom(store);
    const recent = runs.filter(({ summary, isLocked }) => !summary.isKept && !isLocked);
    // The next save tries again where one is being used.
    for (const { summary } of recent.slice(MAX_RECENT_RUNS))
      await removeFrom(store, summary.id).catch(() => {});
  }

  return {
    list: async () => listFrom(await openStore()),
    read: async (id) => readFrom(await openStore(), id),

    async save(next) {
      const store = await openStore();
      const { newest } = await record(store, next.summary.id).read(false);
      let { summary } = next;
      if (newest) {
        // What the visitor said about the run belongs to the list, not to whoever trains it.
        const { name, note, isKept, createdMs } = parseSummary(newest.facts);
        summary = { ...summary, name, note, isKept: isKept || summary.isKept, createdMs };
      }
      await writeTo(store, { ...next, summary });
      if (!newest) await prune(store);
    },

    async change(id, change) {
      const store = await openStore();
      const { summary, figures } = await readFrom(store, id);
      await writeTo(store, { summary: { ...summary, ...change, id }, figures });
    },

    remove: async (id) => removeFrom(await openStore(), id),

    async duplicate(id) {
      const store = await openStore();
      const { summary, figures } = await readFrom(store, id);
      const copy = newRunId();
      const { newest } = await checkpoint(store, id).read();
      if (newest) await checkpoint(store, copy).write(newest.facts, [newest.body], BLOCK_BYTES);
      const name = `${summary.name} (copy)`.slice(-120);
      const status = summary.status === 'training' ? 'paused' : summary.status;
      await writeTo(store, {
        summary: { ...summary, id: copy, name, status, isKept: true, createdMs: now(), updatedMs: now() },
        figures,
      });
      return copy;
    },

    async export(id) {
      const store = await openStore();
      const { summary, figures } = await readFrom(store, id);
      const { newest } = await checkpoint(store, id).read();
      const memory = createMemoryStore();
      await writeCommitted(memory, 'run', EXPORT_FILE, BLOCK_BYTES, async (append) => {
        if (newest) append(newest.body);
        return { summary, figures, checkpoint: newest?.facts ?? null };
      });
      const name = `${summary.name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60) || 'run'}.spikelet-run`;
      return { name, bytes: memory.files.get('run') as Uint8Array<ArrayBuffer> };
    },

    async import(bytes) {
      const memory = createMemoryStore();
      memory.files.set('run', bytes);
      let file: CommittedFile<Record<string, unknown>>;
      try {
        file = await openCommitted(memory, 'run', EXPORT_FILE);
      } catch (error) {
        const { message } = toErrorData(error);
        throw new AppError(
          'run-file-invalid',
          `This is no whole run file: ${message}`,
          'Choose a file that the button Export has made, or export the run again.',
        );
      }
      const facts = (file.facts ?? {}) as Record<string, unknown>;
      const summary = parseSummary(facts.summary);
      const figures = parseFigures(facts.figures);
      const store = await openStore();
      const { newest } = await record(store, summary.id).read(false);
      // A run that is here already is not written over.
      const id = newest ? newRunId() : summary.id;
      if (facts.checkpoint !== null)
        await checkpoint(store, id).write(facts.checkpoint, [await file.body()], BLOCK_BYTES);
      const status = summary.status === 'training' ? 'paused' : summary.status;
      await writeTo(store, { summary: { ...summary, id, status, isKept: true, updatedMs: now() }, figures });
      return id;
    },
  };
}
