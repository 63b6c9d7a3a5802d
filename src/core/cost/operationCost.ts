import type { ClassifierKind } from '../network.ts';
import { cutIntoRanges } from '../schedule.ts';
import type { CostBlock, CostLayer } from './costLayers.ts';
import { type CostQuantity, type CostRow, costQuantity, costRow } from './costQuantity.ts';
import type { CostRules } from './costRules.ts';

/** How T steps fall into intervals. */
interface StepCounts {
  steps: number;
  /** Intervals, so also last steps. */
  ends: number;
  /** Intervals of one step, whose first step is the last one. */
  singles: number;
}

function countSteps(stepCount: number, truncationInterval: number): StepCounts {
  const intervals = cutIntoRanges(stepCount, truncationInterval);
  const singles = intervals.filter(({ start, stop }) => stop - start === 1).length;
  return { steps: stepCount, ends: intervals.length, singles };
}

/** One row per body layer and one per classifier, in the order of the network. */
function perLayer(
  blocks: readonly CostBlock[],
  body: (layer: CostLayer) => Record<string, number>,
  classifier: (layer: CostLayer) => Record<string, number>,
): CostQuantity {
  const rows: CostRow[] = [];
  for (const [index, block] of blocks.entries()) {
    for (const layer of block.layers) rows.push(costRow(layer.name, index, body(layer)));
    rows.push(costRow(block.classifier.name, index, classifier(block.classifier)));
  }
  return costQuantity(rows);
}

/**
 * Eqs. 11-14: words read and written in one batch iteration, without the optimizer's state. Middle steps are all
 * steps of an interval but its last (t_k).
 */
export function accessCost(
  blocks: readonly CostBlock[],
  kind: ClassifierKind,
  stepCount: number,
  truncationInterval: number,
  batchSize: number,
  rules: CostRules,
): CostQuantity {
  const { steps, ends, singles } = countSteps(stepCount, truncationInterval);
  const middles = steps - ends;
  const gammaSkipped =
    (rules.gammaWrittenAtFirstStep ? 0 : ends) + (rules.gammaWrittenAtLastStep ? 0 : ends - singles);
  const trained = kind === 'trainable';
  const forwardReads = trained ? 1 : rules.randomClassifierForwardReads;
  const endReads = trained ? 1 : rules.randomClassifierEndReads;
  return perLayer(
    blocks,
    (layer) => {
      const w = layer.weights;
      const u = batchSize * layer.neurons;
      const wAbove = layer.readsBlockInput ? 0 : w;
      const uBelow = layer.writesBlockOutput ? 0 : u;
      return {
        forwardRead: steps * (w + u),
        forwardWrite: steps * u,
        backwardRead: middles * (w + 2 * u + wAbove) + ends * (wAbove + uBelow),
        backwardWrite: steps * (w + u) - gammaSkipped * u,
      };
    },
    (layer) => {
      const w = layer.weights;
      const u = batchSize * layer.neurons;
      return {
        forwardRead: steps * (forwardReads * w + u),
        forwardWrite: steps * u,
        backwardRead: middles * ((trained ? 2 * w : 0) + 3 * u) + ends * endReads * w,
        backwardWrite: steps * ((trained ? w : 0) + u) - gammaSkipped * u,
      };
    },
  );
}

/** Eqs. 15 and 16: additions of one batch iteration. Random classifiers collect no weight gradient. */
export function additionCost(
  blocks: readonly CostBlock[],
  kind: ClassifierKind,
  stepCount: number,
  truncationInterval: number,
  batchSize: number,
  rules: CostRules,
): CostQuantity {
  const { steps, ends } = countSteps(stepCount, truncationInterval);
  const samples = steps * batchSize;
  const temporal = 2 * steps - rules.temporalAdditionsSkippedAtEnd * ends;
  const additions = (layer: CostLayer, collects: boolean) => {
    const gradient = rules.weightGradientAdditions === 'perWeight' ? layer.weights : layer.positions;
    return {
      forward: samples * layer.density * layer.positions,
      backwardTemporal: batchSize * layer.neurons * temporal,
      backwardWeights: collects ? samples * layer.density * gradient : 0,
    };
  };
  return perLayer(
    blocks,
    (layer) => additions(layer, true),
    (layer) => additions(layer, kind === 'trainable'),
  );
}

/**
 * Eq. 17: multiply-accumulates of one batch iteration, only those that propagate errors; weight gradients are
 * additions, because spikes are 0 or 1. Independent of k and of the classifier's kind.
 */
export function macCost(blocks: readonly CostBlock[], stepCount: number, batchSize: number): CostQuantity {
  const products = (layer: CostLayer) => stepCount * batchSize * layer.positions;
  return perLayer(
    blocks,
    (layer) => ({ errorPropagation: layer.readsBlockInput ? 0 : products(layer) }),
    (layer) => ({ errorPropagation: products(layer) }),
  );
}
