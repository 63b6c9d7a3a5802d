import { describe, expect, it } from 'vitest';
import { createRandom, normal, randomU32, shuffle, threefry2x32, uniform } from './random.ts';

describe('threefry2x32', () => {
  it.each([
    // The three known answers that the Random123 distribution lists for threefry2x32, 20 rounds.
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('key %j, counter %j gives %j', (key, counter, expected) => {
    expect(threefry2x32(key[0], key[1], counter[0], counter[1])).toEqual(expected);
  });
});

describe('indexed draws', () => {
  it('are pinned to the bit', () => {
    expect(randomU32(1, 'weights', 2, 3)).toBe(threefry2x32(1, 1, 3, 2)[0]);
    expect(uniform(1, 'weights', 2, 3)).toBe((randomU32(1, 'weights', 2, 3) >>> 8) / 2 ** 24);
  });

  it('differ by seed, purpose, stream and index', () => {
    const draws = [
      randomU32(7, 'test', 0, 0),
      randomU32(8, 'test', 0, 0),
      randomU32(7, 'split', 0, 0),
      randomU32(7, 'test', 1, 0),
      randomU32(7, 'test', 0, 1),
    ];
    expect(new Set(draws).size).toBe(draws.length);
  });

  it('normal has the moments its docstring states', () => {
    const count = 200_000;
    const moments = [0, 0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const value = normal(3, 'test', 0, i);
      if (Math.fround(value) !== value || Math.abs(value) >= 6) throw new Error(`normal ${i} is ${value}`);
      for (let power = 1; power <= 4; power++) moments[power] += value ** power / count;
    }
    // Standard errors at this count: 0.0022, 0.0031, 0.0086, 0.020; the bounds are four of them.
    expect(Math.abs(moments[1])).toBeLessThan(0.009);
    expect(Math.abs(moments[2] - 1)).toBeLessThan(0.0125);
    expect(Math.abs(moments[3])).toBeLessThan(0.035);
    expect(Math.abs(moments[4] - 2.9)).toBeLessThan(0.08);
  });
});

describe('createRandom', () => {
  it('repeats itself and is independent of the indexed draws', () => {
    const first = createRandom(5, 'test', 9);
    const second = createRandom(5, 'test', 9);
    const words = Array.from({ length: 20 }, () => first.next());
    expect(Array.from({ length: 20 }, () => second.next())).toEqual(words);
    expect(words).not.toContain(randomU32(5, 'test', 9, 0));
  });

  it.each([1, 2, 3, 10, 2 ** 31 + 1, 2 ** 32])('integer(%d) stays below its bound', (bound) => {
    const random = createRandom(5, 'test', bound);
    const values = Array.from({ length: 300 }, () => random.integer(bound));
    for (const value of values) {
      expect(Number.isInteger(value)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(bound);
    }
    if (bound <= 10) expect(new Set(values).size).toBe(bound);
  });
});

describe('shuffle', () => {
  it('permutes a copy', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = shuffle(items, 1, 'test', 0);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
    expect(items[0]).toBe(0);
    expect(shuffle(items, 1, 'test', 0)).toEqual(shuffled);
    expect(shuffle(items, 1, 'test', 1)).not.toEqual(shuffled);
  });

  it('puts every item in every place equally often', () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const rounds = 8000;
    for (let round = 0; round < rounds; round++) {
      for (const [place, item] of shuffle([0, 1, 2, 3], 2, 'test', round).entries()) counts[place][item]++;
    }
    // Expected 2000 each with a standard deviation of 39; five of them.
    for (const count of counts.flat()) expect(Math.abs(count - rounds / 4)).toBeLessThan(195);
  });

  it.each([0, 1])('leaves %d items as they are', (count) => {
    expect(shuffle(Array.from({ length: count }).fill('a'), 1, 'test', 0)).toHaveLength(count);
  });
});
