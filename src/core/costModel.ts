import { costBlocks } from './cost/costLayers.ts';
import { type CostQuantity, costRow, sum } from './cost/costQuantity.ts';
import { type CostRules, DEFAULT_DENSITY, DEFAULT_RULES, type SpikeDensity } from './cost/costRules.ts';
import { memoryCost } from './cost/memoryCost.ts';
import { accessCost, additionCost, macCost } from './cost/operationCost.ts';
import { AppError } from './errors.ts';
import { bodyLayerCount, type NetworkSpec } from './network.ts';
import { checkSchedule, type Schedule } from './schedule.ts';

export type { CostQuantity, CostRow } from './cost/costQuantity.ts';
export { type CostRules, DEFAULT_DENSITY, DEFAULT_RULES, type SpikeDensity } from './cost/costRules.ts';

/** What is trained how; the network (with its classifier kind) comes beside it. */
export interface CostRun {
  schedule: Schedule;
  /** T. */
  stepCount: number;
  /** B. */
  batchSize: number;
  /** Where it differs from {@link DEFAULT_RULES}. */
  rules?: Partial<CostRules>;
  /** alpha; {@link DEFAULT_DENSITY} when absent. */
  density?: SpikeDensity;
}

export type CostKind = 'memory' | 'access' | 'additions' | 'macs';
export const COST_KINDS: readonly CostKind[] = ['memory', 'access', 'additions', 'macs'];

/**
 * Modelled cost of one batch iteration. Integers stay exact up to 2^53.
 *
 * memory     bytes (Eqs. 8-10)       access  32-bit words (Eqs. 11-14)
 * additions  operations (Eqs. 15, 16) macs   multiply-accumulates (Eq. 17)
 */
export type CostFigures = Record<CostKind, CostQuantity>;

/** Weights of Eq. 18. */
export interface FigureOfMeritWeights {
  accuracyLoss: number;
  memory: number;
  access: number;
  additions: number;
  macs: number;
}

export const DEFAULT_FOM_WEIGHTS: FigureOfMeritWeights = {
  accuracyLoss: 1,
  memory: 0.25,
  access: 0.25,
  additions: 0.25,
  macs: 0.25,
};

/**
 * Predicts what one batch iteration costs under the paper's cost equations. This is the paper's accounting, not
 * what the program allocates: the plan's bytes (plan.ts) and the measured ones are separate numbers.
 * @throws AppError `schedule-out-of-range`, `network-invalid`, `density-invalid`, `cost-invalid`.
 */
export function costFigures(network: NetworkSpec, run: CostRun): CostFigures {
  const { schedule, stepCount, batchSize } = run;
  for (const [name, value] of [
    ['number of time steps', stepCount],
    ['batch size', batchSize],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new AppError(
        'cost-invalid',
        `The ${name} is ${value}, allowed are whole numbers from 1.`,
        `Choose a ${name} of at least 1.`,
      );
    }
  }
  checkSchedule(schedule, bodyLayerCount(network), stepCount);
  const rules = { ...DEFAULT_RULES, ...run.rules };
  const blocks = costBlocks(network, schedule.blockSize, rules, run.density ?? DEFAULT_DENSITY);
  const k = schedule.truncationInterval;
  const { kind } = network.classifier;
  return {
    memory: memoryCost(blocks, k, batchSize, rules),
    access: accessCost(blocks, kind, stepCount, k, batchSize, rules),
    additions: additionCost(blocks, kind, stepCount, k, batchSize, rules),
    macs: macCost(blocks, stepCount, batchSize),
  };
}

/**
 * Cost of ordinary BPTT: k = T, n = L, same batch, rules and density. The stated access percentages of random
 * classifiers fit a baseline with trainable ones, the stated addition percentages one of the same kind, so the caller
 * says which.
 */
export function baselineFigures(
  network: NetworkSpec,
  run: CostRun,
  classifier: 'trainable' | 'same' = 'trainable',
): CostFigures {
  const base: NetworkSpec =
    classifier === 'same'
      ? network
      : { ...network, classifier: { ...network.classifier, kind: 'trainable' } };
  return costFigures(base, {
    ...run,
    schedule: { truncationInterval: run.stepCount, blockSize: bodyLayerCount(network) },
  });
}

/**
 * Eq. 18: `w_AL AL + w_MC MC + w_MA #MA + w_ADD #ADD + w_MAC #MAC`, the four costs divided by their baseline's.
 * Smaller is better; the baseline itself has 1 with the default weights.
 *
 * @param accuracyLoss AL, see {@link relativeAccuracyLoss}; 0 when unknown. The paper does not spell out its scale.
 * @returns Rows per layer sum to the total; the accuracy term is the row `accuracy` of block -1, present when not 0.
 */
export function figureOfMerit(
  figures: CostFigures,
  baseline: CostFigures,
  accuracyLoss = 0,
  weights: FigureOfMeritWeights = DEFAULT_FOM_WEIGHTS,
): CostQuantity {
  const rowKeys = new Map<string, number>();
  for (const kind of COST_KINDS) for (const row of figures[kind].perLayer) rowKeys.set(row.layer, row.block);
  const perLayer = [...rowKeys].map(([layer, block]) =>
    costRow(
      layer,
      block,
      Object.fromEntries(
        COST_KINDS.map((kind) => {
          const value = figures[kind].perLayer.find((row) => row.layer === layer)?.value ?? 0;
          return [kind, (weights[kind] * value) / baseline[kind].total];
        }),
      ),
    ),
  );
  if (accuracyLoss !== 0)
    perLayer.push(costRow('accuracy', -1, { accuracyLoss: weights.accuracyLoss * accuracyLoss }));
  // From the totals and not from the rows: the figure must not depend on how rounding falls in the shares.
  const total =
    weights.accuracyLoss * accuracyLoss +
    sum(COST_KINDS.map((kind) => (weights[kind] * figures[kind].total) / baseline[kind].total));
  return { total, perLayer };
}

/**
 * AL of Eq. 18, our reading of "normalised to BPTT": the share of BPTT's accuracy that is lost; negative for a gain.
 * @param accuracy, baselineAccuracy 0..1, the baseline's above 0.
 * @throws AppError `cost-invalid` when the baseline accuracy is not above 0.
 */
export function relativeAccuracyLoss(accuracy: number, baselineAccuracy: number): number {
  if (!(baselineAccuracy > 0)) {
    throw new AppError(
      'cost-invalid',
      `The accuracy of full BPTT is ${baselineAccuracy}, but a relative loss needs one above 0.`,
      'Train the baseline (k = T, n = L) first.',
    );
  }
  return (baselineAccuracy - accuracy) / baselineAccuracy;
}

/** How much smaller `value` is than `baseline`, in percent; negative when it is larger. */
export function reductionPercent(value: number, baseline: number): number {
  return 100 * (1 - value / baseline);
}
