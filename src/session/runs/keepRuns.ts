import { AppError, toErrorData } from '../../core/errors.ts';
import { requestPersistence, storageUse } from '../../storage/quota.ts';
import type { TrainerMessage } from '../../trainer/messages.ts';
import { emptyInside } from '../inside/insideState.ts';
import type { TrainerPort } from '../ports.ts';
import { isTraining, type SessionState, type SessionStore } from '../sessionStore.ts';
import type { WhileHidden } from './hiddenTab.ts';
import type { KeptState } from './keptState.ts';
import type { RunLibrary } from './runLibrary.ts';
import { newRunId, RUN_TEXT_LIMITS, type RunRecord, type RunSummary } from './runRecord.ts';

/** A lock of the page before a reload is gone after some of these. */
const LOCK_WAITS_MS = [...Array(8).fill(500), ...Array(13).fill(2000)];

/** Names of dropped files that a record holds. */
const MAX_FILE_NAMES = 20;

/** What the visitor can do with kept runs. Nothing throws; problems go to the store. */
export interface KeepActions {
  /** Reads list and storage use anew. */
  refreshRuns(): Promise<void>;
  /** Shows a kept run: settings, figures, charts. Train then goes on from its checkpoint. @returns False when it cannot be. */
  openRun(id: string): Promise<boolean>;
  /** Figures of a kept run, to be drawn beside the one that is shown. @returns Null when they cannot be read. */
  readRun(id: string): Promise<RunRecord | null>;
  changeRun(id: string, change: { name?: string; note?: string; isKept?: boolean }): Promise<void>;
  removeRun(id: string): Promise<void>;
  duplicateRun(id: string): Promise<void>;
  /** @returns The file to save, or null. */
  exportRun(id: string): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | null>;
  importRun(file: Blob): Promise<void>;
  /** The offer to go on with a run is declined; the run stays in the list. */
  declineOffer(): Promise<void>;
  /** Looks for a run that was going on when the page was closed, to offer to go on with it. */
  findInterrupted(): Promise<void>;
  setWhileHidden(choice: WhileHidden): void;
}

/** Keeps the trainer's run in the library while it goes on. */
export interface RunKeeping extends KeepActions {
  /** For `configure` and `rewind`: the run that begins now. Undefined where nothing can be kept. */
  beginKeeping(): { id: string } | undefined;
  /** For `configure`: the opened run goes on. */
  resumeKeeping(id: string): { id: string };
  /** To be told of every message after the store has taken it up. */
  follow(message: TrainerMessage): void;
  /** Files that the recordings come from. */
  noteFiles(paths: readonly string[]): void;
  /** What to drop to go on with the opened run. */
  missingDataError(): AppError;
}

/** A record of what the page shows now. */
function recordOf(
  state: SessionState,
  id: string,
  files: readonly string[],
  times: { createdMs: number },
): RunRecord | null {
  const { run, status, iteration, epochs, history, marks } = state;
  if (!run || !iteration) return null;
  const last = epochs.at(-1);
  const { k, n } = { k: run.settings.schedule.truncationInterval, n: run.settings.schedule.blockSize };
  const summary: RunSummary = {
    id,
    name: `${run.datasetName}, k ${k}, n ${n}`.slice(0, RUN_TEXT_LIMITS.name),
    note: '',
    createdMs: times.createdMs,
    updatedMs: Date.now(),
    isKept: false,
    status: isTraining(status) ? 'training' : status === 'finished' ? 'finished' : 'paused',
    settings: run.settings,
    memoryBudget: run.memoryBudget,
    datasetName: run.datasetName,
    synthetic: run.synthetic,
    fingerprint: run.fingerprint,
    classCount: run.classCount,
    trainSamples: run.trainSamples,
    testSamples: run.testSamples,
    inputDensity: run.inputDensity ?? null,
    forecastBytes: run.forecastBytes,
    measuredBytes: run.measuredBytes,
    parameterCount: run.parameterCount,
    files: run.settings.data.source === 'files' ? files.slice(0, MAX_FILE_NAMES) : [],
    fileCount: run.settings.data.source === 'files' ? files.length : 0,
    iteration: iteration.iteration,
    epoch: last?.epoch ?? null,
    testAccuracy: last?.testAccuracyPerBlock.at(-1) ?? null,
    trainAccuracy: last?.trainAccuracyPerBlock.at(-1) ?? null,
    loss: last?.loss ?? null,
    digest: last?.digest ?? null,
  };
  return { summary, figures: { iteration, epochs, history, marks } };
}

/**
 * @param trainer Null where the browser cannot train; kept runs can be looked at all the same.
 * @param library Null where nothing can be kept.
 */
export function createRunKeeping(
  store: SessionStore,
  trainer: TrainerPort | null,
  library: RunLibrary | null,
  report: (error: unknown) => void,
): RunKeeping {
  const get = () => store.getState();
  const setKept = (change: Partial<KeptState>) => store.setState({ kept: { ...get().kept, ...change } });
  let createdMs = Date.now();
  let files: string[] = [];
  let hasCheckpoint = false;
  let saving: Promise<void> | null = null;
  let isSaveWanted = false;
  let toldCode: string | null = null;

  async function attempt<Result>(work: (library: RunLibrary) => Promise<Result>): Promise<Result | null> {
    if (!library) return null;
    try {
      return await work(library);
    } catch (error) {
      report(error);
      return null;
    }
  }

  /** Saves the present state; calls that come meanwhile become one more save. @returns When what there is now is kept. */
  function save(): Promise<void> {
    isSaveWanted = true;
    saving ??= saveAll().finally(() => {
      saving = null;
    });
    return saving;
  }

  /** What fails is said once, not with every checkpoint. */
  async function saveOne(library: RunLibrary, record: RunRecord): Promise<void> {
    try {
      await library.save(record);
      toldCode = null;
    } catch (error) {
      const { code } = toErrorData(error);
      if (code !== toldCode) report(error);
      toldCode = code;
    }
  }

  async function saveAll(): Promise<void> {
    while (library && isSaveWanted) {
      isSaveWanted = false;
      const { currentId, openId } = get().kept;
      const record = currentId && openId === null ? recordOf(get(), currentId, files, { createdMs }) : null;
      if (record) await saveOne(library, record);
    }
    if (get().kept.runs !== null) await refreshRuns();
  }

  async function refreshRuns(): Promise<void> {
    if (!library) return;
    try {
      const { runs, damaged } = await library.list();
      setKept({ runs, damaged, use: await storageUse(), problem: null });
    } catch (error) {
      setKept({ runs: [], damaged: [], problem: toErrorData(error), use: await storageUse() });
    }
  }

  /** A job on the library, after which the list is read again. */
  async function change(
    announcement: string,
    work: (library: RunLibrary) => Promise<unknown>,
  ): Promise<void> {
    const done = await attempt(async (runs) => {
      await work(runs);
      return true;
    });
    if (done) store.setState({ announcement });
    await refreshRuns();
  }

  /** Pauses the run that is being trained, and keeps it as it then stands. */
  async function rest(): Promise<void> {
    if (!trainer || !isTraining(get().status)) return;
    const rested = new Promise<void>((resolve) => {
      const unsubscribe = store.subscribe(({ status }) => {
        if (isTraining(status)) return;
        unsubscribe();
        resolve();
      });
    });
    trainer.post({ type: 'pause' });
    await rested;
    await save();
  }

  return {
    beginKeeping() {
      if (!library) return undefined;
      const id = newRunId();
      createdMs = Date.now();
      hasCheckpoint = false;
      setKept({ currentId: id, openId: null });
      return { id };
    },

    resumeKeeping(id) {
      hasCheckpoint = true;
      setKept({ currentId: id, offer: null });
      return { id };
    },

    follow(message) {
      if (message.type === 'planned' && get().kept.openId !== null) setKept({ openId: null });
      if (get().kept.openId !== null) return;
      if (message.type === 'checkpoint') hasCheckpoint = true;
      const rests = message.type === 'status' && !isTraining(message.status) && message.status !== 'idle';
      if (hasCheckpoint && (message.type === 'checkpoint' || rests)) void save();
    },

    noteFiles(paths) {
      files = [...paths];
    },

    missingDataError() {
      const open = get().kept.runs?.find(({ summary }) => summary.id === get().kept.openId)?.summary;
      const names = open?.files ?? [];
      const more = (open?.fileCount ?? 0) - names.length;
      const list =
        names.length > 0 ? ` It was made of ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.` : '';
      return new AppError(
        'run-data-missing',
        `The recordings of this run are not on this page (${get().run?.datasetName ?? 'dropped files'}).${list}`,
        'Drop the same files again, then press Continue: the run goes on from its checkpoint.',
      );
    },

    async findInterrupted() {
      for (const waitMs of [...LOCK_WAITS_MS, null]) {
        await refreshRuns();
        const { runs, currentId, openId } = get().kept;
        const interrupted =
          runs?.filter((run) => run.summary.status === 'training' && run.hasCheckpoint) ?? [];
        const free = interrupted.find(({ isLocked }) => !isLocked);
        // Somebody who has begun something else by now is not asked.
        if (currentId !== null || openId !== null) return;
        setKept({ offer: free?.summary ?? null });
        if (free || interrupted.length === 0) return;
        // After a reload the page before may still be about to end; or the run is going on in another tab.
        if (waitMs !== null) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    },

    setWhileHidden: (whileHidden) => setKept({ whileHidden }),

    refreshRuns,

    async openRun(id) {
      await rest();
      const record = await attempt((runs) => runs.read(id));
      if (!record) {
        await refreshRuns();
        return false;
      }
      const { summary, figures } = record;
      files = summary.files;
      createdMs = summary.createdMs;
      // By their fingerprint the recordings are found among the stored data sets.
      const { fingerprint } = summary;
      const settings = { ...summary.settings, data: { ...summary.settings.data, fingerprint } };
      store.setState((state) => ({
        settings,
        undoSteps: [],
        redoSteps: [],
        shared: null,
        memoryBudget: summary.memoryBudget,
        run: {
          settings,
          memoryBudget: summary.memoryBudget,
          dropCount: state.dropCount,
          datasetName: summary.datasetName,
          synthetic: summary.synthetic,
          fingerprint,
          classCount: summary.classCount,
          trainSamples: summary.trainSamples,
          testSamples: summary.testSamples,
          inputDensity: summary.inputDensity,
          forecastBytes: summary.forecastBytes,
          measuredBytes: summary.measuredBytes,
          parameterCount: summary.parameterCount,
        },
        ...figures,
        inside: emptyInside(),
        status: summary.status === 'finished' ? 'finished' : 'paused',
        kept: { ...state.kept, currentId: null, openId: id, offer: null },
        announcement: `The run ${summary.name} is open.`,
      }));
      return true;
    },

    readRun: (id) => attempt((runs) => runs.read(id)),

    async changeRun(id, next) {
      const name = next.name?.trim().slice(0, RUN_TEXT_LIMITS.name);
      const note = next.note?.slice(0, RUN_TEXT_LIMITS.note);
      const text = { ...(name && { name }), ...(note !== undefined && { note }) };
      // The first run that the visitor asks to keep is the moment to ask the browser for a promise.
      if (next.isKept) await requestPersistence();
      await change(next.isKept ? 'The run is kept.' : 'The run is changed.', (runs) =>
        runs.change(id, { ...text, ...(next.isKept !== undefined && { isKept: next.isKept }) }),
      );
    },

    async removeRun(id) {
      if (get().kept.currentId === id) {
        trainer?.post({ type: 'forgetKept' });
        setKept({ currentId: null });
        hasCheckpoint = false;
      }
      if (get().kept.openId === id) {
        store.setState({ run: null, status: 'idle' });
        setKept({ openId: null });
      }
      await change('The run is deleted.', (runs) => runs.remove(id));
    },

    duplicateRun: (id) => change('The run is duplicated.', (runs) => runs.duplicate(id)),

    exportRun: (id) => attempt((runs) => runs.export(id)),

    async importRun(file) {
      await change('The run is imported.', async (runs) =>
        runs.import(new Uint8Array(await file.arrayBuffer())),
      );
    },

    async declineOffer() {
      const { offer } = get().kept;
      setKept({ offer: null });
      if (offer)
        await change('The run stays in the list of runs.', (runs) =>
          runs.change(offer.id, { status: 'paused' }),
        );
    },
  };
}
