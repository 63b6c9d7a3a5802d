import type { NeuronParameters } from '../../core/neuron.ts';
import { SURROGATES } from '../../core/surrogate.ts';

/** Where gradient passes through a neuron. */
export interface SurrogateWindow {
  /** Membranes between these, exclusive, let gradient through. */
  low: number;
  high: number;
  /** What the borders are, for people. */
  meaning: string;
}

/**
 * The window around the threshold, as it is drawn. The rectangle and the triangle have one; the smooth surrogates let
 * something through everywhere, so theirs is where at least half of the height is left.
 */
export function surrogateWindow({
  threshold,
  surrogate,
  surrogateWidth: a,
}: NeuronParameters): SurrogateWindow {
  const half = halfWidth(surrogate, a);
  const isWindow = surrogate === 'rectangular' || surrogate === 'triangular';
  return {
    low: threshold - half,
    high: threshold + half,
    meaning: isWindow ? 'gradient passes inside the window only' : 'at least half of the gradient passes',
  };
}

function halfWidth(surrogate: NeuronParameters['surrogate'], a: number): number {
  if (surrogate === 'rectangular') return a / 2;
  if (surrogate === 'triangular') return a;
  const { derivative } = SURROGATES[surrogate];
  // The smooth ones fall monotonously from v = 0 and depend on a v alone.
  const wanted = derivative(0, a) / 2;
  let low = 0;
  let high = 100 / a;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (derivative(middle, a) > wanted) low = middle;
    else high = middle;
  }
  return low;
}

/** Whether any gradient passes at a membrane. */
export function isInside(window: SurrogateWindow, u: number): boolean {
  return u > window.low && u < window.high;
}
