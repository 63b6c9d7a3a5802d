import { describe, expect, it } from 'vitest';
import { forwardInvocations, forwardKernel, servesForward } from './forwardVariants.ts';

const CONV = {
  kernelHeight: 5,
  kernelWidth: 5,
  stride: 1,
  padding: 0,
  inChannels: 2,
  outChannels: 6,
  outWidth: 30,
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
      POSITIONS: 2,
      STEP_BITS: 2,
      SPIKES: 1,
    });
    const wide = forwardKernel('wordSparse', { ...CONV, inChannels: 8, kernelHeight: 3 }, 20).overrides;
    expect(wide).toMatchObject({ RUN_BITS: 40, ROW_WORDS: 2, ROWS: 1, WORDS: 6 });
  });

  it('give an invocation two positions only where it has all their channels and their bits fit a word', () => {
    const positionsOf = (shape: Partial<typeof CONV>) =>
      forwardKernel('wordSparse', { ...CONV, ...shape }, 20).overrides.POSITIONS;
    expect(positionsOf({ outChannels: 8 })).toBe(2);
    expect(positionsOf({ outChannels: 9, vectors: 3 })).toBe(1);
    // A part of a layer's weights.
    expect(positionsOf({ outChannels: 16 })).toBe(1);
    expect(positionsOf({ outWidth: 1 })).toBe(1);
    expect(positionsOf({ inChannels: 5 })).toBe(2);
    expect(positionsOf({ inChannels: 6 })).toBe(1);
    // 4 rows of 7 bits and 7 more are 35: three rows to a word instead.
    expect(
      forwardKernel('wordSparse', { ...CONV, inChannels: 1, kernelWidth: 7, stride: 7 }, 20).overrides,
    ).toMatchObject({ POSITIONS: 2, STEP_BITS: 7, ROWS: 3, WORDS: 2 });
    expect(forwardInvocations({ VECTORS: 2, POSITIONS: 2 }, { outHeight: 3, outWidth: 7, vectors: 2 })).toBe(
      12,
    );
    expect(forwardInvocations({ VECTORS: 2 }, { outHeight: 3, outWidth: 7, vectors: 3 })).toBe(42);
  });

  it('add two spikes in a turn where a neuron has many inputs and an invocation many channels', () => {
    const spikesOf = (shape: Partial<typeof CONV>) =>
      forwardKernel('wordSparse', { ...CONV, ...shape }, 20).overrides.SPIKES;
    expect(spikesOf({ inChannels: 6, outChannels: 16, vectors: 4 })).toBe(2);
    expect(spikesOf({ inChannels: 6 })).toBe(1);
    expect(spikesOf({ outChannels: 16, vectors: 4 })).toBe(1);
  });

  it('cut the steps into equal groups that stay in registers', () => {
    expect(forwardKernel('dense', CONV, 20).overrides).toEqual({ VECTORS: 2, STEPS: 10 });
    expect(forwardKernel('dense', { ...CONV, vectors: 1 }, 21).overrides).toEqual({ VECTORS: 1, STEPS: 11 });
    expect(forwardKernel('dense', CONV, 1).overrides).toEqual({ VECTORS: 2, STEPS: 1 });
  });
});
