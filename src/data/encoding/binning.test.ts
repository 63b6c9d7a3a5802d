import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinning, type RecordingSpan, windowSpan } from './binning.ts';
import { BINNING_RULES, type BinningRule } from './settings.ts';

function spanOf(times: number[], originUs = Math.min(...times)): RecordingSpan {
  return { firstUs: Math.min(...times), lastUs: Math.max(...times), eventCount: times.length, originUs };
}

/** The step of every event, in order. */
function steps(
  binning: BinningRule,
  times: number[],
  {
    stepDurationUs = 10,
    stepCount = 3,
    originUs,
  }: { stepDurationUs?: number; stepCount?: number; originUs?: number } = {},
): number[] {
  const stepOf = createBinning({ binning, stepDurationUs, stepCount }, spanOf(times, originUs));
  return times.map((tUs, i) => stepOf(i, tUs));
}

describe('windows of dt (binary, counts)', () => {
  it.each(['binary', 'counts'] as const)(
    '%s: borders belong to the later window, T windows are kept',
    (rule) => {
      expect(steps(rule, [100, 109, 110, 119, 120, 129, 130, 500])).toEqual([0, 0, 1, 1, 2, 2, -1, -1]);
    },
  );

  it('leaves the windows after a short recording empty', () => {
    expect(steps('binary', [100, 111])).toEqual([0, 1]);
  });

  it('counts from a chosen origin and leaves out what is before it', () => {
    expect(steps('counts', [100, 105, 114, 115, 134, 135], { originUs: 105 })).toEqual([-1, 0, 0, 1, 2, -1]);
  });
});

describe('Tonic ToFrame', () => {
  it('time_window: the last, incomplete window is left out', () => {
    // D = 25: two whole windows of 10.
    expect(steps('tonicTimeWindow', [0, 9, 10, 19, 20, 25])).toEqual([0, 0, 1, 1, -1, -1]);
  });

  it('time_window: a recording that ends on a border has no window behind it', () => {
    expect(steps('tonicTimeWindow', [0, 9, 10, 20])).toEqual([0, 0, 1, -1]);
  });

  it('time_window: a recording shorter than a window is one window', () => {
    expect(steps('tonicTimeWindow', [0, 4, 9])).toEqual([0, 0, 0]);
  });

  it('time_window: frames after T are left out', () => {
    expect(steps('tonicTimeWindow', [0, 29, 30, 95])).toEqual([0, 2, -1, -1]);
  });

  it('n_time_bins: windows of floor(D / T), so that the last events are left out', () => {
    // D = 31, T = 3: windows of 10, [0, 30).
    expect(steps('tonicTimeBins', [0, 9, 10, 29, 30, 31])).toEqual([0, 0, 1, 2, -1, -1]);
    // D = 30: the last event stands on the border.
    expect(steps('tonicTimeBins', [0, 29, 30])).toEqual([0, 2, -1]);
  });

  it('n_time_bins: nothing is kept where D < T', () => {
    expect(steps('tonicTimeBins', [5, 6, 7])).toEqual([-1, -1, -1]);
  });
});

describe('SpikingJelly', () => {
  it('by number: floor(N / T) events each, the last step takes the rest too', () => {
    expect(steps('spikingJellyNumber', [0, 1, 2, 3, 4, 5, 6, 7])).toEqual([0, 0, 1, 1, 2, 2, 2, 2]);
  });

  it('by number: goes by the order of the file, whatever the times', () => {
    expect(steps('spikingJellyNumber', [9, 1, 5])).toEqual([0, 1, 2]);
  });

  it('by number: fewer events than steps all fall into the last one', () => {
    expect(steps('spikingJellyNumber', [0, 1])).toEqual([2, 2]);
  });

  it('by time: windows of floor(D / T), the last step takes the rest too', () => {
    expect(steps('spikingJellyTime', [0, 9, 10, 20, 29, 30, 31])).toEqual([0, 0, 1, 2, 2, 2, 2]);
    expect(steps('spikingJellyTime', [5, 6, 7])).toEqual([2, 2, 2]);
  });

  it('by time: a window without events is an empty frame', () => {
    expect(steps('spikingJellyTime', [0, 25, 30])).toEqual([0, 2, 2]);
  });
});

/** Index of the first entry that is not below `value`: what both libraries search with. */
const searchSorted = (sorted: number[], value: number) => {
  const at = sorted.findIndex((each) => each >= value);
  return at < 0 ? sorted.length : at;
};

/** Slices [start, stop) of sorted events per step, by the libraries' own arithmetic. */
function librarySlices(rule: BinningRule, t: number[], dt: number, stepCount: number): [number, number][] {
  const last = t.length - 1;
  const bounds = (starts: number[], length: number): [number, number][] =>
    starts.map((start) => [searchSorted(t, start), searchSorted(t, start + length)]);
  const starts = (count: number, stride: number) =>
    Array.from({ length: count }, (_, i) => i * stride + t[0]);
  switch (rule) {
    case 'tonicTimeWindow': {
      const count = Math.max(1, Math.floor((t[last] - t[0] - dt) / dt + 1));
      return bounds(starts(count, dt), dt).slice(0, stepCount);
    }
    case 'tonicTimeBins': {
      const window = Math.floor((t[last] - t[0]) / stepCount);
      return bounds(starts(stepCount, window), window);
    }
    case 'spikingJellyNumber': {
      const share = Math.floor(t.length / stepCount);
      return Array.from({ length: stepCount }, (_, i) => [
        i * share,
        i === stepCount - 1 ? t.length : (i + 1) * share,
      ]);
    }
    case 'spikingJellyTime': {
      const window = Math.floor((t[last] - t[0]) / stepCount);
      return bounds(starts(stepCount, window), window).map(([from, to], i) => [
        from,
        i === stepCount - 1 ? t.length : to,
      ]);
    }
    default:
      return bounds(starts(stepCount, dt), dt);
  }
}

describe('every rule', () => {
  const times = fc
    .array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 40 })
    .map((values) => values.sort((a, b) => a - b));

  it.each(BINNING_RULES)('%s: agrees with the slices that the library takes of sorted events', (rule) => {
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (t, dt, stepCount) => {
          const expected = new Array<number>(t.length).fill(-1);
          for (const [step, [from, to]] of librarySlices(rule, t, dt, stepCount).entries())
            expected.fill(step, from, to);
          expect(steps(rule, t, { stepDurationUs: dt, stepCount })).toEqual(expected);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it.each(BINNING_RULES)('%s: the span that is shown holds exactly the events that are kept', (rule) => {
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (t, dt, stepCount) => {
          const shown = windowSpan({ binning: rule, stepDurationUs: dt, stepCount }, spanOf(t));
          if (!shown) {
            expect(rule).toBe('spikingJellyNumber');
            return;
          }
          const isInside = t.map((tUs) => tUs >= shown.startUs && tUs < shown.stopUs);
          expect(steps(rule, t, { stepDurationUs: dt, stepCount }).map((step) => step >= 0)).toEqual(
            isInside,
          );
        },
      ),
      { seed: 2, numRuns: 100 },
    );
  });
});
