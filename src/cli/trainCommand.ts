import { readFile, writeFile } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import { findPreset, presetOptimizer } from '../core/presets.ts';
import { decodeLink, isFragment } from '../session/linkCodec.ts';
import { presetSession } from '../session/presetSession.ts';
import { checkSession, defaultSession, parseSession, type Session } from '../session/session.ts';
import { applySetting, findField } from '../session/sessionFields.ts';
import type { EpochMetrics } from '../trainer/messages.ts';
import { readArguments, readInteger, readPrecision } from './arguments.ts';
import type { CommandHost } from './host.ts';
import type { PageEvent, TrainOutcome, TrainRequest } from './pageApi.ts';

const USAGE =
  'npm run train -- [<session file or share link> | --preset NAME] [--data PATH] [--epochs N] [--iterations N] [--samples N] ' +
  '[--set field=value ...] [--precision f32|f16] [--weights start.safetensors|start.nir] [--save-weights out.safetensors] [--drift] ' +
  '[--report out.json]';

const OPTIONS = {
  preset: { type: 'string' },
  data: { type: 'string' },
  epochs: { type: 'string' },
  iterations: { type: 'string' },
  samples: { type: 'string' },
  set: { type: 'string', multiple: true },
  precision: { type: 'string' },
  report: { type: 'string' },
  weights: { type: 'string' },
  'save-weights': { type: 'string' },
  drift: { type: 'boolean' },
} as const;

/** The session that a file or a link holds; the default one where neither is given. */
export async function readSession(
  from: string | undefined,
  host: Pick<CommandHost, 'note'>,
): Promise<Session> {
  if (from === undefined) return defaultSession();
  const hash = from.indexOf('#');
  if (hash >= 0 || isFragment(from)) {
    const { session, problems } = decodeLink(from.slice(hash + 1));
    for (const { message, hint } of problems) host.note(`${message} ${hint}`);
    return session;
  }
  const text = await readFile(from, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'file-unreadable',
      `The session file ${from} cannot be read (${error.code}).`,
      'Name a session file (JSON), or give a share link in quotes: it contains a #.',
    );
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError(
      'session-invalid',
      `${from} is not JSON.`,
      'Name a file that holds a session, or a report of this command.',
    );
  }
  // A report holds the session that made it, so that a run can be repeated from its report.
  if (typeof value === 'object' && value !== null && 'session' in value) return parseSession(value.session);
  return parseSession(value);
}

/** Applies `field=value` pairs in order. */
function applyPairs(session: Session, pairs: string[]): Session {
  return pairs.reduce((current, pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw new AppError(
        'arguments-invalid',
        `--set ${pair} is not of the form field=value.`,
        'Write for example --set k=5.',
      );
    }
    return applySetting(current, pair.slice(0, equals), pair.slice(equals + 1));
  }, session);
}

/** A preset with changed settings; its learning rate is the one for the k that comes out, unless it is set as well. */
function presetWith(name: string, pairs: string[]): Session {
  const base = presetSession(name);
  const { truncationInterval } = applyPairs(base, pairs).schedule;
  const optimizer = presetOptimizer(findPreset(name), truncationInterval);
  return applyPairs({ ...base, optimizer }, pairs);
}

/** Reads the command line into what the page needs. Exported for tests. */
export async function readTrainRequest(
  args: string[],
  host: CommandHost,
): Promise<{ request: TrainRequest; report: string | undefined; saveWeights: string | undefined }> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  if (positionals.length > 1) {
    throw new AppError(
      'arguments-invalid',
      `${positionals.length} sessions were given, one is run at a time.`,
      `Usage: ${USAGE}`,
    );
  }
  const pairs = [...(values.set ?? [])];
  const epochs = values.epochs === undefined ? null : readInteger('epochs', values.epochs, 0, 10_000);
  // No epoch at all: the weights are evaluated as they are.
  if (epochs !== null && epochs > 0) pairs.push(`epochs=${epochs}`);
  const precision = readPrecision(values.precision, USAGE);
  if (precision !== undefined) pairs.push(`precision=${precision}`);
  if (values.samples !== undefined)
    pairs.push(`train=${readInteger('samples', values.samples, 1, 1_000_000)}`);
  if (values.preset !== undefined && positionals.length > 0) {
    throw new AppError(
      'arguments-invalid',
      `A session (${positionals[0]}) and a preset (${values.preset}) were given, one of them is run.`,
      `Usage: ${USAGE}`,
    );
  }
  const session =
    values.preset === undefined
      ? applyPairs(await readSession(positionals[0], host), pairs)
      : presetWith(values.preset, pairs);
  if (session.data.source === 'files' && values.data === undefined) {
    throw new AppError(
      'no-recordings',
      `The session trains on files (${session.data.name}), and recordings are never part of a session.`,
      'Name the file or folder that holds them: --data PATH.',
    );
  }
  const wasSet = (path: string) => pairs.some((pair) => findField(pair.split('=')[0])?.path === path);
  const limits: TrainRequest['limits'] = {};
  if (wasSet('data.trainCount')) limits.train = session.data.trainCount;
  if (wasSet('data.testCount')) limits.test = session.data.testCount;
  const files = values.data === undefined ? null : await host.share(values.data);
  // With files the class count is known only when they are read; the page checks again.
  if (files === null) checkSession(session);
  const asked =
    values.iterations === undefined ? undefined : readInteger('iterations', values.iterations, 1, 1e9);
  const iterations = epochs === 0 ? 0 : asked;
  const weights = values.weights === undefined ? undefined : (await host.share(values.weights))[0];
  return {
    request: {
      session,
      files,
      limits,
      ...(iterations !== undefined && { iterations }),
      ...(weights && { weights }),
      ...(values['save-weights'] !== undefined && { saveWeights: true }),
      ...(values.drift && { drift: true }),
    },
    report: values.report,
    saveWeights: values['save-weights'],
  };
}

const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;
const last = (values: number[]) => values[values.length - 1];

function epochLine(metrics: EpochMetrics): string {
  const { epoch, loss, trainAccuracyPerBlock, testAccuracyPerBlock, seconds } = metrics;
  const blocks =
    testAccuracyPerBlock.length > 1 ? ` (blocks ${testAccuracyPerBlock.map(percent).join(', ')})` : '';
  const accuracy = `train ${percent(last(trainAccuracyPerBlock))}, test ${percent(last(testAccuracyPerBlock))}${blocks}`;
  // Before training there is no loss and no time.
  if (epoch === 0) return `before training: ${accuracy}`;
  return `epoch ${epoch}: loss ${loss.toFixed(5)}, ${accuracy}, ${seconds.toFixed(1)} s`;
}

/** What fixed weights score; plain numbers are those of the last block. */
function reportAccuracy(metrics: EpochMetrics) {
  return {
    epoch: metrics.epoch,
    trainAccuracy: last(metrics.trainAccuracyPerBlock),
    trainSamplesEvaluated: metrics.trainSamplesEvaluated,
    testAccuracy: last(metrics.testAccuracyPerBlock),
    blockAccuracy: metrics.testAccuracyPerBlock,
    blockTrainAccuracy: metrics.trainAccuracyPerBlock,
    earlyReadout: metrics.earlyReadout,
    firingRates: metrics.firingRates,
    digest: metrics.digest,
  };
}

function reportEpoch(metrics: EpochMetrics) {
  const { loss, lossPerBlock, seconds } = metrics;
  return { ...reportAccuracy(metrics), loss, blockLoss: lossPerBlock, seconds };
}

/** The JSON report of a run; keys are the design's, section 5, and a few more. Exported for tests. */
export function trainReport(outcome: TrainOutcome): object {
  const trained = outcome.epochs.filter(({ epoch }) => epoch > 0);
  const initial = outcome.epochs.find(({ epoch }) => epoch === 0);
  return {
    session: outcome.session,
    digest: outcome.digest,
    dataset: outcome.dataset,
    iterations: outcome.iterations,
    trainSamples: outcome.trainSamples,
    testSamples: outcome.testSamples,
    initial: initial ? reportAccuracy(initial) : null,
    epochs: trained.map(reportEpoch),
    forecastBytes: outcome.forecastBytes,
    peakBytes: outcome.peakBytes,
    adapter: outcome.adapter,
    ...(outcome.drift && { drift: outcome.drift }),
  };
}

async function writeWeights(path: string, base64: string): Promise<void> {
  await writeFile(path, Buffer.from(base64, 'base64')).catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'weights-unwritable',
      `The weights cannot be written to ${path} (${error.code}).`,
      'Name a file in a folder that exists and that you may write to; the report is on standard output.',
    );
  });
}

/**
 * `npm run train`: trains a session headless, in the browser, with the page's own code. Prints the report as JSON and
 * writes it to `--report` where that is given; progress and one line per epoch go to standard error.
 */
export async function trainCommand(args: string[], host: CommandHost): Promise<number> {
  const { request, report, saveWeights } = await readTrainRequest(args, host);
  const page = await host.openPage();
  const outcome = await page.call('train', request, (event: PageEvent) => {
    if (event.type === 'progress') host.progress(event.fraction, event.label);
    else if (event.type === 'note') host.note(event.line);
    else if (event.type === 'epoch') host.note(epochLine(event.metrics));
  });
  const text = `${JSON.stringify(trainReport(outcome), null, 2)}\n`;
  host.print(text);
  if (saveWeights !== undefined) await writeWeights(saveWeights, outcome.weightsFile ?? '');
  if (report === undefined) return 0;
  // After printing: a report that cannot be written must not cost the run.
  await writeFile(report, text).catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'report-unwritable',
      `The report cannot be written to ${report} (${error.code}).`,
      'It is on standard output.',
    );
  });
  return 0;
}
