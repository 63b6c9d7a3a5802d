import { describe, expect, it } from 'vitest';
import { forwardKernel, servesForward } from './forwardVariants.ts';

const CONV = {
  kernelHeight: 5,
  kernelWidth: 5,
  padding: 0,
  inChannels: 2,
  inPlanes: 1,
  isFrames: false,
  vectors: 2,
};

describe('variants of a forward pass', () => {
  it('serve by the shape of the kernel and the kind of input', () => {
    expect(servesForward('wordSparse', CONV)).toBe(true);
    expect(servesForward('wordSparse', { ...CONV, inPlanes: 3 })).toBe(false);
    // 5 rows of 80 bits are 15 words.
    expect(servesForward('wordSparse', { ...CONV, inChannels: 16 })).toBe(false);
    expect(servesForward('dense', { ...CONV, inChannels: 16, inPlanes: 3 })).toBe(true);
    expect(servesForward('dense', { ...CONV, isFrames: true })).toBe(false);
    expect(servesForward('eventDriven', { ...CONV, isFrames: true })).toBe(true);
  });

  it('gather as many kernel rows into a word as fit', () => {
    const { kernel, overrides } = forwardKernel('wordSparse', CONV, 20);
    expect(kernel).toBe('lifForwardWords');
    expect(overrides).toEqual({
      VECTORS: 2,
      KERNEL_HEIGHT: 5,
      RUN_BITS: 10,
      ROW_WORDS: 1,
      ROWS: 3,
      WORDS: 2,
      PADDED: 0,
    });
    const wide = forwardKernel('wordSparse', { ...CONV, inChannels: 8, kernelHeight: 3 }, 20).overrides;
    expect(wide).toMatchObject({ RUN_BITS: 40, ROW_WORDS: 2, ROWS: 1, WORDS: 6 });
  });

  it('cut the steps into equal groups that stay in registers', () => {
    expect(forwardKernel('dense', CONV, 20).overrides).toEqual({ VECTORS: 2, STEPS: 10 });
    expect(forwardKernel('dense', { ...CONV, vectors: 1 }, 21).overrides).toEqual({ VECTORS: 1, STEPS: 11 });
    expect(forwardKernel('dense', CONV, 1).overrides).toEqual({ VECTORS: 2, STEPS: 1 });
  });
});
