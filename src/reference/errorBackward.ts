import type { NeuronParameters } from '../core/neuron.ts';
import { SURROGATES } from '../core/surrogate.ts';

/** h[t] at recorded membranes (docs/maths.md 3); same shape. */
export function surrogateDerivatives(neuron: NeuronParameters, membranes: Float64Array): Float64Array {
  const { derivative } = SURROGATES[neuron.surrogate];
  return membranes.map((u) => derivative(u - neuron.threshold, neuron.surrogateWidth));
}

/**
 * The LIF recursion of one population, backward in time (docs/maths.md 8). Twin of shaders/errorBackward.wgsl and of the
 * recursion in synapseBackward and poolBackward, which differ only in where the error comes from.
 *
 *   gamma[t] = (e[t] - theta gamma[t+1]) h[t] + beta gamma[t+1]
 *
 * @param errors e[t] = dL/ds[t] without the reset, [steps][cells] @param derivatives h[t], same shape
 * @param gammaAfter gamma of the step behind the last one, [cells]: zero at the end of an interval, or the first step of
 *   the chunk behind when the recursion is cut into chunks.
 * @returns gamma[t] = dL/du[t], [steps][cells]
 */
export function errorBackward(
  neuron: Pick<NeuronParameters, 'beta' | 'theta' | 'detachReset'>,
  errors: Float64Array,
  derivatives: Float64Array,
  gammaAfter: Float64Array,
): Float64Array {
  const cells = gammaAfter.length;
  const gamma = new Float64Array(errors.length);
  for (let at = errors.length - 1; at >= 0; at--) {
    const next = at + cells < gamma.length ? gamma[at + cells] : gammaAfter[at % cells];
    const reset = neuron.detachReset ? 0 : neuron.theta * next;
    gamma[at] = (errors[at] - reset) * derivatives[at] + neuron.beta * next;
  }
  return gamma;
}
