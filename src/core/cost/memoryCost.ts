import type { CostBlock, CostLayer } from './costLayers.ts';
import { type CostQuantity, type CostRow, costQuantity, costRow, sum } from './costQuantity.ts';
import type { CostRules } from './costRules.ts';

const F32_BYTES = 4;

function layersOf(block: CostBlock): CostLayer[] {
  return [...block.layers, block.classifier];
}

function neuronsOf(block: CostBlock): number {
  return sum(layersOf(block).map((layer) => layer.neurons));
}

function indexOfMax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function rows(
  blocks: readonly CostBlock[],
  terms: (layer: CostLayer, block: number) => Record<string, number>,
): CostRow[] {
  return blocks.flatMap((block, index) =>
    layersOf(block).map((layer) => costRow(layer.name, index, terms(layer, index))),
  );
}

/**
 * Eqs. 8-10: k - 1 steps of everything and one more of the largest block (with one block: k steps of it).
 * A neuron's share of one step is `bytesPerNeuronStep`, a weight's share of N(w) `bytesPerWeight`.
 */
function timeOuter(
  blocks: readonly CostBlock[],
  interval: number,
  batchSize: number,
  rules: CostRules,
): CostRow[] {
  const largest = indexOfMax(blocks.map(neuronsOf));
  return rows(blocks, (layer, block) => ({
    parameters: rules.bytesPerWeight * layer.weights,
    graph:
      batchSize * layer.neurons * rules.bytesPerNeuronStep * (interval - 1 + (block === largest ? 1 : 0)),
  }));
}

/**
 * f32 history of one block at a time, with the spikes that enter it (f32), and the membrane of every body neuron,
 * which must outlive its block when there are several.
 */
function blockOuter(
  blocks: readonly CostBlock[],
  interval: number,
  batchSize: number,
  rules: CostRules,
): CostRow[] {
  const incoming = blocks.map((_, i) =>
    i === 0 ? 0 : F32_BYTES * batchSize * interval * blocks[i - 1].boundaryNeurons,
  );
  const graph = (neurons: number) => interval * batchSize * neurons * rules.bytesPerNeuronStep;
  const peak = indexOfMax(blocks.map((block, i) => graph(neuronsOf(block)) + incoming[i]));
  return rows(blocks, (layer, block) => ({
    parameters: rules.bytesPerWeight * layer.weights,
    graph: block === peak ? graph(layer.neurons) : 0,
    boundary: block === peak - 1 && layer === blocks[block].layers.at(-1) ? incoming[peak] : 0,
    membrane:
      blocks.length > 1 && layer !== blocks[block].classifier ? F32_BYTES * batchSize * layer.neurons : 0,
  }));
}

/**
 * One spike bit and one window bit per neuron and step of one block, one bit per incoming spike, gamma (f32) of the
 * block; membrane (f32) and last spike (bit) of every neuron; weight and momentum of everything (8 bytes), gradients
 * (4 bytes) of the block that has most weights.
 */
function blockOuterBits(blocks: readonly CostBlock[], interval: number, batchSize: number): CostRow[] {
  const incoming = blocks.map((_, i) =>
    i === 0 ? 0 : (interval * batchSize * blocks[i - 1].boundaryNeurons) / 8,
  );
  const history = (neurons: number) => (interval * batchSize * 2 * neurons) / 8;
  const gamma = (neurons: number) => F32_BYTES * batchSize * neurons;
  const peak = indexOfMax(
    blocks.map((block, i) => history(neuronsOf(block)) + incoming[i] + gamma(neuronsOf(block))),
  );
  const heaviest = indexOfMax(blocks.map((block) => sum(layersOf(block).map((layer) => layer.weights))));
  return rows(blocks, (layer, block) => ({
    parameters: 2 * F32_BYTES * layer.weights,
    gradients: block === heaviest ? F32_BYTES * layer.weights : 0,
    membrane: batchSize * layer.neurons * (F32_BYTES + 1 / 8),
    history: block === peak ? history(layer.neurons) : 0,
    boundary: block === peak - 1 && layer === blocks[block].layers.at(-1) ? incoming[peak] : 0,
    gamma: block === peak ? gamma(layer.neurons) : 0,
  }));
}

/**
 * Modelled peak bytes of one batch iteration, without the input batch.
 * @param interval k: the longest interval decides, so T / k need not be whole.
 */
export function memoryCost(
  blocks: readonly CostBlock[],
  interval: number,
  batchSize: number,
  rules: CostRules,
): CostQuantity {
  const perLayer =
    rules.memoryOrder === 'timeOuter'
      ? timeOuter(blocks, interval, batchSize, rules)
      : rules.memoryOrder === 'blockOuter'
        ? blockOuter(blocks, interval, batchSize, rules)
        : blockOuterBits(blocks, interval, batchSize);
  if (rules.workspaceBytes > 0) perLayer.push(costRow('workspace', -1, { workspace: rules.workspaceBytes }));
  return costQuantity(perLayer);
}
