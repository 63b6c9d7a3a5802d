import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { sameValue } from '../linkCodec.ts';
import type { Session } from '../session.ts';
import { showValue } from '../session.ts';
import { type CellRecord, type CellResult, cellResultSchema, type SweepResults } from './sweepResults.ts';
import { checkSweep, type SweepSpec, sweepCells, sweepSpecSchema } from './sweepSpec.ts';

/**
 * A sweep as it is kept between visits: what was asked for, what was trained, and what the visitor did to the queue.
 * What early stopping, search and memory limit decided is not kept: it follows from these, see `settleSweep`.
 */
export interface SweepState extends SweepResults {
  /** Ids of cells, first to be trained first. */
  queue: string[];
}

const storedCell = z.strictObject({
  id: z.string(),
  status: z.enum(['waiting', 'done', 'failed', 'removed']),
  result: cellResultSchema.nullable(),
  problem: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});

const storedSweep = z.strictObject({
  version: z.literal(1),
  spec: sweepSpecSchema,
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  cells: z.array(storedCell),
  queue: z.array(z.string()),
});

export type StoredSweep = z.infer<typeof storedSweep>;

export function createSweep(spec: SweepSpec): SweepState {
  const cells = sweepCells(spec).map(
    (cell): CellRecord => ({ cell, status: 'waiting', result: null, problem: null, note: '' }),
  );
  return { spec, fingerprint: null, cells, queue: cells.map(({ cell }) => cell.id) };
}

/** Plain data of a sweep. A run that is being trained is kept as one that waits: it is trained again. */
export function storeSweep({ spec, fingerprint, cells, queue }: SweepState): StoredSweep {
  return {
    version: 1,
    spec,
    fingerprint,
    cells: cells.map(({ cell, status, result, problem }) => ({
      id: cell.id,
      status: status === 'done' || status === 'failed' || status === 'removed' ? status : 'waiting',
      result,
      problem,
    })),
    queue,
  };
}

function damaged(what: string): AppError {
  return new AppError('sweep-state-invalid', `The stored sweep cannot be read: ${what}.`, 'Start it anew.');
}

/**
 * Validates plain data as a stored sweep.
 * @throws AppError `sweep-state-invalid` saying what is wrong; `sweep-invalid` for a sweep that cannot be trained.
 */
export function restoreSweep(value: unknown): SweepState {
  const parsed = storedSweep.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(`${issue.path.join('.') || 'it'} is not what was stored (${issue.message})`);
  }
  const { spec, fingerprint, cells, queue } = parsed.data;
  checkSweep(spec);
  const state = createSweep(spec);
  if (cells.length !== state.cells.length || cells.some(({ id }, i) => id !== state.cells[i].cell.id))
    throw damaged('its runs are not those of its grid');
  if (queue.length !== cells.length || !sameValue([...queue].sort(), [...state.queue].sort()))
    throw damaged('its queue does not hold every run once');
  const wrong = cells.find(({ status, result }) => status === 'done' && result?.epochs !== spec.base.epochs);
  if (wrong) throw damaged(`the run ${wrong.id} is called done without the figures of its last epoch`);
  return {
    spec,
    fingerprint,
    queue,
    cells: state.cells.map((record, i) => ({
      ...record,
      status: cells[i].status,
      result: cells[i].result,
      problem: cells[i].problem,
    })),
  };
}

/**
 * Goes on with a stored sweep.
 * @throws AppError `sweep-differs` where it was another sweep.
 */
export function resumeSweep(stored: unknown, spec: SweepSpec): SweepState {
  const state = restoreSweep(stored);
  if (sameValue(state.spec, spec)) return state;
  throw new AppError(
    'sweep-differs',
    `The stored sweep is not the one that is asked for: its ${differenceOf(state.spec, spec)}.`,
    'Choose another report, or delete the stored state to begin anew.',
  );
}

function differenceOf(before: SweepSpec, now: SweepSpec): string {
  for (const key of Object.keys(now) as (keyof SweepSpec)[]) {
    if (sameValue(before[key], now[key])) continue;
    if (key === 'base') return `base session was another one: ${fieldOf(before.base, now.base)}`;
    return `${key} was ${showValue(before[key])}, not ${showValue(now[key])}`;
  }
  return 'settings differ';
}

function fieldOf(before: Session, now: Session): string {
  const key = (Object.keys(now) as (keyof Session)[]).find((name) => !sameValue(before[name], now[name]));
  return key ? `${key} was ${showValue(before[key])}` : 'a field is missing';
}

/** The state with one record changed. */
export function withCell(state: SweepState, id: string, change: Partial<CellRecord>): SweepState {
  return {
    ...state,
    cells: state.cells.map((record) => (record.cell.id === id ? { ...record, ...change } : record)),
  };
}

/** Takes a run that has not been trained to its end out of the queue. */
export function removeCell(state: SweepState, id: string): SweepState {
  const record = state.cells.find(({ cell }) => cell.id === id);
  if (!record || !['waiting', 'failed', 'running'].includes(record.status)) return state;
  return withCell(state, id, { status: 'removed', problem: null });
}

/** Puts a removed or failed run back where it stood in the queue. */
export function restoreCell(state: SweepState, id: string): SweepState {
  const record = state.cells.find(({ cell }) => cell.id === id);
  if (!record || !['removed', 'failed'].includes(record.status)) return state;
  return withCell(state, id, { status: 'waiting', problem: null });
}

/** Moves a waiting run by so many waiting places in the queue; -Infinity is to the front. */
export function moveCell(state: SweepState, id: string, places: number): SweepState {
  const waits = new Set(state.cells.filter(({ status }) => status === 'waiting').map(({ cell }) => cell.id));
  const waiting = state.queue.filter((each) => waits.has(each));
  const from = waiting.indexOf(id);
  if (from < 0) return state;
  const to = Math.min(waiting.length - 1, Math.max(0, from + places));
  waiting.splice(to, 0, ...waiting.splice(from, 1));
  // Runs that do not wait keep their places.
  let next = 0;
  return { ...state, queue: state.queue.map((each) => (waits.has(each) ? waiting[next++] : each)) };
}

/** A finished run of so many epochs; done when these are all that were asked for. */
export function finishCell(state: SweepState, id: string, result: CellResult): SweepState {
  const isDone = result.epochs >= state.spec.base.epochs;
  return withCell(state, id, { status: isDone ? 'done' : 'waiting', result, problem: null });
}
