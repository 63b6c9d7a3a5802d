import { describe, expect, it } from 'vitest';
import { windowAdvice } from './encodingWindow.ts';
import { defaultSession } from './session.ts';

const encoding = { ...defaultSession().encoding, stepCount: 20, stepDurationUs: 15_000, startUs: 0 };

describe('windowAdvice', () => {
  it.each([
    ['as long as 20 steps of 15 ms', 300_000, null],
    ['a third, and a bit', 100_001, null],
    ['a third', 100_000, { seenUs: 300_000, isTooLong: true, stepDurationUs: 5001 }],
    ['three times as long', 900_000, { seenUs: 300_000, isTooLong: false, stepDurationUs: 45_001 }],
    ['three times, less a bit', 899_999, null],
    ['a few microseconds', 7, { seenUs: 300_000, isTooLong: true, stepDurationUs: 1 }],
    ['nothing', 0, null],
    ['unknown', Number.NaN, null],
  ])('recordings of %s', (_, durationUs, expected) => {
    expect(windowAdvice(encoding, durationUs)).toEqual(expected);
  });

  it('counts from the start that is set, and is silent once it is followed', () => {
    expect(windowAdvice({ ...encoding, startUs: 6_000_000 }, 6_300_000)).toBeNull();
    const advice = windowAdvice(encoding, 8801);
    expect(windowAdvice({ ...encoding, stepDurationUs: advice?.stepDurationUs ?? 0 }, 8801)).toBeNull();
  });
});
