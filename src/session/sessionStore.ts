import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorData } from '../core/errors.ts';
import type { AdapterInfo, EpochMetrics, IterationMetrics, TrainerStatus } from '../trainer/messages.ts';
import { emptyInside, type InsideState } from './inside/insideState.ts';
import { emptyHistory, type MetricsHistory } from './metricsHistory.ts';
import type {
  ClassChoice,
  DataProgress,
  DataSummary,
  ImportPlan,
  ImportProblem,
  TextPreview,
} from './ports.ts';
import { type KeptState, noKept } from './runs/keptState.ts';
import { defaultSession, type Session } from './session.ts';
import { readSetting, SESSION_FIELDS } from './sessionFields.ts';
import { emptySpeed, type SpeedState } from './speed/speedState.ts';
import type { SharedResult } from './verifyRun.ts';
import type { StartWeights } from './weights/startWeights.ts';

export type { EpochMetrics, IterationMetrics, TrainerStatus } from '../trainer/messages.ts';

/** Whether this browser can train, and on what. */
export interface GpuState {
  state: 'checking' | 'ready' | 'missing';
  adapter: AdapterInfo | null;
  /** Why not, and what to do. */
  problem: ErrorData | null;
}

/** The run that the trainer holds. */
export interface RunState {
  /** The settings it was configured with, and the (k, n) and learning rate it has been given since. */
  settings: Session;
  /** Bytes of GPU memory it was given; null = what the device allows. */
  memoryBudget: number | null;
  /** `dropCount` of the recordings it trains on. */
  dropCount: number;
  datasetName: string;
  synthetic: boolean;
  fingerprint: string;
  classCount: number;
  trainSamples: number;
  testSamples: number;
  /** Share of ones among the input frames, 0..1; null or absent where it is not known (images, frames in storage). */
  inputDensity?: number | null;
  /** From the plan and from the ledger, bytes of GPU buffers; null until the trainer has planned. */
  forecastBytes: number | null;
  measuredBytes: number | null;
  parameterCount: number | null;
  /** True once (k, n) or the learning rate were changed while it ran: no session leads to the same weights. */
  changedMidway?: boolean;
  /** What stopped it, if something did; absent for a run that goes on. */
  failure?: ErrorData;
  /** The settings it had then; they may have been changed since, as a remedy. */
  failedWith?: Session;
}

/** A change of (k, n) during a run, drawn as a mark in the charts. */
export interface ScheduleMark {
  epoch: number;
  label: string;
}

/** Something that went wrong, shown until it is dismissed or its cause is gone. */
export interface Problem extends ErrorData {
  id: number;
}

/** The settings before a change, to go back to. */
export interface UndoStep {
  /** What the change was, for people: "kernel of conv1". */
  label: string;
  settings: Session;
}

/** What an import would give under a choice of classes. */
export interface ImportQuestion {
  plan: ImportPlan;
  classes: ClassChoice;
  /** True while the plan of another choice is made. */
  isPlanning: boolean;
  /** Why the choice cannot be had. */
  problem?: ErrorData;
}

/** Everything the page shows. GPU objects, buffers and recordings never enter it. */
export interface SessionState {
  settings: Session;
  /** Changes that can be taken back, newest last, at most {@link MAX_UNDO_STEPS}. */
  undoSteps: UndoStep[];
  /** Changes that were taken back and can be made again, the next one last; `settings` are those they led to. */
  redoSteps: UndoStep[];
  /** Bytes of GPU memory that a run may take on this device; null = what the device allows. Not part of a session. */
  memoryBudget: number | null;
  /** Recordings loaded, or null. They may be older than the settings: see {@link dataIsStale}. */
  summary: DataSummary | null;
  /** The settings that `summary` was loaded with. */
  loadedWith: Session['data'] | null;
  /** How many drops of files were taken over: tells two drops with equal settings apart. */
  dropCount: number;
  /** Files of the latest drop that were refused, or read with a complaint. */
  importProblems: ImportProblem[];
  /** A text file of the drop that is being read: its columns wait to be confirmed. */
  columnQuestion: TextPreview | null;
  /** Recordings that are being dropped: their classes and split wait to be confirmed. */
  importQuestion: ImportQuestion | null;
  /** The job on the data that runs now. */
  dataJob: DataProgress | null;
  /** True while dropped files are read: a run that began now would train on something else. */
  isImporting: boolean;
  gpu: GpuState;
  status: TrainerStatus;
  run: RunState | null;
  iteration: IterationMetrics | null;
  /** Newest last, at most `MAX_EPOCH_ROWS`: see epochRows.ts. */
  epochs: EpochMetrics[];
  history: MetricsHistory;
  marks: ScheduleMark[];
  /** Samples seen from inside, and what the test samples were read out as. */
  inside: InsideState;
  /** Runs in the browser's storage. */
  kept: KeptState;
  problems: Problem[];
  /** What had to be repaired in the link that was opened. */
  repairs: ErrorData[];
  /** Weights from a file that the next run begins with, where the settings name them; what was remarked about the file. */
  startWeights: (StartWeights & { remarks: string[] }) | null;
  /** The results that came with the link; a run of the same session is compared with them. */
  shared: SharedResult | null;
  /** Which kernels run, where the time goes, what the adapter can do. */
  speed: SpeedState;
  /** The latest thing to say aloud to people who do not see the page. */
  announcement: string;
}

/** Changes that are remembered to be taken back. */
export const MAX_UNDO_STEPS = 50;

export type SessionStore = StoreApi<SessionState>;

/** What a run shows before its first iteration. */
export function noMetrics(): Pick<SessionState, 'iteration' | 'epochs' | 'history' | 'marks' | 'inside'> {
  return { iteration: null, epochs: [], history: emptyHistory(), marks: [], inside: emptyInside() };
}

export function createSessionStore(
  settings: Session = defaultSession(),
  memoryBudget: number | null = null,
): SessionStore {
  return createStore<SessionState>(() => ({
    settings,
    undoSteps: [],
    redoSteps: [],
    memoryBudget,
    summary: null,
    loadedWith: null,
    dropCount: 0,
    importProblems: [],
    columnQuestion: null,
    importQuestion: null,
    dataJob: null,
    isImporting: false,
    gpu: { state: 'checking', adapter: null, problem: null },
    status: 'idle',
    run: null,
    ...noMetrics(),
    kept: noKept(),
    problems: [],
    repairs: [],
    shared: null,
    startWeights: null,
    speed: emptySpeed(),
    announcement: '',
  }));
}

/** The data that are loaded, where they are of the kind that the settings name; null otherwise. */
export function shownSummary(state: SessionState): DataSummary | null {
  return state.loadedWith?.source === state.settings.data.source ? state.summary : null;
}

/** True when the recordings that are loaded are not those that the settings ask for. */
export function dataIsStale(state: SessionState): boolean {
  if (!state.summary || !state.loadedWith) return true;
  const wanted = state.settings.data;
  const loaded = state.loadedWith;
  if (wanted.source !== loaded.source) return true;
  // Dropped files cannot be loaded again by the page; their counts only limit how many of them are used.
  if (wanted.source === 'files') return false;
  return (
    wanted.seed !== loaded.seed ||
    wanted.trainCount !== loaded.trainCount ||
    wanted.testCount !== loaded.testCount
  );
}

const RESTARTING = SESSION_FIELDS.filter(
  ({ consequence }) => consequence === 'restart' || consequence === 'encode' || consequence === 'data',
);
/** What a run that is over does not take up either: its settings are those that it was trained with. */
const RESTARTING_ONCE_OVER = SESSION_FIELDS.filter(({ consequence }) => consequence !== 'none');

/** Short names of the settings that changed since the run was configured and that only a new run takes up. */
export function pendingChanges(state: SessionState): string[] {
  const { run, settings } = state;
  if (!run) return [];
  const fields = state.status === 'finished' ? RESTARTING_ONCE_OVER : RESTARTING;
  const changed = fields
    .filter(
      ({ path }) =>
        JSON.stringify(readSetting(run.settings, path)) !== JSON.stringify(readSetting(settings, path)),
    )
    .map(({ short }) => short);
  // The recordings of an opened run may have to be dropped first; whether they are its own, their fingerprint says.
  const isOther = run.dropCount !== state.dropCount && state.kept.openId === null;
  if (settings.data.source === 'files' && isOther) changed.unshift('files');
  if (run.memoryBudget !== state.memoryBudget) changed.push('memory budget');
  return changed;
}

/** True while the trainer is busy with a run. */
export function isTraining(status: TrainerStatus): boolean {
  return status === 'preparing' || status === 'running' || status === 'evaluating' || status === 'recovering';
}
