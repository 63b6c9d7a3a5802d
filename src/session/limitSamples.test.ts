import { describe, expect, it } from 'vitest';
import { type EncodedDataset, samplesOfSplit, TEST, TRAIN } from '../core/encodedDataset.ts';
import { limitSamples } from './limitSamples.ts';

// Sorted by class, as folders come: taking the first ones would take one class only.
const labels = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 6) % 10);
const dataset: EncodedDataset = {
  kind: 'events',
  name: 'n',
  fingerprint: 'f',
  synthetic: false,
  shape: { channels: 1, height: 1, width: 1 },
  stepCount: 2,
  classNames: Array.from({ length: 10 }, (_, i) => String(i)),
  bits: Uint32Array.from({ length: 120 }, (_, i) => i),
  pixels: null,
  labels,
  split: Uint8Array.from(labels, (_, i) => (i % 3 === 0 ? TEST : TRAIN)),
};

describe('limitSamples', () => {
  it('keeps so many of each split, of many classes, with their own frames', () => {
    const limited = limitSamples(dataset, 20, 5, 1);
    expect(samplesOfSplit(limited, TRAIN)).toHaveLength(20);
    expect(samplesOfSplit(limited, TEST)).toHaveLength(5);
    expect(new Set(limited.labels).size).toBeGreaterThan(5);
    for (let i = 0; i < 25; i++) {
      const original = limited.bits[2 * i] / 2;
      expect(limited.bits[2 * i + 1]).toBe(limited.bits[2 * i] + 1);
      expect(limited.labels[i]).toBe(labels[original]);
      expect(limited.split[i]).toBe(dataset.split[original]);
    }
  });

  it('draws by seed, and leaves a data set alone that is small enough', () => {
    expect(limitSamples(dataset, 20, 5, 1)).toEqual(limitSamples(dataset, 20, 5, 1));
    expect(limitSamples(dataset, 20, 5, 2).bits).not.toEqual(limitSamples(dataset, 20, 5, 1).bits);
    expect(limitSamples(dataset, 40, 20, 1)).toBe(dataset);
  });
});
