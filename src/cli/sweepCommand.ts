import { readFile, rename, writeFile } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import type { Session } from '../session/session.ts';
import { type PointCost, pointCosts } from '../session/sweep/pointCosts.ts';
import { createSweepRunner, type TrainingRun } from '../session/sweep/runSweep.ts';
import { explainSearch, searchStep } from '../session/sweep/searchPoints.ts';
import type { SweepTask } from '../session/sweep/settleSweep.ts';
import { sweepCsv } from '../session/sweep/sweepCsv.ts';
import { cellSession, parseSweep, type SweepSpec } from '../session/sweep/sweepSpec.ts';
import { createSweep, resumeSweep, type SweepState, storeSweep } from '../session/sweep/sweepState.ts';
import { type PointSummary, summarizeSweep } from '../session/sweep/sweepSummary.ts';
import { readArguments } from './arguments.ts';
import type { CommandHost, HeadlessPage } from './host.ts';

const USAGE = 'npm run sweep -- sweep.json --report out.csv [--data PATH]';

const OPTIONS = {
  report: { type: 'string' },
  data: { type: 'string' },
} as const;

/** Where the state of a sweep is kept while it runs, and what a later call goes on from. */
export const stateFileOf = (report: string) => `${report}.state.json`;

async function readJson(path: string, what: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'file-unreadable',
      `The ${what} ${path} cannot be read (${error.code}).`,
      'Check the path and its permissions.',
    );
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('sweep-invalid', `The ${what} ${path} is not JSON.`, `Usage: ${USAGE}`);
  }
}

/** A file that is whole or as it was before, also when the process is killed in the middle. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.part`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } catch (error) {
    throw new AppError(
      'report-unwritable',
      `The report cannot be written to ${path} (${(error as NodeJS.ErrnoException).code}).`,
      'Name a file in a folder that exists and that you may write to.',
    );
  }
}

/** The state that an earlier call left beside the report; a fresh one where there is none. */
async function loadState(spec: SweepSpec, report: string): Promise<SweepState> {
  const path = stateFileOf(report);
  const exists = await readFile(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  return exists ? resumeSweep(await readJson(path, 'state'), spec) : createSweep(spec);
}

/** The headless page as a trainer of single runs. */
function trainIn(page: HeadlessPage, base: Session, show: (fraction: number) => void) {
  return ({ record, epochs }: SweepTask): TrainingRun => ({
    result: page.call('sweepRun', { ...cellSession(base, record.cell), epochs }, (event) => {
      if (event.type === 'progress') show(event.fraction);
    }),
    // A command is not paused: it is ended, and called again.
    pause() {},
    resume() {},
    cancel: async () => {},
  });
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function pointReport({
  point,
  runs,
  accuracy,
  margin,
  figureOfMerit,
  cost,
  measuredBytes,
  isOnFront,
}: PointSummary) {
  const { truncationInterval: k, blockSize: n, classifier, update } = point;
  const { planBytes, memory, access, additions, macs, costTerms } = cost;
  const costs = { planBytes, measuredBytes, memory, access, additions, macs, costTerms };
  return { k, n, classifier, update, runs, accuracy, margin, figureOfMerit, isOnFront, ...costs };
}

function sweepReport(state: SweepState, costs: readonly PointCost[]): object {
  const { points, reference, best } = summarizeSweep(state, costs);
  const count = (status: string) => state.cells.filter((cell) => cell.status === status).length;
  return {
    name: state.spec.name,
    fingerprint: state.fingerprint,
    runs: Object.fromEntries(['done', 'stopped', 'skipped', 'failed'].map((each) => [each, count(each)])),
    reference: reference && pointReport(reference),
    best: best && pointReport(best),
    explanation: state.spec.search ? explainSearch(searchStep(state, costs), state) : [],
    points: points.map(pointReport),
  };
}

/**
 * `npm run sweep`: trains every run of a sweep headless. After each run the report (CSV) and the state beside it are
 * written; called again with the same arguments it goes on where it was ended. Prints means, intervals and the Pareto
 * front as JSON.
 */
export async function sweepCommand(args: string[], host: CommandHost): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  const { report } = values;
  if (positionals.length !== 1 || report === undefined) {
    const what =
      positionals.length === 1 ? 'No --report was given' : `${positionals.length} sweep files were given`;
    throw new AppError('arguments-invalid', `${what}; one of each is needed.`, `Usage: ${USAGE}`);
  }
  const spec = parseSweep(await readJson(positionals[0], 'sweep file'));
  const { source, name, trainCount, testCount } = spec.base.data;
  if (source === 'files' && values.data === undefined) {
    throw new AppError(
      'no-recordings',
      `The sweep trains on files (${name}), and recordings are never part of a sweep.`,
      'Name the file or folder that holds them: --data PATH.',
    );
  }
  const before = await loadState(spec, report);
  const files = values.data === undefined ? null : await host.share(values.data);
  const limits = source === 'files' ? { train: trainCount, test: testCount } : {};
  const page = await host.openPage();
  const { base, fingerprint } = await page.call(
    'openSweep',
    { base: spec.base, files, limits, fingerprint: before.fingerprint },
    (event) => {
      if (event.type === 'note') host.note(event.line);
      if (event.type === 'progress') host.progress(event.fraction, event.label);
    },
  );
  const costs = pointCosts(spec, base);
  const total = before.cells.length;
  const settledCount = (state: SweepState) =>
    state.cells.filter(({ status }) => status !== 'waiting' && status !== 'running').length;
  let state: SweepState = { ...before, fingerprint };
  let label = '';
  const runner = createSweepRunner(state, costs, {
    train: trainIn(page, base, (fraction) =>
      host.progress(
        (settledCount(state) + fraction) / total,
        `${settledCount(state)} of ${total} runs, now ${label}`,
      ),
    ),
    async save(latest) {
      // The report first: a state that says "done" without a report would be worse than a run trained twice.
      await writeWhole(report, sweepCsv(latest, costs));
      await writeWhole(stateFileOf(report), `${JSON.stringify(storeSweep(latest))}\n`);
    },
    onChange(latest) {
      const running = latest.cells.find(({ status }) => status === 'running');
      if (running) label = running.cell.id;
      for (const [i, record] of latest.cells.entries()) {
        const { cell, status, result, problem } = record;
        if (problem && state.cells[i].problem !== problem) host.note(`${cell.id} failed: ${problem.message}`);
        if (result && result !== state.cells[i].result)
          host.note(
            `${cell.id}: test ${percent(result.testAccuracy)} after ${result.epochs} epochs, ${result.seconds.toFixed(1)} s${status === 'done' ? '' : ', goes on or is left behind'}`,
          );
      }
      state = latest;
    },
  });
  const known = settledCount(runner.state());
  if (known > 0) host.note(`${known} of ${total} runs need no training.`);
  await runner.start();
  state = runner.state();
  // A sweep that had nothing left to train still has a report.
  await writeWhole(report, sweepCsv(state, costs));
  await writeWhole(stateFileOf(report), `${JSON.stringify(storeSweep(state))}\n`);
  host.print(`${JSON.stringify(sweepReport(state, costs), null, 2)}\n`);
  return state.cells.some(({ status }) => status === 'failed') ? 1 : 0;
}
