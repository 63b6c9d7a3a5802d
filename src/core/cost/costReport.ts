import {
  baselineFigures,
  type CostFigures,
  costFigures,
  DEFAULT_FOM_WEIGHTS,
  type FigureOfMeritWeights,
  figureOfMerit,
} from '../costModel.ts';
import { bodyLayerCount, type ClassifierKind, type NetworkSpec } from '../network.ts';
import { type DeviceLimits, planTraining } from '../plan.ts';
import type { Schedule } from '../schedule.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import type { CostQuantity } from './costQuantity.ts';
import { type CostRules, DEFAULT_DENSITY, DEFAULT_RULES, type SpikeDensity } from './costRules.ts';
import { planByteCost } from './planBytes.ts';

/** The plan as an adapter without limits would run it: one number per (k, n), whatever the device. */
export const NO_LIMITS: DeviceLimits = {
  maxBufferSize: Number.MAX_SAFE_INTEGER,
  maxStorageBufferBindingSize: Number.MAX_SAFE_INTEGER,
};

/** How the costs are counted: everything that a reader may choose differently. */
export interface CostOptions {
  rules: CostRules;
  density: SpikeDensity;
  weights: FigureOfMeritWeights;
  /** AL of Eq. 18: share of BPTT's accuracy that is lost; 0 when unknown. */
  accuracyLoss: number;
  /** Classifiers of full BPTT, which costs are compared with; the stated access percentages fit `trainable`. */
  baselineClassifier: 'trainable' | 'same';
}

export const DEFAULT_COST_OPTIONS: CostOptions = {
  rules: DEFAULT_RULES,
  density: DEFAULT_DENSITY,
  weights: DEFAULT_FOM_WEIGHTS,
  accuracyLoss: 0,
  baselineClassifier: 'trainable',
};

/** One (k, n) in numbers: the plan's bytes, and the paper's equations. */
export interface CostSheet extends CostFigures {
  schedule: Schedule;
  classifier: ClassifierKind;
  planBytes: CostQuantity;
  fom: CostQuantity;
}

/** What `npm run cost` prints and the cost panel exports. */
export interface CostReport extends CostSheet {
  /** Name of a preset; null for any other network. */
  preset: string | null;
  stepCount: number;
  batchSize: number;
  /** Bytes that a run with these settings had on the device, from the byte ledger; null while there is none. */
  measuredBytes: number | null;
  rules: CostRules;
  density: SpikeDensity;
  weights: FigureOfMeritWeights;
  accuracyLoss: number;
  /** k = T, n = L. */
  baseline: CostSheet;
  network: NetworkSpec;
}

/**
 * Cost of a training configuration beside that of full BPTT. Plans twice, without limits: milliseconds for small
 * networks, up to a few hundred for deep ones.
 * @param preset Name to report; null for a network that is no preset.
 * @param measuredBytes Of a run with exactly this configuration.
 * @throws AppError as {@link costFigures} and `planTraining`.
 */
export function costReport(
  preset: string | null,
  config: TrainingConfig,
  options: CostOptions = DEFAULT_COST_OPTIONS,
  measuredBytes: number | null = null,
): CostReport {
  const { network, stepCount, batchSize, schedule } = config;
  const { rules, density, weights, accuracyLoss, baselineClassifier } = options;
  const run = { schedule, stepCount, batchSize, rules, density };
  const baseline = baselineFigures(network, run, baselineClassifier);
  const baselineConfig: TrainingConfig = {
    ...config,
    network:
      baselineClassifier === 'same'
        ? network
        : { ...network, classifier: { ...network.classifier, kind: 'trainable' } },
    schedule: { truncationInterval: stepCount, blockSize: bodyLayerCount(network) },
  };
  const sheet = (at: TrainingConfig, figures: CostFigures, loss: number): CostSheet => ({
    schedule: at.schedule,
    classifier: at.network.classifier.kind,
    planBytes: planByteCost(planTraining({ config: at, limits: NO_LIMITS })),
    ...figures,
    fom: figureOfMerit(figures, baseline, loss, weights),
  });
  return {
    preset,
    stepCount,
    batchSize,
    ...sheet(config, costFigures(network, run), accuracyLoss),
    measuredBytes,
    rules,
    density,
    weights,
    accuracyLoss,
    baseline: sheet(baselineConfig, baseline, 0),
    network,
  };
}

/** What a number is: predicted by the paper's equations, read off this program's plan, or counted on the device. */
export type CostOrigin = 'modelled' | 'planned' | 'measured';

/** The quantities of a sheet in the order they are shown, with unit and equations. */
export const COST_QUANTITIES = [
  { key: 'memory', name: 'memory, paper’s formula', unit: 'bytes', origin: 'modelled', equations: '8–10' },
  { key: 'planBytes', name: 'memory, this plan', unit: 'bytes', origin: 'planned', equations: '' },
  { key: 'access', name: 'memory access', unit: 'words', origin: 'modelled', equations: '11–14' },
  { key: 'additions', name: 'additions', unit: 'operations', origin: 'modelled', equations: '15, 16' },
  { key: 'macs', name: 'MACs', unit: 'operations', origin: 'modelled', equations: '17' },
  { key: 'fom', name: 'figure of merit', unit: '1', origin: 'modelled', equations: '18' },
] as const satisfies readonly {
  key: keyof CostSheet;
  name: string;
  unit: string;
  origin: CostOrigin;
  equations: string;
}[];

export type CostKey = (typeof COST_QUANTITIES)[number]['key'];

/** A cell of a CSV file; quoted where a comma, quote or line break would break it. */
export function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines of cells as CSV text (RFC 4180 quoting, line feeds). */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return `${rows.map((row) => row.map(csvCell).join(',')).join('\n')}\n`;
}

/**
 * A report as CSV: one line per layer and term, for the choice and for full BPTT. The measured bytes have one line,
 * since the device allocates no single layers.
 */
export function costCsv(report: CostReport): string {
  const rows: (string | number)[][] = [
    ['run', 'k', 'n', 'quantity', 'origin', 'unit', 'layer', 'block', 'term', 'value'],
  ];
  for (const [run, sheet] of [
    ['choice', report],
    ['full BPTT', report.baseline],
  ] as const) {
    const { truncationInterval: k, blockSize: n } = sheet.schedule;
    for (const { key, unit, origin } of COST_QUANTITIES) {
      for (const { layer, block, terms } of sheet[key].perLayer) {
        for (const [term, value] of Object.entries(terms))
          rows.push([run, k, n, key, origin, unit, layer, block < 0 ? '' : block + 1, term, value]);
      }
    }
    if (run === 'choice' && report.measuredBytes !== null) {
      const bytes = report.measuredBytes;
      rows.push([run, k, n, 'measuredBytes', 'measured', 'bytes', 'all', '', 'allocated', bytes]);
    }
  }
  return csvText(rows);
}
