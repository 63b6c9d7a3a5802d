import { judgeClaims } from '../core/claims/claims.ts';
import { type CostOptions, costCsv, costReport, DEFAULT_COST_OPTIONS } from '../core/cost/costReport.ts';
import { DEFAULT_RULES, type SpikeDensity } from '../core/cost/costRules.ts';
import { withRule } from '../core/cost/ruleTexts.ts';
import { DEFAULT_FOM_WEIGHTS, type FigureOfMeritWeights } from '../core/costModel.ts';
import { AppError } from '../core/errors.ts';
import { bodyLayerCount, type ClassifierKind } from '../core/network.ts';
import { findPreset, PRESET_NAMES, presetConfig } from '../core/presets.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { isFragment } from '../session/linkCodec.ts';
import { expectedMeta, SESSION_LIMITS, toTrainingConfig } from '../session/session.ts';
import { readArguments, readInteger } from './arguments.ts';
import type { CommandHost } from './host.ts';
import { readSession } from './trainCommand.ts';

const USAGE =
  'npm run cost -- <preset | session file | share link> [--k K] [--n N] [--batch B] [--steps T] [--classifier random] ' +
  '[--rule name=value ...] [--density D | --density INPUT,LAYER,...] [--weight name=value ...] [--accuracy-loss AL] ' +
  '[--baseline same] [--csv], or npm run cost -- --claims';
const LARGEST_BATCH = 65536;

const text = { type: 'string' } as const;
const pairs = { type: 'string', multiple: true } as const;
const OPTIONS = {
  ...{ k: text, n: text, batch: text, steps: text, classifier: text },
  ...{ rule: pairs, density: text, weight: pairs, 'accuracy-loss': text, baseline: text },
  csv: { type: 'boolean' },
  claims: { type: 'boolean' },
} as const;

function refuse(option: string, value: string, allowed: string): AppError {
  return new AppError(
    'arguments-invalid',
    `--${option} is ${value || 'empty'}, allowed is ${allowed}.`,
    `Usage: ${USAGE}`,
  );
}

function oneOf<Value extends string>(option: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw refuse(option, value, allowed.join(' or '));
  return found;
}

/** @throws AppError `arguments-invalid` unless the text is a number from `low` to `high`. */
function readNumber(option: string, value: string, low: number, high: number): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= low && number <= high))
    throw refuse(option, value, `${low} to ${high}`);
  return number;
}

function splitPair(option: string, pair: string): [string, string] {
  const equals = pair.indexOf('=');
  if (equals < 1) throw refuse(option, pair, 'name=value');
  return [pair.slice(0, equals), pair.slice(equals + 1)];
}

function readWeights(given: readonly string[]): FigureOfMeritWeights {
  const weights = { ...DEFAULT_FOM_WEIGHTS };
  const names = Object.keys(weights) as (keyof FigureOfMeritWeights)[];
  for (const pair of given) {
    const [name, value] = splitPair('weight', pair);
    const key = names.find((each) => each === name);
    if (!key) throw refuse('weight', name, names.join(', '));
    weights[key] = readNumber(`weight ${name}`, value, 0, 1000);
  }
  return weights;
}

function readDensity(value: string | undefined): SpikeDensity {
  if (value === undefined) return DEFAULT_COST_OPTIONS.density;
  const numbers = value.split(',').map((part) => readNumber('density', part, 0, 1));
  const [input, ...layers] = numbers;
  return { input, layers: layers.length === 0 ? input : layers };
}

/** What is costed: a preset at full BPTT, or the session of a file or link at its own (k, n). */
async function readSubject(
  name: string,
  host: Pick<CommandHost, 'note'>,
): Promise<{ preset: string | null; config: TrainingConfig }> {
  if (name.includes('#') || isFragment(name) || name.endsWith('.json')) {
    const session = await readSession(name, host);
    return { preset: null, config: toTrainingConfig(session, expectedMeta(session)) };
  }
  return { preset: findPreset(name).name, config: presetConfig(findPreset(name), 0) };
}

/**
 * `npm run cost`: what one batch iteration of a preset or of a session costs at (k, n): the plan's bytes and the paper's
 * Eqs. 8-18, per layer and in total, beside full BPTT. Prints one JSON object (CSV with `--csv`), the one that the cost
 * panel exports. A preset's k defaults to T, its n to L; a session brings its own. `--claims` prints the verdicts on what the
 * paper states instead.
 * @throws AppError `arguments-invalid`, `preset-unknown`, `schedule-out-of-range`, `cost-rule-invalid`, `density-invalid`,
 *   `session-invalid`, `file-unreadable`.
 */
export async function costCommand(
  args: string[],
  host: Pick<CommandHost, 'print' | 'note'>,
): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  if (values.claims) {
    if (args.length > 1) throw refuse('claims', args.join(' '), 'nothing else on the line');
    host.print(`${JSON.stringify(judgeClaims(), null, 2)}\n`);
    return 0;
  }
  if (positionals.length !== 1) {
    throw new AppError(
      'arguments-invalid',
      `${positionals.length} presets or sessions were named, one is needed.`,
      `Name one of ${PRESET_NAMES.join(', ')}, a session file or a link. Usage: ${USAGE}`,
    );
  }
  const { preset, config } = await readSubject(positionals[0], host);
  const stepCount =
    values.steps === undefined
      ? config.stepCount
      : readInteger('steps', values.steps, 1, SESSION_LIMITS.stepCount);
  const layerCount = bodyLayerCount(config.network);
  const own = config.schedule;
  // A preset's k is T whatever T is; a session's own k can be larger than a T that was given.
  const k = preset === null ? Math.min(own.truncationInterval, stepCount) : stepCount;
  const schedule = {
    truncationInterval: values.k === undefined ? k : readInteger('k', values.k, 1, stepCount),
    blockSize: values.n === undefined ? own.blockSize : readInteger('n', values.n, 1, layerCount),
  };
  const kind = oneOf<ClassifierKind>('classifier', values.classifier ?? config.network.classifier.kind, [
    'trainable',
    'random',
  ]);
  const options: CostOptions = {
    rules: (values.rule ?? []).reduce(
      (rules, pair) => withRule(rules, ...splitPair('rule', pair)),
      DEFAULT_RULES,
    ),
    density: readDensity(values.density),
    weights: readWeights(values.weight ?? []),
    accuracyLoss: readNumber('accuracy-loss', values['accuracy-loss'] ?? '0', -1000, 1000),
    baselineClassifier: oneOf('baseline', values.baseline ?? 'trainable', ['trainable', 'same']),
  };
  const report = costReport(
    preset,
    {
      ...config,
      network: { ...config.network, classifier: { ...config.network.classifier, kind } },
      schedule,
      stepCount,
      batchSize:
        values.batch === undefined ? config.batchSize : readInteger('batch', values.batch, 1, LARGEST_BATCH),
    },
    options,
  );
  host.print(values.csv ? costCsv(report) : `${JSON.stringify(report, null, 2)}\n`);
  return 0;
}
