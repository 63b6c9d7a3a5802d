import { describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../encodedDataset.ts';
import { inputDensity } from './inputDensity.ts';

/** Frames of 2 x 3 x 7 = 42 bits, two words each; T = 2. */
function dataset(bits: number[], kind: EncodedDataset['kind'] = 'events'): EncodedDataset {
  const sampleCount = bits.length / 4;
  return {
    kind,
    name: 'test',
    fingerprint: '',
    synthetic: true,
    shape: { channels: 2, height: 3, width: 7 },
    stepCount: 2,
    classNames: ['a', 'b'],
    bits: new Uint32Array(bits),
    pixels: null,
    labels: new Int32Array(sampleCount),
    split: new Uint8Array(sampleCount),
  };
}

describe('density of the input', () => {
  it('is the share of ones among the bits of the frames, without what fills up their words', () => {
    expect(inputDensity(dataset([0xffffffff, 0x3ff, 0, 0]))).toBe(0.5);
    expect(inputDensity(dataset([0x80000001, 0, 0, 0x200, 0, 0, 0, 0]))).toBe(3 / (2 * 2 * 42));
    expect(inputDensity(dataset([0, 0, 0, 0]))).toBe(0);
  });

  it('is counted over samples that are spread evenly where there are many', () => {
    const full = [0xffffffff, 0x3ff, 0xffffffff, 0x3ff];
    const bits = Array.from({ length: 1000 }, (_, sample) => (sample < 500 ? full : [0, 0, 0, 0])).flat();
    expect(inputDensity(dataset(bits))).toBe(0.5);
  });

  it('is unknown for images and for what is read from storage', () => {
    expect(inputDensity(dataset([0, 0, 0, 0], 'frames'))).toBeNull();
    expect(inputDensity(dataset([]))).toBeNull();
  });
});
