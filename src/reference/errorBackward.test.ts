import { describe, expect, it } from 'vitest';
import { PAPER_NEURON } from '../core/neuron.ts';
import { errorBackward, surrogateDerivatives } from './errorBackward.ts';

const neuron = { beta: 0.5, reset: 'soft', theta: 0.25, detachReset: false } as const;
const none = new Float64Array(1);

describe('errorBackward', () => {
  it('follows eq. 8 step by step', () => {
    const gamma = errorBackward(neuron, Float64Array.of(1, 2, 4), Float64Array.of(2, 0, 1), none);
    // t = 2: 4 * 1; t = 1: (2 - 1) * 0 + 2; t = 0: (1 - 0.5) * 2 + 1
    expect([...gamma]).toEqual([2, 2, 4]);
  });

  it('leaves the term through the reset out when it is detached', () => {
    const detached = { ...neuron, detachReset: true };
    const gamma = errorBackward(detached, Float64Array.of(1, 2, 4), Float64Array.of(2, 0, 1), none);
    expect([...gamma]).toEqual([3, 2, 4]);
  });

  it('follows eq. 26 step by step under the hard reset', () => {
    const hard = { ...neuron, reset: 'hard' } as const;
    const errors = Float64Array.of(1, 2, 4);
    const derivatives = Float64Array.of(2, 0.5, 1);
    const state = { membranes: Float64Array.of(0.5, 3, 1), spikes: Float64Array.of(0, 1, 1) };
    // t = 2: 4 * 1; t = 1 fired: (2 - 0.5 * 3 * 4) * 0.5 + 0; t = 0: (1 - 0.5 * 0.5 * -2) * 2 + 0.5 * -2
    expect([...errorBackward(hard, errors, derivatives, none, state)]).toEqual([2, -2, 4]);
    // Detached: t = 1: 2 * 0.5; t = 0: 1 * 2 + 0.5 * 1
    const detached = { ...hard, detachReset: true };
    expect([...errorBackward(detached, errors, derivatives, none, state)]).toEqual([2.5, 1, 4]);
    expect(() => errorBackward(hard, errors, derivatives, none)).toThrow('needs the membranes');
  });

  it('traces the decay curve backward from an impulse, and nothing ahead of it', () => {
    const errors = Float64Array.of(0, 0, 0, 1, 0);
    const outside = Float64Array.of(0, 0, 0, 1, 0);
    expect([...errorBackward(neuron, errors, outside, none)]).toEqual([0.125, 0.25, 0.5, 1, 0]);
  });

  it('multiplies by beta - theta h where the window is open: the factors that the paper states', () => {
    const { beta, theta, surrogateWidth } = PAPER_NEURON;
    const errors = new Float64Array(11);
    errors[10] = 1;
    const factor = (open: boolean) => {
      const derivatives = new Float64Array(11).fill(open ? 1 / surrogateWidth : 0);
      derivatives[10] = 1;
      return errorBackward({ ...neuron, beta, theta }, errors, derivatives, none)[0];
    };
    expect(factor(false)).toBeCloseTo(0.107, 3);
    expect(factor(true)).toBeCloseTo(5.9e-6, 7);
  });

  it('is the same in chunks, each beginning with the gamma of the one behind', () => {
    const errors = Float64Array.from({ length: 10 }, (_, i) => Math.sin(i));
    const derivatives = Float64Array.from({ length: 10 }, (_, i) => (i % 3) / 2);
    const whole = errorBackward(neuron, errors, derivatives, new Float64Array(2));
    const late = errorBackward(neuron, errors.slice(6), derivatives.slice(6), new Float64Array(2));
    const early = errorBackward(neuron, errors.slice(0, 6), derivatives.slice(0, 6), late.slice(0, 2));
    expect([...early, ...late]).toEqual([...whole]);
  });
});

describe('surrogateDerivatives', () => {
  it('is 1/a strictly inside the window of the rectangle', () => {
    const exact = { ...PAPER_NEURON, threshold: 0.5, surrogateWidth: 0.5 };
    const membranes = Float64Array.of(0.25, 0.2501, 0.5, 0.7499, 0.75);
    expect([...surrogateDerivatives(exact, membranes)]).toEqual([0, 2, 2, 2, 0]);
  });
});
