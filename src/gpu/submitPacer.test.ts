import { describe, expect, it } from 'vitest';
import { SubmitPacer, type SubmitRange } from './submitPacer.ts';

/** A GPU whose steps take these times. */
function run(pacer: SubmitPacer, stepMs: readonly number[]): { ranges: SubmitRange[]; times: number[] } {
  const ranges = pacer.cut(stepMs.length);
  const times = ranges.map(({ start, stop }) => stepMs.slice(start, stop).reduce((sum, ms) => sum + ms, 0));
  pacer.measured(ranges, times);
  return { ranges, times };
}

function settle(pacer: SubmitPacer, stepMs: readonly number[], rounds = 30) {
  for (let i = 0; i < rounds; i++) run(pacer, stepMs);
  return run(pacer, stepMs);
}

const same = (count: number, ms: number) => new Array<number>(count).fill(ms);

describe('the pacer of submits', () => {
  it('covers every step once and in order, whatever it has learnt', () => {
    const pacer = new SubmitPacer();
    for (const length of [1, 7, 8, 9, 64, 500, 3]) {
      const { ranges } = run(pacer, same(length, 3));
      expect(ranges[0].start).toBe(0);
      expect(ranges.at(-1)?.stop).toBe(length);
      for (let i = 1; i < ranges.length; i++) expect(ranges[i].start).toBe(ranges[i - 1].stop);
      expect(ranges.every(({ start, stop }) => stop > start)).toBe(true);
    }
    expect(pacer.cut(0)).toEqual([]);
  });

  it('begins with little, on a GPU of which nothing is known', () => {
    expect(new SubmitPacer().cut(100).every(({ start, stop }) => stop - start <= 8)).toBe(true);
  });

  it('joins what is quick into one submit', () => {
    expect(settle(new SubmitPacer(), same(200, 0.05)).ranges).toHaveLength(1);
  });

  it('comes to between 30 and 50 ms where steps are short beside that', () => {
    const { times } = settle(new SubmitPacer(), same(300, 2));
    expect(times.length).toBeGreaterThan(10);
    for (const ms of times.slice(0, -1)) {
      expect(ms).toBeGreaterThanOrEqual(30);
      expect(ms).toBeLessThanOrEqual(50);
    }
  });

  it('finds the long steps among short ones; none but they exceed the cap', () => {
    const stepMs = Array.from({ length: 120 }, (_, i) => (i % 30 === 7 ? 150 : i % 5 === 0 ? 12 : 0.5));
    const { ranges, times } = settle(new SubmitPacer(), stepMs);
    for (const [i, ms] of times.entries()) {
      const { start, stop } = ranges[i];
      if (ms > 100) expect(stop - start, `steps ${start} to ${stop} take ${ms} ms`).toBe(1);
    }
    expect(times.filter((ms) => ms > 100)).toHaveLength(4);
  });

  it('cuts at once when the GPU becomes slow, and joins slowly when it becomes quick again', () => {
    const pacer = new SubmitPacer();
    const quick = settle(pacer, same(100, 1)).ranges.length;
    run(pacer, same(100, 10));
    const slow = run(pacer, same(100, 10));
    expect(Math.max(...slow.times)).toBeLessThanOrEqual(50);
    const next = run(pacer, same(100, 1));
    expect(next.ranges.length).toBeGreaterThan(quick);
    expect(settle(pacer, same(100, 1)).ranges.length).toBe(quick);
  });

  it('leaves times aside that are not known', () => {
    const pacer = new SubmitPacer();
    const ranges = pacer.cut(16);
    pacer.measured(ranges, [40, Number.NaN]);
    expect(pacer.cut(16).at(-1)?.stop).toBe(16);
    expect(pacer.cut(8)).toHaveLength(1);
  });
});
