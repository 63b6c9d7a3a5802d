import { planByteCost } from '../core/cost/planBytes.ts';
import {
  baselineFigures,
  type CostFigures,
  type CostQuantity,
  type CostRules,
  costFigures,
  DEFAULT_DENSITY,
  DEFAULT_RULES,
  figureOfMerit,
  type SpikeDensity,
} from '../core/costModel.ts';
import { AppError } from '../core/errors.ts';
import { bodyLayerCount, type ClassifierKind } from '../core/network.ts';
import { planTraining } from '../core/plan.ts';
import { findPreset, PRESET_NAMES, presetConfig } from '../core/presets.ts';
import type { Schedule } from '../core/schedule.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { readArguments, readInteger } from './arguments.ts';
import type { CommandHost } from './host.ts';

const USAGE = 'npm run cost -- <preset> --k K --n N [--batch B] [--classifier random]';
const LARGEST_BATCH = 65536;

/** The plan as an adapter without limits would run it: one number per (k, n), whatever the device. */
const NO_LIMITS = {
  maxBufferSize: Number.MAX_SAFE_INTEGER,
  maxStorageBufferBindingSize: Number.MAX_SAFE_INTEGER,
};

/** One (k, n) in numbers: the plan's bytes, and the paper's equations. */
export interface CostSheet extends CostFigures {
  schedule: Schedule;
  classifier: ClassifierKind;
  planBytes: CostQuantity;
  fom: CostQuantity;
}

/** What `npm run cost` prints. */
export interface CostReport extends CostSheet {
  preset: string;
  stepCount: number;
  batchSize: number;
  rules: CostRules;
  density: SpikeDensity;
  /** k = T, n = L, trainable classifier. */
  baseline: CostSheet;
}

function costSheet(config: TrainingConfig, figures: CostFigures, baseline: CostFigures): CostSheet {
  return {
    schedule: config.schedule,
    classifier: config.network.classifier.kind,
    planBytes: planByteCost(planTraining({ config, limits: NO_LIMITS })),
    ...figures,
    fom: figureOfMerit(figures, baseline),
  };
}

/** Cost of a training configuration beside that of full BPTT. */
function costReport(preset: string, config: TrainingConfig): CostReport {
  const { network, stepCount, batchSize, schedule } = config;
  const run = { schedule, stepCount, batchSize };
  const baseline = baselineFigures(network, run);
  const baselineConfig: TrainingConfig = {
    ...config,
    network: { ...network, classifier: { ...network.classifier, kind: 'trainable' } },
    schedule: { truncationInterval: stepCount, blockSize: bodyLayerCount(network) },
  };
  return {
    preset,
    stepCount,
    batchSize,
    ...costSheet(config, costFigures(network, run), baseline),
    rules: DEFAULT_RULES,
    density: DEFAULT_DENSITY,
    baseline: costSheet(baselineConfig, baseline, baseline),
  };
}

function readClassifier(text: string): ClassifierKind {
  if (text === 'trainable' || text === 'random') return text;
  throw new AppError(
    'arguments-invalid',
    `--classifier is ${text || 'empty'}, allowed is trainable or random.`,
    `Usage: ${USAGE}`,
  );
}

/**
 * `npm run cost`: what one batch iteration of a preset costs at (k, n): the plan's bytes and the paper's Eqs. 8-18, per
 * layer and in total, beside full BPTT. Prints one JSON object. k defaults to T, n to L, the batch to the preset's.
 * @throws AppError `arguments-invalid`, `preset-unknown`, `schedule-out-of-range`.
 */
export async function costCommand(args: string[], host: Pick<CommandHost, 'print'>): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { k: text, n: text, batch: text, classifier: text };
  const { values, positionals } = readArguments(args, options, USAGE);
  if (positionals.length !== 1) {
    throw new AppError(
      'arguments-invalid',
      `${positionals.length} presets were named, one is needed.`,
      `Name one of ${PRESET_NAMES.join(', ')}. Usage: ${USAGE}`,
    );
  }
  const preset = findPreset(positionals[0]);
  const whole = presetConfig(preset, 0);
  const { stepCount, network } = whole;
  const layerCount = bodyLayerCount(network);
  const schedule: Schedule = {
    truncationInterval: values.k === undefined ? stepCount : readInteger('k', values.k, 1, stepCount),
    blockSize: values.n === undefined ? layerCount : readInteger('n', values.n, 1, layerCount),
  };
  const kind = readClassifier(values.classifier ?? network.classifier.kind);
  const config: TrainingConfig = {
    ...presetConfig(preset, 0, schedule),
    network: { ...network, classifier: { ...network.classifier, kind } },
    batchSize:
      values.batch === undefined ? whole.batchSize : readInteger('batch', values.batch, 1, LARGEST_BATCH),
  };
  host.print(`${JSON.stringify(costReport(preset.name, config), null, 2)}\n`);
  return 0;
}
