/** What a pass does with a buffer: `updates` reads it and writes it back changed. */
export type Access = 'reads' | 'writes' | 'updates';

interface WrittenBindings {
  writes?: readonly string[];
  updates?: readonly string[];
}

/**
 * Bindings that kernels write; all others are only read. In WGSL nearly every binding is `read_write`, because the
 * buffers of a plan share memory. A kernel without a row is a variant of the one whose name begins its own
 * (lifForwardWords). A test holds this table against the heads of the kernels.
 */
export const WRITTEN_BINDINGS: Readonly<Record<string, WrittenBindings>> = {
  batchNormBackward: { updates: ['gamma'] },
  batchNormReduce: { writes: ['normalization', 'partials'], updates: ['normalizationState'] },
  batchNormSums: { updates: ['sums'] },
  errorBackward: { writes: ['gamma'], updates: ['gammaCarry'] },
  lifForward: { writes: ['spikes', 'surrogateHistory'], updates: ['membrane'] },
  localLoss: { writes: ['errors', 'losses', 'predictions'], updates: ['counts'] },
  measureCopy: { writes: ['copied'] },
  measureProduct: { writes: ['product'] },
  optimizerStep: { writes: ['halfWeights', 'flags'], updates: ['weights', 'firstMoment', 'secondMoment'] },
  poolBackward: { writes: ['gamma'], updates: ['gammaCarry'] },
  poolForward: { writes: ['spikes', 'surrogateHistory'], updates: ['membrane'] },
  quadOrder: { writes: ['ordered'] },
  spikeCount: { updates: ['totals', 'stepTotals'] },
  stepReadout: { writes: ['stepPredictions'] },
  sumForward: { writes: ['spikes'] },
  synapseBackward: { writes: ['gamma'], updates: ['gammaCarry'] },
  synapseBackwardRows: { writes: ['gamma'] },
  weightGrad: { updates: ['partials'] },
};

function writtenBy(kernel: string): WrittenBindings {
  const names = Object.keys(WRITTEN_BINDINGS).filter((name) => kernel.startsWith(name));
  const nearest = names.reduce((longest, name) => (name.length > longest.length ? name : longest), '');
  return WRITTEN_BINDINGS[nearest] ?? {};
}

export function accessOf(kernel: string, binding: string): Access {
  const { writes, updates } = writtenBy(kernel);
  if (writes?.includes(binding)) return 'writes';
  return updates?.includes(binding) ? 'updates' : 'reads';
}
