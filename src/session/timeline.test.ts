import { describe, expect, it } from 'vitest';
import { createTimeline, rateCurve } from './timeline.ts';

const stream = (times: number[]) => ({
  sensor: { width: 4, height: 4 },
  tUs: Float64Array.from(times),
  x: new Uint16Array(times.length),
  y: new Uint16Array(times.length),
  polarity: new Uint8Array(times.length),
});

describe('createTimeline', () => {
  it('keeps the order of a file whose times never fall', () => {
    const timeline = createTimeline(stream([5, 5, 9]));
    expect(timeline).toMatchObject({ startUs: 5, stopUs: 9, order: null });
    expect([4, 5, 6, 9, 10].map(timeline.countBefore)).toEqual([0, 0, 2, 2, 3]);
  });

  it('orders a file that steps back', () => {
    const timeline = createTimeline(stream([9, 5, 7, 5]));
    expect([...(timeline.order ?? [])]).toEqual([1, 3, 2, 0]);
    expect([5, 6, 8, 10].map(timeline.countBefore)).toEqual([0, 2, 3, 4]);
  });

  it('of nothing is empty', () => {
    const timeline = createTimeline(stream([]));
    expect(timeline.countBefore(10)).toBe(0);
    expect(rateCurve(timeline, 4)).toMatchObject({ peak: 0 });
  });
});

describe('rateCurve', () => {
  it('counts every event once, those on a border in the later bin, the last in the last', () => {
    const { binUs, counts, peak } = rateCurve(createTimeline(stream([0, 1, 10, 19, 20, 40])), 4);
    expect(binUs).toBe(10);
    expect([...counts]).toEqual([2, 2, 1, 1]);
    expect(peak).toBe(2);
  });

  it('looks at a range that reaches beyond the recording, or at a part of it', () => {
    const timeline = createTimeline(stream([0, 1, 10, 19]));
    expect([...rateCurve(timeline, 4, { startUs: 0, stopUs: 40 }).counts]).toEqual([2, 2, 0, 0]);
    expect([...rateCurve(timeline, 2, { startUs: 1, stopUs: 11 }).counts]).toEqual([1, 1]);
  });

  it('of one moment is one bin', () => {
    expect([...rateCurve(createTimeline(stream([7, 7, 7])), 2).counts]).toEqual([3, 0]);
  });
});
