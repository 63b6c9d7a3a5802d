import type { NeuronParameters } from '../core/neuron.ts';

/** What a population carries from one step to the next, and over the borders of intervals; all [cells]. */
export interface LifState {
  membrane: Float64Array;
  spikes: Float64Array;
}

/** The state before the first step of a sample: u = s = 0. */
export function restingState(cells: number): LifState {
  return { membrane: new Float64Array(cells), spikes: new Float64Array(cells) };
}

export interface LifRecord {
  /** s[t], [steps][cells] */
  spikes: Float64Array;
  /** u[t] before the reset of its own spike, [steps][cells] */
  membranes: Float64Array;
}

/** s as a function of v = u - threshold; equality fires (docs/maths.md 2). */
export function heaviside(v: number): number {
  return v >= 0 ? 1 : 0;
}

/**
 * The LIF recurrence of one population over the steps of a window (docs/maths.md 1, 2). Twin of shaders/lifForward.wgsl
 * together with `synapticCurrent` and `normalize`, which give the current; dropout is applied to its spikes afterwards.
 *
 *   u[t] = beta u[t-1] + I[t] - theta s[t-1]        s[t] = fire(u[t] - threshold)
 *   u[t] = beta u[t-1] (1 - s[t-1]) + I[t]          with the hard reset (docs/maths.md 25)
 *
 * @param current I[t], [steps][cells]
 * @param state Read as the step before the window, overwritten with the window's last step.
 * @param fire The step function; the surrogate's primitive in its place makes the network differentiable.
 */
export function lifForward(
  neuron: Pick<NeuronParameters, 'beta' | 'reset' | 'theta' | 'threshold'>,
  current: Float64Array,
  state: LifState,
  fire: (v: number) => number = heaviside,
): LifRecord {
  const cells = state.membrane.length;
  const spikes = new Float64Array(current.length);
  const membranes = new Float64Array(current.length);
  for (let at = 0; at < current.length; at++) {
    const cell = at % cells;
    const before = state.membrane[cell];
    const spike = state.spikes[cell];
    const u =
      neuron.reset === 'hard'
        ? neuron.beta * before * (1 - spike) + current[at]
        : neuron.beta * before + current[at] - neuron.theta * spike;
    const s = fire(u - neuron.threshold);
    membranes[at] = u;
    spikes[at] = s;
    state.membrane[cell] = u;
    state.spikes[cell] = s;
  }
  return { spikes, membranes };
}
