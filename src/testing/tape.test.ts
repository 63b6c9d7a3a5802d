import { describe, expect, it } from 'vitest';
import { finiteDifferences } from './finiteDifference.ts';
import { Tape } from './tape.ts';

describe('the tape', () => {
  it('differentiates a composition of every operation like finite differences', () => {
    const x = Float64Array.of(0.7, -0.4, 1.3);
    const build = () => {
      const tape = new Tape();
      const [a, b, c] = tape.leaves(x);
      const product = tape.multiply(a, b);
      const mixed = tape.sum([product, c, a], [2, -1, 0.5], 3);
      const squared = tape.dot([mixed, b], [mixed, c]);
      const shaped = tape.apply(squared, Math.tanh, (v) => 1 - Math.tanh(v) ** 2);
      const chosen = tape.maximum([tape.scale(shaped, 0.1), tape.sum([squared, shaped])]);
      return { tape, output: chosen, leaves: [a, b, c] };
    };
    const { tape, output, leaves } = build();
    const gradients = tape.gradients(output);
    const differences = finiteDifferences(
      () => {
        const again = build();
        return again.tape.value(again.output);
      },
      x,
      [0, 1, 2],
    );
    for (const [i, leaf] of leaves.entries()) expect(gradients[leaf]).toBeCloseTo(differences[i], 7);
  });

  it('adds up the paths through a node that is used twice', () => {
    const tape = new Tape();
    const x = tape.leaf(3);
    expect(tape.gradients(tape.multiply(x, x))[x]).toBe(6);
    expect(tape.gradients(tape.sum([x, x, x]))[x]).toBe(3);
  });

  it('stops at a detached node and keeps its value', () => {
    const tape = new Tape();
    const x = tape.leaf(3);
    const cut = tape.detach(x);
    expect(tape.value(cut)).toBe(3);
    expect(tape.gradients(tape.multiply(x, cut))[x]).toBe(3);
  });

  it('uses the surrogate slope that it is given in place of the true one', () => {
    const tape = new Tape();
    const u = tape.leaf(0.5);
    const spike = tape.apply(
      u,
      (v) => (v >= 0.5 ? 1 : 0),
      () => 1.25,
    );
    expect(tape.value(spike)).toBe(1);
    expect(tape.gradients(spike)[u]).toBe(1.25);
  });

  it('gives a tied maximum to the first', () => {
    const tape = new Tape();
    const [a, b] = tape.leaves([1, 1]);
    const gradients = tape.gradients(tape.maximum([a, b]));
    expect([gradients[a], gradients[b]]).toEqual([1, 0]);
  });
});
