import { describe, expect, it } from 'vitest';
import {
  chooseWeightGradient,
  type GradientShape,
  servesWeightGradient,
  weightGradientKernel,
} from './gradientVariants.ts';

const CONV: GradientShape = {
  kernelHeight: 5,
  kernelWidth: 5,
  stride: 1,
  padding: 0,
  inChannels: 6,
  inHeight: 15,
  inWidth: 15,
  outHeight: 11,
  outWidth: 11,
  inPlanes: 1,
  inScale: 1,
  isFrames: false,
};
const LINEAR = {
  ...CONV,
  kernelHeight: 1,
  kernelWidth: 1,
  inHeight: 1,
  inWidth: 1,
  outHeight: 1,
  outWidth: 1,
};

describe('variants of a weight gradient', () => {
  it('serve narrow convolutions of stride 1 on bits; positions serve all', () => {
    for (const shape of [CONV, LINEAR]) expect(servesWeightGradient('positions', shape)).toBe(true);
    for (const variant of ['spikes', 'masks'] as const) {
      expect(servesWeightGradient(variant, CONV)).toBe(true);
      for (const other of [{ stride: 2 }, { isFrames: true }, { inChannels: 9 }, { outWidth: 1 }])
        expect(servesWeightGradient(variant, { ...CONV, ...other })).toBe(false);
    }
    expect(servesWeightGradient('masks', { ...CONV, outWidth: 17 })).toBe(false);
    expect(servesWeightGradient('spikes', { ...CONV, outWidth: 17 })).toBe(true);
    expect(servesWeightGradient('spikes', { ...CONV, kernelWidth: 26, inWidth: 40 })).toBe(false);
  });

  it('are chosen freely where all give the same bits, and not where they differ', () => {
    expect(chooseWeightGradient(undefined, CONV)).toBe('spikes');
    expect(chooseWeightGradient(undefined, LINEAR)).toBe('positions');
    expect(chooseWeightGradient('masks', CONV)).toBe('masks');
    expect(chooseWeightGradient('masks', LINEAR)).toBe('positions');
    expect(chooseWeightGradient('positions', { ...CONV, inScale: 0.25 })).toBe('positions');
    // Several planes are added in another order; a scale that is no power of 2 is rounded at another time.
    expect(chooseWeightGradient('positions', { ...CONV, inPlanes: 3 })).toBe('spikes');
    expect(chooseWeightGradient('positions', { ...CONV, inScale: 1 / 9 })).toBe('spikes');
    expect(weightGradientKernel('spikes', { ...CONV, inScale: 1 / 9 }, true).overrides).toMatchObject({
      SCALED: 1,
    });
  });

  it('have as many invocations as work, and never more text than compiles quickly', () => {
    expect(weightGradientKernel('spikes', CONV, true)).toEqual({
      kernel: 'weightGradSpikes',
      overrides: { KERNEL_HEIGHT: 5, ROWS: 3, KERNEL_WIDTH: 5, CHANNELS: 6, PLANES: 1, SCALED: 0 },
      perVector: 2 * 6 + 1,
    });
    const seven = { ...CONV, kernelHeight: 7, kernelWidth: 7 };
    expect(weightGradientKernel('spikes', seven, true)).toMatchObject({
      overrides: { ROWS: 2 },
      perVector: 4 * 6 + 1,
    });
    expect(weightGradientKernel('masks', CONV, true)).toMatchObject({
      overrides: { GROUP: 6, WORDS: 3 },
      perVector: 5,
    });
    // 15 pairs of channels and kernel rows, filled up to whole quads.
    expect(weightGradientKernel('quadMasks', CONV, true)).toMatchObject({
      kernel: 'weightGradQuads',
      overrides: { GROUP: 2, LOADS: 3, WORDS: 3 },
      perVector: 16 + 1,
    });
    expect(weightGradientKernel('positions', CONV, false)).toMatchObject({
      overrides: { ONE_POSITION: 0, SEVERAL: 1 },
      perVector: 5,
    });
    expect(weightGradientKernel('positions', LINEAR, false).overrides).toMatchObject({
      ONE_POSITION: 1,
      SEVERAL: 0,
    });
    expect(weightGradientKernel('positions', { ...LINEAR, isFrames: true }, false).overrides).toMatchObject({
      ONE_POSITION: 0,
      SYNAPSE: 1,
      EVENTS: 0,
    });
    for (let inChannels = 1; inChannels <= 8; inChannels++) {
      for (let kernelWidth = 1; kernelWidth <= 16; kernelWidth++) {
        for (let outWidth = 2; outWidth <= 16; outWidth++) {
          const shape = { ...CONV, inChannels, kernelWidth, outWidth, inWidth: outWidth + kernelWidth - 1 };
          if (!servesWeightGradient('masks', shape)) continue;
          const { GROUP, WORDS } = weightGradientKernel('masks', shape, true).overrides;
          expect(inChannels % GROUP).toBe(0);
          expect(GROUP * kernelWidth * outWidth).toBeLessThanOrEqual(340);
          expect(32 * WORDS).toBeGreaterThanOrEqual((shape.inWidth - 1) * inChannels + GROUP);
        }
      }
    }
  });
});
