import { describe, expect, it } from 'vitest';
import { toErrorData } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { decodeSweepLink, encodeSweepLink, isSweepLink } from './sweepLink.ts';
import { createSweep, finishCell, moveCell, removeCell, type SweepState } from './sweepState.ts';
import { fakeResult, smallBase, smallSweep } from './testSupport.ts';

/** A sweep whose first runs are done; digests as different as real ones. */
function halfDone(count: number, state: SweepState = createSweep(smallSweep())): SweepState {
  const random = createRandom(1, 'syntheticGestures', 0);
  return state.cells.slice(0, count).reduce((current, record) => {
    const digest = Array.from({ length: 64 }, () => random.integer(16).toString(16)).join('');
    const result = { ...fakeResult({ record, epochs: 8 }, () => 0.5), digest };
    return finishCell(current, record.cell.id, result);
  }, state);
}

const problemOf = (hash: string) => {
  try {
    decodeSweepLink(hash);
  } catch (error) {
    return toErrorData(error).code;
  }
  return 'fine';
};

describe('a link to a sweep', () => {
  it('holds the sweep with its results, to the last digit', () => {
    const state = removeCell({ ...halfDone(5), fingerprint: 'b'.repeat(64) }, 'k1-n1-trainable-interval-s2');
    const link = encodeSweepLink(state);
    expect(isSweepLink(`#${link}`)).toBe(true);
    expect(decodeSweepLink(`#${link}`)).toEqual(state);
  });

  it('keeps search, halving, limit and weights, but not the order of the queue', () => {
    const spec = smallSweep({
      halving: { factor: 2, firstEpochs: 1 },
      memoryLimit: 5e6,
      weights: { accuracyLoss: 3, memory: 1, access: 0, additions: 0.5, macs: 0.25 },
    });
    const state = moveCell(createSweep(spec), 'k1-n1-trainable-interval-s2', Number.NEGATIVE_INFINITY);
    expect(decodeSweepLink(encodeSweepLink(state))).toEqual(createSweep(spec));
  });

  it('of 72 runs fits into an address', () => {
    const axes = { truncationInterval: [4, 3, 2, 1], blockSize: [2, 1], seed: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
    const spec = smallSweep({ axes: { ...smallSweep().axes, ...axes } });
    const link = encodeSweepLink(halfDone(72, createSweep(spec)));
    expect(link.length).toBeLessThan(12_000);
  });

  it('is refused where it would be too long, and says what else there is', () => {
    const seed = Array.from({ length: 64 }, (_, i) => i);
    const axes = {
      ...smallSweep().axes,
      truncationInterval: [4, 3, 2, 1],
      classifier: ['trainable', 'random'] as const,
    };
    const spec = smallSweep({ axes: { ...axes, classifier: [...axes.classifier], seed } });
    expect(() => encodeSweepLink(halfDone(1024, createSweep(spec)))).toThrow(
      /links of at most 65536 are read/,
    );
  });

  it('that is damaged anywhere is refused, and never half read', () => {
    const link = encodeSweepLink(halfDone(3));
    const codes = new Set<string>();
    for (let at = 'v=1&sweep='.length; at < link.length; at += 3) {
      codes.add(problemOf(link.slice(0, at)));
      codes.add(problemOf(`${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`));
    }
    // A flipped letter may still be a sweep that is whole in itself, with another digit in it.
    codes.delete('fine');
    for (const code of codes)
      expect(['sweep-link-damaged', 'link-damaged', 'sweep-state-invalid', 'sweep-invalid']).toContain(code);
    expect(codes.size).toBeGreaterThan(0);
    expect(problemOf(`v=1&sweep=${'A'.repeat(70_000)}`)).toBe('sweep-link-damaged');
    expect(isSweepLink('#v=1&s=abc')).toBe(false);
    expect(smallBase().version).toBe(1);
  });
});
