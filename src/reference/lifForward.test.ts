import { describe, expect, it } from 'vitest';
import { heaviside, lifForward, restingState } from './lifForward.ts';

const neuron = { beta: 0.5, reset: 'soft', theta: 0.25, threshold: 1 } as const;

describe('lifForward', () => {
  it('leaks, integrates, fires at equality and pays for a spike one step later', () => {
    const state = restingState(1);
    const { membranes, spikes } = lifForward(neuron, Float64Array.of(0.5, 0.75, 1, 0, 0.5), state);
    // 0.5; 0.25+0.75 = 1 fires; 0.5+1-0.25 = 1.25 fires; 0.625-0.25 = 0.375; 0.1875+0.5
    expect([...membranes]).toEqual([0.5, 1, 1.25, 0.375, 0.6875]);
    expect([...spikes]).toEqual([0, 1, 1, 0, 0]);
    expect([...state.membrane, ...state.spikes]).toEqual([0.6875, 0]);
  });

  it('starts again from 0 after a spike under the hard reset, whatever theta is', () => {
    const state = restingState(1);
    const hard = { ...neuron, reset: 'hard' } as const;
    const { membranes, spikes } = lifForward(hard, Float64Array.of(0.5, 0.75, 1, 0.25, 0.5), state);
    // 0.5; 0.25+0.75 = 1 fires; 0+1 fires; 0+0.25; 0.125+0.5
    expect([...membranes]).toEqual([0.5, 1, 1, 0.25, 0.625]);
    expect([...spikes]).toEqual([0, 1, 1, 0, 0]);
  });

  it('traces the decay curve after an impulse', () => {
    const current = Float64Array.of(0.9, 0, 0, 0, 0);
    const { membranes } = lifForward(neuron, current, restingState(1));
    expect([...membranes]).toEqual([0, 1, 2, 3, 4].map((t) => 0.9 * 0.5 ** t));
  });

  it('keeps neurons apart, [steps][cells]', () => {
    const { membranes } = lifForward(neuron, Float64Array.of(1, 0.25, 0, 0.25), restingState(2));
    expect([...membranes]).toEqual([1, 0.25, 0.25, 0.375]);
  });

  it('goes on where the window before stopped', () => {
    const current = Float64Array.of(0.5, 0.75, 1, 0, 0.5, 2);
    const whole = lifForward(neuron, current, restingState(1));
    const state = restingState(1);
    const parts = [current.slice(0, 2), current.slice(2, 3), current.slice(3)].map((part) =>
      lifForward(neuron, part, state),
    );
    expect(parts.flatMap(({ membranes }) => [...membranes])).toEqual([...whole.membranes]);
    expect(parts.flatMap(({ spikes }) => [...spikes])).toEqual([...whole.spikes]);
  });

  it('starts from a spike of 0, whatever takes the place of the step function', () => {
    const { membranes } = lifForward(neuron, Float64Array.of(0.5), restingState(1), () => 0.5);
    expect([...membranes]).toEqual([0.5]);
  });

  it('has a step function that is 1 at 0', () => {
    expect([-1e-300, 0, 1e-300].map(heaviside)).toEqual([0, 1, 1]);
  });
});
