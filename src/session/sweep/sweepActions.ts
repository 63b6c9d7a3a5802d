import { AppError, type ErrorData, toErrorData } from '../../core/errors.ts';
import type { RecordStore } from '../../storage/recordStore.ts';
import type { JobOptions, TrainerPort } from '../ports.ts';
import type { Session } from '../session.ts';
import type { PointCost } from './pointCosts.ts';
import { createSweepRunner, type SweepRunner } from './runSweep.ts';
import { settleSweep } from './settleSweep.ts';
import { decodeSweepLink, encodeSweepLink } from './sweepLink.ts';
import { cellSession, parseSweep, SWEEP_LIMITS, type SweepCell, type SweepSpec } from './sweepSpec.ts';
import {
  createSweep,
  moveCell,
  removeCell,
  restoreCell,
  restoreSweep,
  type SweepState,
  storeSweep,
} from './sweepState.ts';
import { NO_SWEEP, type SweepStore } from './sweepStore.ts';
import { checkFingerprint, type SweepData, trainCell } from './trainCell.ts';
import { busyError } from './trainerSwitch.ts';

/** What a sweep needs of the page around it. */
export interface SweepEnvironment {
  /** Null where the browser cannot train. */
  trainer: TrainerPort | null;
  /** Ends the page's own run and gives the trainer to the sweep. */
  takeTrainer(): void;
  giveTrainerBack(): void;
  openData(base: Session, options: JobOptions): Promise<SweepData>;
  /** Costs of every point, counted where it holds nobody up. @throws AppError */
  countCosts(spec: SweepSpec): Promise<PointCost[]>;
  records: RecordStore;
  /** Runs `work` unless another tab of this page runs its sweep. @throws AppError `sweep-elsewhere` */
  alone(work: () => Promise<void>): Promise<void>;
  /** Shows a session under Train. */
  openSession(session: Session): void;
  /** Puts a link into the address bar and the clipboard. @returns True where it was copied. */
  shareFragment(fragment: string): Promise<boolean>;
}

/** What the visitor can do with a sweep. Problems go to the store; nothing throws. */
export interface SweepActions {
  /** Shows the sweep of an earlier visit, paused. */
  restore(): Promise<void>;
  /** A new sweep in place of the one that is there; starts nothing. */
  create(spec: SweepSpec): Promise<void>;
  /** Takes the trainer, whatever the page trains, and goes on with the sweep. */
  start(): Promise<void>;
  pause(): void;
  /** Gives the run under way up and the trainer back. */
  stop(): Promise<void>;
  /** What the page does before it trains itself. @returns Why it may not; null, at once or later, where it may: a paused sweep gives way. */
  yieldTrainer(): Promise<ErrorData | null> | null;
  remove(id: string): void;
  putBack(id: string): void;
  move(id: string, places: number): void;
  discard(): Promise<void>;
  openCell(cell: SweepCell): void;
  /** @returns The fragment that was shared, or null with the reason in the store. */
  share(): Promise<{ fragment: string; copied: boolean } | null>;
  /** Shows what a link holds; the visitor's own sweep stays stored. */
  openLink(hash: string): Promise<void>;
  /**
   * Takes over a file: a sweep file becomes the visitor's sweep, unstarted; one with results (what the command keeps
   * beside its report) is shown as that of a link is.
   */
  openFile(text: string): Promise<void>;
  /** Makes the sweep of a link the visitor's own. */
  keepGuest(): Promise<void>;
  /** Back from the sweep of a link to the visitor's own. */
  closeGuest(): Promise<void>;
  dismissProblem(): void;
}

/** @throws AppError `sweep-invalid` for text that is no JSON, or more than any sweep has. */
function readJson(text: string): unknown {
  try {
    if (text.length <= SWEEP_LIMITS.fileBytes * MAX_FILES_OF_TEXT) return JSON.parse(text);
  } catch {
    // Said below.
  }
  throw new AppError(
    'sweep-invalid',
    'The file holds no sweep: it is not JSON, or too large.',
    'Choose a sweep file, or the .state.json that npm run sweep keeps beside its report.',
  );
}

/** A sweep of the most runs with its results has a few megabytes. */
const MAX_FILES_OF_TEXT = 8;

/** Name of the record of the one sweep that is kept. */
const RECORD = 'sweep';

export function createSweepActions(store: SweepStore, env: SweepEnvironment): SweepActions {
  let runner: SweepRunner | null = null;
  let data: SweepData | null = null;
  let preparation: AbortController | null = null;
  /** Counts the sweeps that were shown: what comes late for an earlier one is dropped. */
  let generation = 0;

  const get = () => store.getState();
  const report = (error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'AbortError'))
      store.setState({ problem: toErrorData(error) });
  };

  async function save(sweep: SweepState): Promise<void> {
    if (get().isGuest) return;
    await env.records.set(RECORD, storeSweep(sweep));
  }

  /** Shows a sweep, with what follows from its results once its costs are known. */
  async function show(sweep: SweepState, isGuest: boolean): Promise<void> {
    const mine = ++generation;
    runner = null;
    data = null;
    store.setState({ ...NO_SWEEP, sweep, isGuest });
    try {
      const costs = await env.countCosts(sweep.spec);
      if (mine === generation) store.setState({ costs, sweep: settleSweep(sweep, costs).state });
    } catch (error) {
      if (mine === generation) report(error);
    }
  }

  /** Changes a sweep whether it runs or not. */
  function edit(change: (sweep: SweepState) => SweepState): void {
    const { sweep, costs } = get();
    if (!sweep || !costs) return;
    if (runner) {
      runner.change(change);
      return;
    }
    const next = settleSweep(change(sweep), costs).state;
    store.setState({ sweep: next });
    void save(next).catch(report);
  }

  function makeRunner(sweep: SweepState, costs: readonly PointCost[], opened: SweepData): SweepRunner {
    const trainer = env.trainer as TrainerPort;
    const made: SweepRunner = createSweepRunner(sweep, costs, {
      train: ({ record, epochs }) =>
        trainCell(trainer, opened, { ...cellSession(opened.base, record.cell), epochs }, (progress) =>
          store.setState({ progress: { id: record.cell.id, ...progress } }),
        ),
      // A sweep that cannot be kept goes on all the same, and the visitor is told.
      save: (latest) => save(latest).catch(report),
      onChange: (latest) => {
        if (runner !== made) return;
        const isUnderWay = latest.cells.some(({ status }) => status === 'running');
        store.setState({
          sweep: latest,
          activity: made.activity(),
          ...(isUnderWay ? {} : { progress: null }),
        });
      },
    });
    return made;
  }

  async function prepare(sweep: SweepState): Promise<SweepData> {
    preparation = new AbortController();
    const { signal } = preparation;
    store.setState({ activity: 'preparing', preparing: 'Preparing the recordings', problem: null });
    const opened = await env.openData(sweep.spec.base, {
      signal,
      onProgress: ({ label, done, total }) =>
        store.setState({ preparing: total > 0 ? `${label}: ${Math.round((100 * done) / total)} %` : label }),
    });
    signal.throwIfAborted();
    checkFingerprint(opened.dataset.fingerprint, sweep.fingerprint);
    return opened;
  }

  async function run(): Promise<void> {
    const mine = generation;
    const { sweep, costs } = get();
    if (!sweep || !costs) return;
    data ??= await prepare(sweep);
    if (mine !== generation) return;
    if (!runner) {
      const { fingerprint } = data.dataset;
      // The queue may have changed while the recordings were prepared.
      runner = makeRunner({ ...(get().sweep ?? sweep), fingerprint }, costs, data);
    }
    env.takeTrainer();
    store.setState({ activity: 'running', preparing: '', problem: null });
    try {
      await runner.start();
    } finally {
      env.giveTrainerBack();
    }
  }

  async function stop(): Promise<void> {
    preparation?.abort(new DOMException('Stopped by the visitor.', 'AbortError'));
    await runner?.stop();
  }

  async function restoreOwn(): Promise<void> {
    try {
      const stored = await env.records.get(RECORD);
      if (stored === undefined) {
        generation++;
        store.setState(NO_SWEEP);
      } else await show(restoreSweep(stored), false);
    } catch (error) {
      report(error);
    }
  }

  return {
    restore: restoreOwn,

    async create(spec) {
      await stop();
      const sweep = createSweep(spec);
      await show(sweep, false);
      await save(sweep).catch(report);
    },

    async start() {
      const { activity, isGuest } = get();
      if (!env.trainer || isGuest || activity === 'running' || activity === 'preparing') return;
      if (activity === 'paused') {
        void runner?.start();
        return;
      }
      const mine = generation;
      try {
        await env.alone(run);
      } catch (error) {
        report(error);
      } finally {
        if (mine === generation) store.setState({ activity: 'idle', progress: null, preparing: '' });
      }
    },

    pause: () => runner?.pause(),
    stop,

    yieldTrainer() {
      const { activity } = get();
      if (activity === 'idle') return null;
      if (activity === 'paused') return stop().then(() => null);
      return Promise.resolve(toErrorData(busyError()));
    },

    remove: (id) => edit((sweep) => removeCell(sweep, id)),
    putBack: (id) => edit((sweep) => restoreCell(sweep, id)),
    move: (id, places) => edit((sweep) => moveCell(sweep, id, places)),

    async discard() {
      await stop();
      generation++;
      runner = null;
      data = null;
      store.setState(NO_SWEEP);
      await env.records.remove(RECORD).catch(report);
    },

    openCell(cell) {
      const { sweep } = get();
      if (sweep) env.openSession(cellSession(data?.base ?? sweep.spec.base, cell));
    },

    async share() {
      const { sweep } = get();
      if (!sweep) return null;
      try {
        const fragment = encodeSweepLink(sweep);
        return { fragment, copied: await env.shareFragment(fragment) };
      } catch (error) {
        report(error);
        return null;
      }
    },

    async openLink(hash) {
      await stop();
      try {
        await show(decodeSweepLink(hash), true);
      } catch (error) {
        await restoreOwn();
        report(error);
      }
    },

    async openFile(text) {
      try {
        const value = readJson(text);
        if (typeof value === 'object' && value !== null && 'cells' in value) {
          const sweep = restoreSweep(value);
          await stop();
          await show(sweep, true);
          return;
        }
        const sweep = createSweep(parseSweep(value));
        await stop();
        await show(sweep, false);
        await save(sweep);
      } catch (error) {
        report(error);
      }
    },

    async keepGuest() {
      const { sweep, isGuest } = get();
      if (!sweep || !isGuest) return;
      store.setState({ isGuest: false });
      await save(sweep).catch(report);
    },

    closeGuest: restoreOwn,
    dismissProblem: () => store.setState({ problem: null }),
  };
}

/** The error of a sweep that another tab of the page trains. */
export function elsewhereError(): AppError {
  return new AppError(
    'sweep-elsewhere',
    'Another tab of this page trains its sweep.',
    'Go on there, or close that tab and start here.',
  );
}
