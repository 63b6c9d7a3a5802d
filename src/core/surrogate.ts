import type { SurrogateKind } from './neuron.ts';

/**
 * A stand-in for the derivative of the spike function. With v = u - threshold, the backward pass uses
 * `derivative(v, a)` where the true derivative of H(v) is zero or undefined (docs/maths.md, section 2).
 */
export interface Surrogate {
  kind: SurrogateKind;
  /** The number of this surrogate in shaders/shared/surrogate.wgsl. */
  index: number;
  /** Name for people. */
  label: string;
  /** h(v) as text. */
  formula: string;
  /** What a does. */
  parameter: string;
  defaultWidth: number;
  derivative(v: number, a: number): number;
  /** The function whose slope h is, 1/2 at v = 0: replacing H by it makes the recursion a true gradient. */
  primitive(v: number, a: number): number;
  /** Values of v where h jumps or bends. */
  kinks(a: number): number[];
}

function clampToUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export const SURROGATES: Record<SurrogateKind, Surrogate> = {
  rectangular: {
    kind: 'rectangular',
    index: 0,
    label: 'Rectangular',
    formula: '1/a if |v| < a/2, else 0',
    parameter: 'Width of the window around the threshold.',
    defaultWidth: 0.6,
    // Strict: a neuron exactly on the edge has no gradient. With threshold = a/2 that is every neuron at rest.
    derivative: (v, a) => (Math.abs(v) < a / 2 ? 1 / a : 0),
    primitive: (v, a) => clampToUnit(v / a + 0.5),
    kinks: (a) => [-a / 2, a / 2],
  },
  triangular: {
    kind: 'triangular',
    index: 1,
    label: 'Triangular',
    formula: 'max(0, 1 - |v|/a) / a',
    parameter: 'Half the width of the foot of the triangle.',
    defaultWidth: 0.6,
    derivative: (v, a) => Math.max(0, 1 - Math.abs(v) / a) / a,
    primitive: (v, a) => {
      const outside = clampToUnit(1 - Math.abs(v) / a) ** 2 / 2;
      return v < 0 ? outside : 1 - outside;
    },
    kinks: (a) => [-a, 0, a],
  },
  atan: {
    kind: 'atan',
    index: 2,
    label: 'Arctangent',
    formula: '(a/2) / (1 + (pi a v / 2)^2)',
    parameter: 'Steepness; the height at the threshold is a/2.',
    defaultWidth: 2,
    derivative: (v, a) => a / 2 / (1 + ((Math.PI * a * v) / 2) ** 2),
    primitive: (v, a) => Math.atan((Math.PI * a * v) / 2) / Math.PI + 0.5,
    kinks: () => [],
  },
  fastSigmoid: {
    kind: 'fastSigmoid',
    index: 3,
    label: 'Fast sigmoid',
    formula: '1 / (1 + a |v|)^2',
    parameter: 'Steepness; the height at the threshold is 1 whatever a is.',
    defaultWidth: 5,
    derivative: (v, a) => 1 / (1 + a * Math.abs(v)) ** 2,
    primitive: (v, a) => v / (1 + a * Math.abs(v)) + 0.5,
    kinks: () => [0],
  },
  sigmoid: {
    kind: 'sigmoid',
    index: 4,
    label: 'Sigmoid',
    formula: 'a g (1 - g), g = 1 / (1 + exp(-a v))',
    parameter: 'Steepness; the height at the threshold is a/4.',
    defaultWidth: 4,
    derivative: (v, a) => a * logistic(a * v) * logistic(-a * v),
    primitive: (v, a) => logistic(a * v),
    kinks: () => [],
  },
};

/** The table in the order in which choices are offered; the paper's first. */
export const SURROGATE_LIST: readonly Surrogate[] = Object.values(SURROGATES);
