import type { NeuronParameters } from '../core/neuron.ts';
import { SURROGATES } from '../core/surrogate.ts';
import type { LifRecord } from './lifForward.ts';

/** h[t] at recorded membranes (docs/maths.md 3); same shape. */
export function surrogateDerivatives(neuron: NeuronParameters, membranes: Float64Array): Float64Array {
  const { derivative } = SURROGATES[neuron.surrogate];
  return membranes.map((u) => derivative(u - neuron.threshold, neuron.surrogateWidth));
}

/**
 * The LIF recursion of one population, backward in time (docs/maths.md 8). Twin of shaders/errorBackward.wgsl and of the
 * recursion in synapseBackward and poolBackward, which differ only in where the error comes from.
 *
 *   gamma[t] = (e[t] - theta gamma[t+1]) h[t] + beta gamma[t+1]                            soft reset
 *   gamma[t] = (e[t] - beta u[t] gamma[t+1]) h[t] + beta (1 - s[t]) gamma[t+1]             hard reset (docs/maths.md 26)
 *
 * @param errors e[t] = dL/ds[t] without the reset, [steps][cells] @param derivatives h[t], same shape
 * @param gammaAfter gamma of the step behind the last one, [cells]: zero at the end of an interval, or the first step of
 *   the chunk behind when the recursion is cut into chunks.
 * @param state u[t] and s[t], same shape: what the gradient through a hard reset depends on.
 * @returns gamma[t] = dL/du[t], [steps][cells]
 */
export function errorBackward(
  neuron: Pick<NeuronParameters, 'beta' | 'reset' | 'theta' | 'detachReset'>,
  errors: Float64Array,
  derivatives: Float64Array,
  gammaAfter: Float64Array,
  state?: LifRecord,
): Float64Array {
  const hard = neuron.reset === 'hard' ? state : undefined;
  if (neuron.reset === 'hard' && !hard) throw new Error('A hard reset needs the membranes and spikes.');
  const cells = gammaAfter.length;
  const gamma = new Float64Array(errors.length);
  for (let at = errors.length - 1; at >= 0; at--) {
    const next = at + cells < gamma.length ? gamma[at + cells] : gammaAfter[at % cells];
    const resetSize = hard ? neuron.beta * hard.membranes[at] : neuron.theta;
    const resetError = neuron.detachReset ? 0 : resetSize * next;
    const kept = hard ? neuron.beta * (1 - hard.spikes[at]) : neuron.beta;
    gamma[at] = (errors[at] - resetError) * derivatives[at] + kept * next;
  }
  return gamma;
}
