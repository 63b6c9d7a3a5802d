import { describe, expect, it } from 'vitest';
import { createRandom } from '../core/random.ts';
import { finiteDifferences } from '../testing/finiteDifference.ts';
import {
  type BatchNormTensors,
  batchNormBackward,
  batchNormStatistics,
  normalize,
  runningStatistics,
  updateRunning,
} from './batchNorm.ts';

const shape = { channels: 2, height: 1, width: 2 };

function tensors(): BatchNormTensors {
  return {
    scale: Float64Array.of(2, 0.5),
    shift: Float64Array.of(0.25, -1),
    runningMean: new Float64Array(2),
    runningVariance: Float64Array.of(1, 1),
  };
}

describe('batch norm', () => {
  it('takes mean and biased variance per channel over steps, samples and positions', () => {
    // Two steps of one sample: channel 0 sees 1, 3, 5, 7; channel 1 sees 0, 0, 2, 2.
    const { mean, variance, count } = batchNormStatistics([1, 3, 0, 0, 5, 7, 2, 2], shape, [0]);
    expect([...mean, ...variance, count]).toEqual([4, 1, 5, 1, 4]);
  });

  it('leaves empty places out of the statistics, but normalises them like the others', () => {
    const current = Float64Array.of(1, 3, 0, 2, 100, 100, 100, 100);
    const statistics = batchNormStatistics(current, shape, [0, -1]);
    expect([...statistics.mean, statistics.count]).toEqual([2, 1, 2]);
    const y = normalize(current, shape, statistics, tensors());
    expect(y[4]).toBeCloseTo(2 * 98 * statistics.inverse[0] + 0.25, 10);
  });

  it('brings every channel to mean shift and deviation scale', () => {
    const random = createRandom(1, 'test', 0);
    const current = Float64Array.from({ length: 4 * 3 * 4 }, () => 5 + 3 * random.normal());
    const labels = [0, 1, 2];
    const y = normalize(current, shape, batchNormStatistics(current, shape, labels), tensors());
    const { mean, variance } = batchNormStatistics(y, shape, labels);
    expect(mean[0]).toBeCloseTo(0.25, 10);
    expect(mean[1]).toBeCloseTo(-1, 10);
    expect(Math.sqrt(variance[0])).toBeCloseTo(2, 4);
    expect(Math.sqrt(variance[1])).toBeCloseTo(0.5, 4);
  });

  it('moves the running statistics by a tenth, the variance with the unbiased estimate', () => {
    const running = tensors();
    updateRunning(running, batchNormStatistics([1, 3, 0, 0, 5, 7, 2, 2], shape, [0]));
    expect(running.runningMean[0]).toBeCloseTo(0.4, 14);
    expect(running.runningVariance[0]).toBeCloseTo(0.9 + (0.1 * 5 * 4) / 3, 14);
    expect([...runningStatistics(running).mean]).toEqual([...running.runningMean]);
  });

  it('has the gradient that finite differences find, for current, scale and shift', () => {
    const random = createRandom(2, 'test', 0);
    const length = 3 * 2 * 4;
    const current = Float64Array.from({ length }, () => random.normal());
    const weights = Float64Array.from({ length }, () => random.normal());
    const labels = [1, 0];
    const parts = tensors();
    const loss = () => {
      const y = normalize(current, shape, batchNormStatistics(current, shape, labels), parts);
      return y.reduce((sum, value, i) => sum + weights[i] * value + 0.5 * value * value, 0);
    };
    const statistics = batchNormStatistics(current, shape, labels);
    const gamma = normalize(current, shape, statistics, parts).map((value, i) => weights[i] + value);
    const gradient = batchNormBackward(current, gamma, shape, labels, statistics, parts.scale);
    const all = Array.from({ length }, (_, i) => i);
    const slopes = finiteDifferences(loss, current, all);
    for (const i of all) expect(gradient.current[i]).toBeCloseTo(slopes[i], 6);
    const scaleSlopes = finiteDifferences(loss, parts.scale, [0, 1]);
    const shiftSlopes = finiteDifferences(loss, parts.shift, [0, 1]);
    for (const c of [0, 1]) {
      expect(gradient.scale[c]).toBeCloseTo(scaleSlopes[c], 6);
      expect(gradient.shift[c]).toBeCloseTo(shiftSlopes[c], 6);
    }
  });
});
