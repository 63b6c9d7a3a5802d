import { AppError, fromErrorData, toErrorData } from '../core/errors.ts';
import type { TrainerMessage, TrainerRequest } from '../trainer/messages.ts';
import { createDropActions, type DropActions } from './datasets/dropActions.ts';
import { createInsideActions, type InsideActions } from './inside/insideActions.ts';
import { MAX_SESSION_FILE_BYTES, readSessionFile } from './link/sessionFile.ts';
import { type DecodedLink, encodeLink, sameValue } from './linkCodec.ts';
import { createMessagePacer } from './messagePacer.ts';
import type { DataProgress, RecordingView, SessionPorts, TrainerPort } from './ports.ts';
import { clampSchedule, loadBuiltInSet, prepareRun, settingsForData } from './runPreparation.ts';
import { createHiddenTab } from './runs/hiddenTab.ts';
import { createRunKeeping, type KeepActions } from './runs/keepRuns.ts';
import { type DataSource, defaultSession, SESSION_LIMITS, type Session } from './session.ts';
import { applySetting } from './sessionFields.ts';
import {
  dataIsStale,
  isTraining,
  noMetrics,
  pendingChanges,
  type SessionState,
  type SessionStore,
} from './sessionStore.ts';
import { createSettingsActions, type SettingsActions } from './settingsActions.ts';
import { createSpeedActions, type SpeedActions } from './speed/speedActions.ts';
import { reduceTrainerMessage } from './trainerEvents.ts';
import { shareFragment } from './verifyRun.ts';
import { isWeightsName } from './weights/takeFile.ts';
import { createWeightsActions, type WeightsActions, wantedWeights } from './weights/weightsActions.ts';

/** What the visitor can do. Every action returns at once or settles without throwing; problems go to the store. */
export interface SessionActions
  extends KeepActions,
    SettingsActions,
    InsideActions,
    SpeedActions,
    WeightsActions,
    DropActions {
  /** Takes over what a link held. Starts nothing. */
  openLink(decoded: DecodedLink): void;
  /** As `openLink`, with what a session file holds; Back in the browser returns. */
  openSessionFile(file: Blob): Promise<void>;
  loadBuiltIn(source: Exclude<DataSource, 'files'>): Promise<void>;
  /** Stops the import, generation or encoding that runs. */
  cancelDataJob(): void;
  recording(index: number): Promise<RecordingView | null>;
  /** The tab has gone out of sight, or come back. */
  tabHidden(isHidden: boolean): void;
  /** Trains, or goes on where it was paused. Loads and encodes first where that is needed. */
  start(): Promise<void>;
  pause(): void;
  /** One iteration, then paused. */
  step(): Promise<void>;
  rewind(): void;
  /** The run as a Python project, a zip archive. @throws AppError */
  exportProject(): Promise<Blob>;
  /** Puts the session into the address bar and the clipboard. */
  share(): Promise<{ address: string; copied: boolean }>;
  dismissProblem(id: number): void;
  dismissRepairs(): void;
}

export function createSessionActions(store: SessionStore, ports: SessionPorts): SessionActions {
  const { trainer, data, page } = ports;
  let nextProblem = 1;
  let job: AbortController | null = null;
  /** What to send when the trainer has planned the run that was just configured. */
  let afterPlan: TrainerRequest | null = null;

  const set = (change: Partial<SessionState>) => store.setState(change);
  const get = () => store.getState();

  function report(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const problem = { id: nextProblem++, ...toErrorData(error) };
    // Storage that fails does so again and again, for one file after the other: once is enough.
    const isStorage = problem.code.startsWith('storage-');
    const others = get().problems.filter(
      ({ code, message }) => code !== problem.code || (message !== problem.message && !isStorage),
    );
    set({ problems: [...others, problem].slice(-20), announcement: problem.message });
  }

  const weightsActions = createWeightsActions(store, ports, report);
  const keeping = createRunKeeping(store, trainer, ports.runs ?? null, report);

  if (trainer) {
    trainer.onMessage(
      createMessagePacer((messages) => {
        const before = get();
        let after = before;
        for (const message of messages) after = { ...after, ...reduceTrainerMessage(after, message) };
        set(after);
        for (const message of messages) {
          answer(trainer, message, before.gpu.state === 'checking');
          keeping.follow(message);
        }
      }),
    );
    trainer.post({ type: 'connect' });
  } else {
    set({ gpu: { state: 'missing', adapter: null, problem: ports.gpuProblem ?? null } });
  }

  /** What follows from a message besides what the page shows. */
  function answer(to: TrainerPort, message: TrainerMessage, wasChecking: boolean): void {
    weightsActions.receive(message);
    if (message.type === 'planned' && afterPlan) {
      if (get().kept.openId !== null) informResumed(to);
      to.post(afterPlan);
      afterPlan = null;
    }
    if (message.type === 'notice') report(fromErrorData(message.problem));
    if (message.type !== 'error') return;
    afterPlan = null;
    // Without an adapter the Train panel says why; that needs no second place.
    if (!wasChecking) report(fromErrorData(message.error));
  }

  /** (k, n) that was changed while the run was open but not loaded. */
  function informResumed(to: TrainerPort): void {
    const { run, settings } = get();
    if (!run) return;
    const { schedule } = clampSchedule({ ...run.settings, schedule: settings.schedule });
    if (sameValue(schedule, run.settings.schedule)) return;
    to.post({ type: 'setSchedule', schedule });
    set({ run: { ...run, settings: { ...run.settings, schedule } } });
  }

  /** Runs one data job at a time; a new one cancels the old. @returns False when it failed or was cancelled. */
  async function runDataJob(label: string, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    job?.abort(new DOMException('A newer job took its place.', 'AbortError'));
    const mine = new AbortController();
    job = mine;
    set({ dataJob: { label, done: 0, total: 0 } });
    try {
      await work(mine.signal);
      mine.signal.throwIfAborted();
      return true;
    } catch (error) {
      if (!mine.signal.aborted) report(error);
      return false;
    } finally {
      if (job === mine) {
        job = null;
        set({ dataJob: null });
      }
    }
  }

  const jobOptions = (signal: AbortSignal) => ({
    signal,
    onProgress: (progress: DataProgress) => {
      if (!signal.aborted) set({ dataJob: progress });
    },
    onNotice: report,
  });

  async function loadWanted(signal: AbortSignal): Promise<void> {
    const { settings } = get();
    const summary = await loadBuiltInSet(data, settings, jobOptions(signal)).catch((error) => {
      const isMissing = error instanceof AppError && error.code === 'no-recordings';
      throw isMissing && get().kept.openId !== null ? keeping.missingDataError() : error;
    });
    signal.throwIfAborted();
    if (get().settings.data.source !== settings.data.source)
      throw new DOMException('The settings ask for other data by now.', 'AbortError');
    const next = clampSchedule(settingsForData(get().settings, summary));
    set({
      settings: next,
      summary,
      loadedWith: settings.data,
      importProblems: [],
      announcement: `${summary.name} is loaded.`,
    });
  }

  async function beginRun(first: 'start' | 'step'): Promise<void> {
    if (!trainer || get().gpu.state === 'missing') return;
    const isBusy = () => isTraining(get().status);
    if (isBusy()) return;
    const claim = ports.claimTrainer?.() ?? null;
    const obstacle = claim && (await claim);
    if (obstacle) report(fromErrorData(obstacle));
    // A second press while the trainer was being freed.
    if (obstacle || isBusy()) return;
    const { status } = get();
    const { openId } = get().kept;
    // A run that could not be loaded is still there to be loaded.
    const isWhole = get().run !== null && (status !== 'failed' || openId !== null);
    const isSame = isWhole && pendingChanges(get()).length === 0;
    const canGoOn = isSame && openId === null && !dataIsStale(get());
    // A run that is finished begins anew, beside the one that is kept.
    const resumed = isSame && status !== 'finished' ? openId : null;
    if (canGoOn) {
      if (status === 'finished') rewind();
      trainer.post({ type: first });
      return;
    }
    // Dropped files are not given up for what was there before them.
    if (get().isImporting) return;
    set({ status: 'preparing' });
    const ready = await runDataJob('Preparing the recordings', async (signal) => {
      if (dataIsStale(get())) await loadWanted(signal);
      const { settings, memoryBudget } = get();
      const startWeights = wantedWeights(settings, get().startWeights);
      const { config, dataset, run } = await prepareRun(data, settings, jobOptions(signal));
      signal.throwIfAborted();
      if (resumed !== null && run.fingerprint !== get().run?.fingerprint) throw keeping.missingDataError();
      warnIfOtherData(settings, run.fingerprint);
      const latest = get().settings;
      set({
        run: { ...run, dropCount: get().dropCount, memoryBudget },
        settings: { ...latest, data: { ...latest.data, fingerprint: run.fingerprint } },
        ...(resumed === null && noMetrics()),
      });
      const keep = resumed === null ? keeping.beginKeeping() : keeping.resumeKeeping(resumed);
      afterPlan = { type: first };
      trainer.post({
        type: 'configure',
        config,
        dataset,
        memoryBudget: memoryBudget ?? undefined,
        chooseKernels: true,
        ...(startWeights && { startWeights }),
        ...(keep && { keep: { ...keep, resume: resumed !== null } }),
      });
    });
    if (!ready && get().status === 'preparing') set({ status: get().run ? 'paused' : 'idle' });
  }

  function warnIfOtherData(settings: Session, fingerprint: string): void {
    const wanted = settings.data.fingerprint;
    if (wanted === undefined || wanted === fingerprint || settings.data.source !== 'files') return;
    report(
      new AppError(
        'data-differs',
        `The recordings differ from those of the link (fingerprint ${fingerprint.slice(0, 8)}, not ${wanted.slice(0, 8)}).`,
        'Results will differ from the shared run; drop the same files to repeat it.',
      ),
    );
  }

  function cancelDataJob(): void {
    if (!job) return;
    job.abort(new DOMException('Cancelled by the visitor.', 'AbortError'));
    set({ dataJob: null, announcement: 'Cancelled.' });
  }

  function rewind(): void {
    const { kept } = get();
    if (kept.openId !== null) {
      // Nothing of it is loaded: what is left are its settings, to begin with.
      set({ ...noMetrics(), run: null, status: 'idle', kept: { ...kept, openId: null } });
      return;
    }
    // What was trained stays kept: this is another run.
    const keep = keeping.beginKeeping();
    const { run } = get();
    // Before the settings are taken up: they are those of a run that has not begun, and change nothing midway.
    set({
      ...noMetrics(),
      run: run && { ...run, changedMidway: false },
      announcement: 'Back to the initial weights.',
    });
    settingsActions.takeUpSettings();
    trainer?.post({ type: 'rewind', ...(keep && { keep }) });
  }

  /** After an undo or a redo: what the page makes itself comes back by itself. */
  function reloadBuiltIn(): void {
    const state = get();
    const { source } = state.settings.data;
    if (source !== 'files' && state.loadedWith?.source !== source)
      void runDataJob('Generating events', loadWanted);
  }

  function openLink({ session, problems, run }: DecodedLink): void {
    set({
      settings: session,
      repairs: problems,
      undoSteps: [],
      redoSteps: [],
      shared: run ? { session, run } : null,
    });
    void dropActions.reopenStored();
  }

  const settingsActions = createSettingsActions(store, ports);
  const dropActions = createDropActions(store, data, {
    run: runDataJob,
    options: jobOptions,
    loadWanted,
  });

  return {
    ...settingsActions,
    ...dropActions,
    openWeights: weightsActions.openWeights,
    forgetWeights: weightsActions.forgetWeights,
    exportWeights: weightsActions.exportWeights,
    ...keeping,
    tabHidden: createHiddenTab(store, trainer, () => beginRun('start')),
    measureDrift: weightsActions.measureDrift,
    exportNir: weightsActions.exportNir,
    exportProject: async () =>
      (await import('./cluster/projectArchive.ts')).projectArchive(store, ports, weightsActions),
    ...createInsideActions(store, ports),
    ...createSpeedActions(store, ports),

    openSession(session, label) {
      settingsActions.openSession(session, label);
      if (!get().isImporting) cancelDataJob();
    },

    choosePreset(name) {
      const choice = settingsActions.choosePreset(name);
      // Files that are being read may be what the preset is for; a set that is being made is not.
      if (!choice.keepsData && !get().isImporting) cancelDataJob();
      return choice;
    },

    openLink,

    async openSessionFile(file) {
      try {
        if (file.size > MAX_SESSION_FILE_BYTES) {
          throw new AppError(
            'session-file-too-large',
            `The file has ${file.size} bytes, a session file has at most ${MAX_SESSION_FILE_BYTES}.`,
            'Choose a file that this page has saved.',
          );
        }
        const decoded = readSessionFile(await file.text());
        page.visitFragment(encodeLink(get().settings), encodeLink(decoded.session, decoded.run));
        openLink(decoded);
        set({ announcement: 'The session file is open.' });
      } catch (error) {
        report(error);
      }
    },

    async loadBuiltIn(source) {
      const settings = get().settings;
      if (settings.data.source !== source) {
        const limited = applySetting(settings, 'data', source);
        // As many stand-in patterns as a preset asks for say nothing about how many of these are wanted.
        const { trainCount, testCount } =
          settings.data.source === 'standIn' ? defaultSession().data : limited.data;
        const cap = SESSION_LIMITS.generatedSamples;
        const counts = { trainCount: Math.min(cap, trainCount), testCount: Math.min(cap, testCount) };
        set({ settings: { ...limited, data: { ...limited.data, ...counts } } });
      }
      await runDataJob('Generating events', loadWanted);
    },

    async dropFiles(dropped) {
      const weights = dropped.find(({ path }) => isWeightsName(path));
      if (weights) await weightsActions.openWeights(weights);
      await dropActions.dropFiles(dropped.filter(({ path }) => !isWeightsName(path)));
      keeping.noteFiles(dropped.map(({ path }) => path));
    },

    cancelDataJob,

    async recording(index) {
      try {
        return await data.recording(index);
      } catch (error) {
        report(error);
        return null;
      }
    },

    start: () => beginRun('start'),
    step: () => beginRun('step'),
    pause() {
      afterPlan = null;
      if (get().status === 'preparing') cancelDataJob();
      trainer?.post({ type: 'pause' });
    },
    rewind,

    undo(label) {
      settingsActions.undo(label);
      reloadBuiltIn();
    },

    redo() {
      settingsActions.redo();
      reloadBuiltIn();
    },

    async share() {
      const fragment = shareFragment(get());
      page.showFragment(fragment);
      const address = `${page.pageAddress()}#${fragment}`;
      const copied = await page.copyText(address);
      set({ announcement: copied ? 'The link is copied.' : 'The link is in the address bar.' });
      return { address, copied };
    },

    dismissProblem(id) {
      set({ problems: get().problems.filter((problem) => problem.id !== id) });
    },
    dismissRepairs() {
      set({ repairs: [] });
    },
  };
}
