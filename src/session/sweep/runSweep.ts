import { type ErrorData, toErrorData } from '../../core/errors.ts';
import type { PointCost } from './pointCosts.ts';
import { type SweepTask, settleSweep } from './settleSweep.ts';
import type { CellResult } from './sweepResults.ts';
import { finishCell, type SweepState, withCell } from './sweepState.ts';

/** One training run while it is under way. */
export interface TrainingRun {
  /** Rejects with an AppError when it fails. Never settles after `cancel`. */
  result: Promise<CellResult>;
  /** Stops where it is; `resume` goes on with the same bits. */
  pause(): void;
  resume(): void;
  /** Gives the run up. Settles when the trainer is free. */
  cancel(): Promise<void>;
}

export interface SweepPorts {
  /** Starts to train a run of the sweep from its initial weights. */
  train(task: SweepTask): TrainingRun;
  /** Keeps the state where it survives; told of after every change that must not be lost. */
  save(state: SweepState): Promise<void>;
  /** Told of every new state. */
  onChange(state: SweepState): void;
}

/** Errors after which no further run can be trained. */
const FATAL = [
  'device-lost',
  'trainer-worker-failed',
  'page-crashed',
  'webgpu-missing',
  'adapter-missing',
  'device-refused',
  'sweep-data-differs',
];

/** paused = a run is held where it stands; idle = nothing is under way. */
export type SweepActivity = 'idle' | 'running' | 'paused';

export interface SweepRunner {
  state(): SweepState;
  activity(): SweepActivity;
  /**
   * Trains run after run; resolves when nothing is left, or when it was held back by {@link SweepRunner.pause} or
   * {@link SweepRunner.stop}.
   * @throws AppError that keeps all further runs from being trained; the run that met it waits again.
   */
  start(): Promise<void>;
  /** Holds the run that is under way where it stands. */
  pause(): void;
  /** Gives the run that is under way up, which waits again; resolves when the trainer is free. */
  stop(): Promise<void>;
  /** Changes the queue. A run under way that is no longer wanted is given up. */
  change(edit: (state: SweepState) => SweepState): void;
}

/**
 * Trains the runs of a sweep, one at a time. The same code serves the command and the page; what differs is behind the
 * ports.
 * @param initial Fresh, or as it was stored.
 */
export function createSweepRunner(
  initial: SweepState,
  costs: readonly PointCost[],
  ports: SweepPorts,
): SweepRunner {
  let current = settleSweep(initial, costs).state;
  let active: { id: string; run: TrainingRun; giveUp: () => void } | null = null;
  let activity: SweepActivity = 'idle';
  let loop: Promise<void> | null = null;
  let saved: Promise<void> = Promise.resolve();

  function take(next: SweepState): void {
    current = settleSweep(next, costs).state;
    ports.onChange(current);
  }

  /** One after the other, so that an older state never replaces a newer one. */
  function save(): Promise<void> {
    saved = saved.catch(() => {}).then(() => ports.save(current));
    return saved;
  }

  /** @returns False when the run was given up. */
  async function trainOne(task: SweepTask): Promise<boolean> {
    const { id } = task.record.cell;
    take(withCell(current, id, { status: 'running', problem: null }));
    const run = ports.train(task);
    const givenUp = new Promise<'given up'>((resolve) => {
      active = { id, run, giveUp: () => resolve('given up') };
    });
    try {
      const outcome = await Promise.race([run.result, givenUp]);
      if (outcome === 'given up') return false;
      take(finishCell(current, id, outcome));
    } catch (error) {
      const problem = toErrorData(error);
      const isFatal = FATAL.includes(problem.code);
      take(
        withCell(
          current,
          id,
          isFatal ? { status: 'waiting' } : { status: 'failed', problem: plain(problem) },
        ),
      );
      if (isFatal) throw error;
    } finally {
      active = null;
    }
    await save();
    return true;
  }

  async function work(): Promise<void> {
    try {
      while (activity !== 'idle') {
        const { task } = settleSweep(current, costs);
        if (!task) break;
        if (!(await trainOne(task))) continue;
      }
    } finally {
      activity = 'idle';
      loop = null;
      ports.onChange(current);
    }
  }

  /** Lets the run under way go; what waits for it is told when the trainer is free. */
  async function release(): Promise<void> {
    if (!active) return;
    const { id, run, giveUp } = active;
    await run.cancel();
    const record = current.cells.find(({ cell }) => cell.id === id);
    if (record?.status === 'running') take(withCell(current, id, { status: 'waiting' }));
    giveUp();
  }

  return {
    state: () => current,
    activity: () => activity,
    start() {
      if (activity === 'paused') {
        activity = 'running';
        active?.run.resume();
        ports.onChange(current);
      } else if (activity === 'idle') {
        activity = 'running';
        loop = work();
      }
      return loop ?? Promise.resolve();
    },
    pause() {
      if (activity !== 'running') return;
      activity = 'paused';
      active?.run.pause();
      ports.onChange(current);
    },
    async stop() {
      if (activity === 'idle') return;
      const ending = loop;
      activity = 'idle';
      await release();
      await ending;
    },
    change(edit) {
      const before = active?.id;
      take(edit(current));
      const isWanted = current.cells.some(({ cell, status }) => cell.id === before && status === 'running');
      if (before !== undefined && !isWanted) void release();
      void save().catch(() => {});
    },
  };
}

function plain({ code, message, hint }: ErrorData): { code: string; message: string; hint: string } {
  return { code, message, hint: hint ?? '' };
}
