import type { Stage, StageGraph } from '../../core/plan/stages.ts';
import type { Patient } from './findings.ts';
import { rounded } from './findings.ts';

/** Where the firing rate of an input layer is not known, or nothing fires there. */
const TYPICAL_DENSITY = 0.1;

/** Share of ones (or mean firing rate) of what a stage reads; null where it is not known. */
export function densityOfInput(
  { stages, activations }: StageGraph,
  stage: Stage,
  patient: Patient,
): number | null {
  let activation = activations[stage.inputs[0]];
  // Plain pools and sums hand on what the neurons below them fire.
  while (activation.producer >= 0 && !stages[activation.producer].lif)
    activation = activations[stages[activation.producer].inputs[0]];
  if (activation.producer < 0) return patient.inputDensity;
  const { name } = stages[activation.producer];
  const latest = patient.epochs[patient.epochs.length - 1];
  return latest?.firingRates.find(({ layer }) => layer === name)?.rate ?? null;
}

/**
 * The initial gain with which the threshold lies one standard deviation of the membrane away: about every sixth neuron
 * fires. With weights N(0, g^2 / fanIn) and inputs of density d the current has the variance g^2 d, and a leaky sum of
 * independent currents that of one current over (1 - beta^2):
 *
 *   g = threshold sqrt(1 - beta^2) / sqrt(d)
 */
export function fittingGain(stage: Stage, density: number | null): number {
  const { beta, threshold } = stage.neuron;
  const known = density !== null && density > 1e-4 ? density : TYPICAL_DENSITY;
  // Without leak the sum grows with time; a sample is never endless.
  const leak = Math.max(0.05, 1 - beta * beta);
  return Math.min(100, rounded((threshold * Math.sqrt(leak)) / Math.sqrt(known)));
}

/** The setting that draws a stage's weights, and its value in the run. */
export function gainOf(
  stage: Stage,
  { settings }: Patient,
): { name: 'gain' | 'firstLayerGain'; value: number } {
  const { gain, firstLayerGain } = settings.initialization;
  return stage.id === 0 ? { name: 'firstLayerGain', value: firstLayerGain } : { name: 'gain', value: gain };
}

/** The stage whose weights drive a population: itself, or for a pool the layer that it belongs to. */
export function drivenBy({ stages, activations }: StageGraph, stage: Stage): Stage {
  let at = stage;
  while (at.parameters === null) {
    const { producer } = activations[at.inputs[0]];
    if (producer < 0) return at;
    at = stages[producer];
  }
  return at;
}
