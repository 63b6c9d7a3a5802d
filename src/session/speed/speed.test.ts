import { describe, expect, it } from 'vitest';
import { kernelRows, kernelStateWords, kernelWords } from './kernelWords.ts';
import { boundOf, perLayer, roofAt, rooflinePoints } from './roofline.ts';
import { emptySpeed, type PassProfile, reduceSpeed } from './speedState.ts';

const LIMITS = { bytesPerSecond: 2e9, operationsPerSecond: 4e9, copyBytes: 1, productRows: 1 };

function pass(layer: string, ms: number, bytes: number, denseOperations: number): PassProfile {
  return { label: `kernel/${layer}`, kind: 'forward', layer, runs: 2, ms, bytes, denseOperations };
}

describe('the roofline', () => {
  it('says what bounds a pass, and how near it comes', () => {
    // 4 MB take 2 ms, 40 MFLOP take 10 ms.
    expect(boundOf(pass('conv', 20, 4e6, 40e6), LIMITS)).toEqual({
      leastMs: 10,
      by: 'operations',
      share: 0.5,
    });
    expect(boundOf(pass('pool', 4, 4e6, 0), LIMITS)).toEqual({ leastMs: 2, by: 'bytes', share: 0.5 });
    expect(boundOf(pass('conv', 5, 4e6, 40e6), LIMITS)?.share).toBe(2);
    expect(boundOf(pass('conv', 0, 4e6, 40e6), LIMITS)).toBeNull();
  });

  it('rises with the operations per byte until the product bounds it', () => {
    expect(roofAt(1, LIMITS)).toBe(2e9);
    expect(roofAt(2, LIMITS)).toBe(4e9);
    expect(roofAt(100, LIMITS)).toBe(4e9);
  });

  it('shows what multiplies, and leaves out what does not', () => {
    const points = rooflinePoints([
      pass('conv', 10, 4e6, 40e6),
      pass('pool', 4, 4e6, 0),
      pass('idle', 0, 1, 1),
    ]);
    expect(points.map(({ pass: { layer } }) => layer)).toEqual(['conv']);
    expect(points[0]).toMatchObject({ intensity: 10, operationsPerSecond: 4e9 });
  });

  it('adds the passes of a layer up', () => {
    const passes = [pass('a', 1, 10, 100), pass('b', 5, 1, 1), pass('a', 6, 20, 300)];
    expect(perLayer(passes)).toMatchObject([
      { label: 'a', ms: 7, runs: 4, bytes: 30, denseOperations: 400 },
      { label: 'b', ms: 5 },
    ]);
    // What was measured stays as it was.
    expect(passes[0].ms).toBe(1);
  });
});

describe('kernels in words', () => {
  const measured = {
    kind: 'forward',
    layer: 'conv2',
    variant: 'eventDriven',
    ratio: 3.14,
    source: 'measured',
  } as const;

  it('name the variant and its factor', () => {
    expect(kernelWords(measured)).toBe('event-driven, 3.1x');
    expect(kernelWords({ variant: 'spikes', ratio: null })).toBe('by spikes');
    const gradient = { ...measured, kind: 'weightGradient', variant: 'spikes' } as const;
    const error = { ...measured, kind: 'backward', variant: 'quadRows' } as const;
    expect(kernelWords(error)).toBe('by rows, in quads, 3.1x');
    expect(kernelRows([measured, gradient, error])).toEqual([
      { layer: 'conv2', forward: measured, backward: error, weightGradient: gradient },
    ]);
  });

  it('say where the choice comes from', () => {
    const words = (source: 'measured' | 'stored' | 'standard') =>
      kernelStateWords({ state: 'resting', layers: [{ ...measured, source }] });
    expect(new Set([words('measured'), words('stored'), words('standard')]).size).toBe(3);
    expect(kernelStateWords({ state: 'unmeasurable', layers: [] })).toMatch(/no timestamps/);
  });
});

describe('what is known of speed', () => {
  it('keeps the last profile where a new one fails, and says why', () => {
    const profile = { iteration: 3, rounds: 1, passes: [], hasTimestamps: true };
    const waiting = { ...emptySpeed(), waitsFor: { profile: true, limits: false } };
    const found = reduceSpeed(waiting, { type: 'profile', profile, error: null });
    expect(found).toMatchObject({ profile, waitsFor: { profile: false }, problem: null });
    const error = { code: 'device-lost', message: 'gone', hint: '' };
    expect(reduceSpeed(found, { type: 'profile', profile: null, error })).toMatchObject({
      profile,
      problem: error,
    });
    expect(reduceSpeed(waiting, { type: 'adapterLimits', limits: LIMITS, error: null })).toMatchObject({
      limits: LIMITS,
      waitsFor: { profile: true },
    });
  });
});
