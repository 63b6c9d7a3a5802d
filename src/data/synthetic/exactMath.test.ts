import { describe, expect, it } from 'vitest';
import { cosTurns, directionTurns, naturalLog, sinTurns, smoothStep } from './exactMath.ts';

const samples = Array.from({ length: 401 }, (_, i) => (i - 200) / 80);

describe('exactMath', () => {
  it('sinTurns and cosTurns equal Math.sin and Math.cos to 1e-11', () => {
    for (const turns of samples) {
      expect(Math.abs(sinTurns(turns) - Math.sin(2 * Math.PI * turns))).toBeLessThan(1e-11);
      expect(Math.abs(cosTurns(turns) - Math.cos(2 * Math.PI * turns))).toBeLessThan(1e-11);
    }
  });

  it('directionTurns equals Math.atan2 to 1e-9 turns, all around', () => {
    for (const turns of samples.filter((t) => Math.abs(t) < 0.5)) {
      const [x, y] = [3 * cosTurns(turns), 3 * sinTurns(turns)];
      expect(Math.abs(directionTurns(x, y) - Math.atan2(y, x) / (2 * Math.PI))).toBeLessThan(1e-9);
    }
    expect(directionTurns(0, 0)).toBe(0);
    expect(directionTurns(-1, 0)).toBe(0.5);
  });

  it('naturalLog equals Math.log to 1e-9', () => {
    for (let x = 0.125; x <= 8; x += 0.01) expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThan(1e-9);
  });

  it('smoothStep runs from 0 to 1 and stops there', () => {
    expect([-1, 0, 0.5, 1, 2].map(smoothStep)).toEqual([0, 0, 0.5, 1, 1]);
  });
});
