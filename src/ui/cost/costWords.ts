import type { CostKey } from '../../core/cost/costReport.ts';

/** Names of the terms of every quantity, for people. */
const TERM_WORDS: Record<string, string> = {
  forwardRead: 'read forward (11)',
  forwardWrite: 'written forward (11)',
  backwardRead: 'read backward (12, 14)',
  backwardWrite: 'written backward (13)',
  forward: 'forward (15)',
  backwardTemporal: 'errors through time (16)',
  backwardWeights: 'weight gradients (16)',
  errorPropagation: 'errors down the layers (17)',
  parameters: 'parameters N(w)',
  graph: 'history MC(CG)',
  boundary: 'boundary spikes',
  membrane: 'membranes',
  gradients: 'gradients',
  history: 'history',
  gamma: 'gamma',
  workspace: 'workspace C',
  memory: 'memory',
  access: 'access',
  additions: 'additions',
  macs: 'MACs',
  accuracyLoss: 'accuracy loss',
  weights: 'weights',
  optimizer: 'optimizer state',
  membranes: 'membranes',
  temporaries: 'temporaries',
  input: 'input frames',
  metrics: 'metrics',
  transfer: 'transfer',
  alignment: 'alignment',
};

export function termWords(term: string): string {
  return TERM_WORDS[term] ?? term;
}

/** A whole number in groups of three, a fraction with six digits. */
export function exactNumber(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 4 : 1 });
}

/** Where a quantity comes from, in one sentence. */
export const ORIGIN_SENTENCES: Record<CostKey, string> = {
  memory: 'Modelled: what the paper’s formula predicts for a framework that keeps f32 history.',
  planBytes: 'Planned: what this program allocates on an adapter without limits, to the byte.',
  access: 'Modelled: 32-bit words read and written in one batch iteration.',
  additions: 'Modelled: additions of one batch iteration, at the spike densities below.',
  macs: 'Modelled: multiply-accumulates of one batch iteration. They depend on neither k nor the classifier kind.',
  fom: 'Modelled: shares of the weighted costs; 1 is full BPTT, smaller is better.',
};
