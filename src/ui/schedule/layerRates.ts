import type { LayerStepRates, StepRates } from '../../session/inside/insideState.ts';
import type { EpochMetrics } from '../../session/sessionStore.ts';

/**
 * Spikes per neuron and step of one row of the diagram, 0..1; undefined before the first epoch, null for a pool without
 * neurons. `steps` ([T]) is missing for a run that was opened from storage, which keeps the means only.
 */
export type LayerRate = { mean: number; steps?: readonly number[] } | null | undefined;

/** How often the layers of the diagram fire after the latest epoch; a residual unit's rate is that of its second population. */
export function layerRates(
  names: readonly string[],
  latest: EpochMetrics | undefined,
  stepRates: StepRates | null,
  stepCount: number,
): LayerRate[] {
  const isOwn = (name: string) => (each: { layer: string }) =>
    each.layer === name || each.layer === `${name}.lif2`;
  const byStep: readonly LayerStepRates[] =
    stepRates?.epoch === latest?.epoch ? (stepRates?.layers ?? []) : [];
  return names.map((name) => {
    if (!latest) return undefined;
    const mean = latest.firingRates.find(isOwn(name))?.rate;
    if (mean === undefined) return null;
    const steps = byStep.find(isOwn(name))?.rates;
    // The page may ask for more steps than the run had.
    return steps?.length === stepCount ? { mean, steps } : { mean };
  });
}

/** The rate at one step where it is known, else the mean over all steps. */
export function rateAt(rate: LayerRate, step: number): number | null | undefined {
  return rate ? (rate.steps?.[step] ?? rate.mean) : rate;
}
