import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  largest,
  linePath,
  nearestRow,
  roundByteTicks,
  roundTicks,
  roundUpStep,
  ticksBetween,
  toPixel,
} from './chartScale.ts';

const X = { low: 0, high: 10, start: 0, stop: 100 };
const Y = { low: 0, high: 1, start: 50, stop: 0 };

describe('chart scale', () => {
  it('maps both ends of an axis, upside down where pixels run downwards', () => {
    expect([0, 5, 10].map((value) => toPixel(X, value))).toEqual([0, 50, 100]);
    expect([0, 0.5, 1].map((value) => toPixel(Y, value))).toEqual([50, 25, 0]);
  });

  it('finds ticks of bytes that are round in the unit they are written in', () => {
    const KIB = 1024;
    expect(roundByteTicks(795 * KIB, 4)).toEqual([0, 200, 400, 600, 800].map((tick) => tick * KIB));
    expect(roundByteTicks(1.2 * KIB ** 2, 4)).toEqual([0, 0.5, 1, 1.5].map((tick) => tick * KIB ** 2));
    expect(roundByteTicks(1007 * KIB, 4)).toEqual([0, 0.5, 1].map((tick) => tick * KIB ** 2));
    expect(roundByteTicks(700, 4)).toEqual([0, 200, 400, 600, 800]);
    expect(roundByteTicks(0, 4).length).toBeGreaterThan(1);
  });

  it('finds round ticks from 0 to at least the largest value', () => {
    expect(roundTicks(0.118, 4)).toEqual([0, 0.05, 0.1, 0.15]);
    expect(roundTicks(10, 5, true)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(roundTicks(1, 5, true)).toEqual([0, 1]);
    expect(roundTicks(0, 4).length).toBeGreaterThan(1);
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        (high, count) => {
          const ticks = roundTicks(high, count);
          expect(ticks[0]).toBe(0);
          expect(ticks[ticks.length - 1]).toBeGreaterThanOrEqual(high * (1 - 1e-6));
          expect(ticks.length).toBeLessThanOrEqual(count + 2);
          expect(roundUpStep(ticks[1])).toBeCloseTo(ticks[1], 9);
        },
      ),
    );
  });

  it('finds round ticks inside a stretch', () => {
    expect(ticksBetween(2.3, 4.1, 4)).toEqual([2.5, 3, 3.5, 4]);
    expect(ticksBetween(100, 200, 5)).toEqual([100, 120, 140, 160, 180, 200]);
    expect(ticksBetween(0.0101, 0.0102, 3)).toEqual([0.0101, 0.01015, 0.0102]);
  });

  it('draws a series past rows without its value, and keeps it inside the picture', () => {
    const rows = [
      { at: 0, a: 0 },
      { at: 1, b: 1 },
      { at: 5, a: 0.5 },
      { at: 10, a: 7 },
    ];
    expect(linePath(rows as never, 'a', X, Y)).toBe('M0.0 50.0L50.0 25.0L100.0 0.0');
    expect(linePath([], 'a', X, Y)).toBe('');
    expect(largest(rows as never, ['a', 'b'])).toBe(7);
  });

  it('finds the nearest row that has something to tell', () => {
    const rows = [
      { at: 0, a: 1 },
      { at: 4, b: 1 },
      { at: 10, a: 2 },
    ] as never;
    expect(nearestRow(rows, 4, ['a'])?.at).toBe(0);
    expect(nearestRow(rows, 6, ['a'])?.at).toBe(10);
    expect(nearestRow(rows, 3, ['a', 'b'])?.at).toBe(4);
    expect(nearestRow(rows, 99, ['b'])?.at).toBe(4);
    expect(nearestRow([], 1, ['a'])).toBeNull();
  });
});
