import { describe, expect, it } from 'vitest';
import { expectedImprovement, fitProcess, normalShare, type Observation } from './gaussianProcess.ts';

const PRIOR = { length: 0.5, signal: 0.15, noise: 0.03 };
const at = (x: number, mean: number, count = 3): Observation => ({ features: [x], mean, count });

describe('the process', () => {
  it('is sure where it was measured and unsure far away', () => {
    const { predict } = fitProcess([at(0, 0.5, 50), at(0.5, 0.9, 50), at(1, 0.5, 50)], PRIOR);
    expect(predict([0.5]).mean).toBeCloseTo(0.9, 1);
    expect(predict([0.5]).deviation).toBeLessThan(0.02);
    expect(predict([9]).deviation).toBeGreaterThan(0.1);
    // Far from everything it returns to the common mean.
    expect(predict([9]).mean).toBeGreaterThan(0.5);
    expect(predict([9]).mean).toBeLessThan(0.9);
  });

  it('gives the closed form of one observation', () => {
    const { constants, predict } = fitProcess([at(0, 0.7, 4)], PRIOR);
    const { signal, noise, length } = constants;
    expect(predict([0]).mean).toBeCloseTo(0.7, 12);
    const noiseVariance = noise ** 2 / 4;
    const share = signal ** 2 / (signal ** 2 + noiseVariance);
    const expected = signal ** 2 * (1 - share * Math.exp(-(0.3 ** 2) / length ** 2));
    expect(predict([0.3]).deviation).toBeCloseTo(Math.sqrt(expected), 12);
  });

  it('averages measurements that disagree, more seeds weighing more', () => {
    const fitted = fitProcess([at(0, 0.6, 1), at(1e-9, 0.7, 9)], { ...PRIOR, length: 10 });
    expect(fitted.predict([0]).mean).toBeCloseTo(0.69, 6);
  });

  it('learns that accuracy changes quickly or slowly', () => {
    const xs = [0, 0.2, 0.4, 0.6, 0.8, 1];
    const slow = fitProcess(
      xs.map((x) => at(x, 0.5 + 0.3 * x, 30)),
      PRIOR,
    );
    const quick = fitProcess(
      xs.map((x, i) => at(x, 0.5 + 0.2 * (i % 2), 30)),
      PRIOR,
    );
    expect(slow.constants.length).toBeGreaterThan(quick.constants.length);
  });
});

describe('expected improvement', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447],
    [-1, 0.1586553],
    [2.5, 0.9937903],
    [-4, 0.0000317],
  ])('knows the normal share below %f', (z, share) => {
    expect(normalShare(z)).toBeCloseTo(share, 6);
  });

  it('agrees with numerical integration', () => {
    for (const [mean, deviation, best] of [
      [1, 0.2, 0.9],
      [0.8, 0.05, 0.9],
      [2, 0.3, 1],
    ]) {
      let sum = 0;
      const step = deviation / 500;
      for (let value = mean - 8 * deviation; value < best; value += step) {
        const z = (value - mean) / deviation;
        sum += ((best - value) * Math.exp(-0.5 * z * z) * step) / (deviation * Math.sqrt(2 * Math.PI));
      }
      expect(expectedImprovement({ mean, deviation }, best)).toBeCloseTo(sum, 4);
    }
  });

  it('of something certain is what it is better by', () => {
    expect(expectedImprovement({ mean: 0.7, deviation: 0 }, 0.9)).toBeCloseTo(0.2, 12);
    expect(expectedImprovement({ mean: 1.7, deviation: 0 }, 0.9)).toBe(0);
  });
});
