import { describe, expect, it } from 'vitest';
import type { EventStream } from '../../core/eventStream.ts';
import { createRandom } from '../../core/random.ts';
import { eventTuples } from '../testSupport.ts';
import { createEventCamera, type EventCameraSpec, recordScene } from './eventCamera.ts';

const SPEC: EventCameraSpec = {
  sensor: { width: 2, height: 1 },
  threshold: 0.5,
  mismatch: 0,
  refractoryUs: 0,
  noiseRateHz: 0,
};

type Scene = (tUs: number, pixel: number) => number;

/** Records pixel values given as a function of time; the pixels start anywhere between their thresholds. */
function record(
  spec: EventCameraSpec,
  scene: Scene,
  timing: { durationUs?: number; warmUpUs?: number } = {},
) {
  const random = createRandom(1, 'test', 0);
  return recordScene(
    createEventCamera(spec, random),
    { durationUs: 20_000, stepUs: 1000, ...timing },
    (tUs, frame) => {
      for (let pixel = 0; pixel < frame.length; pixel++) frame[pixel] = scene(tUs, pixel);
    },
    random,
  );
}

/** Times between consecutive events of one pixel. */
function intervals(events: EventStream, pixel: number): number[] {
  const times = [...events.tUs].filter((_, i) => events.x[i] === pixel);
  return times.slice(1).map((tUs, i) => tUs - times[i]);
}

describe('event camera', () => {
  it('makes one event per threshold, at the time of the crossing, in order of time', () => {
    const events = record(SPEC, (tUs, pixel) => (pixel === 0 ? tUs / 3700 : -tUs / 6200));
    expect(intervals(events, 0).length).toBeGreaterThan(7);
    // Times are floored to microseconds, and a crossing at the end of a step counts to its last one.
    for (const interval of intervals(events, 0)) expect(Math.abs(interval - 1850)).toBeLessThanOrEqual(1);
    for (const interval of intervals(events, 1)) expect(Math.abs(interval - 3100)).toBeLessThanOrEqual(1);
    for (const [i, pixel] of events.x.entries()) expect(events.polarity[i]).toBe(pixel === 0 ? 1 : 0);
    expect([...events.tUs]).toEqual([...events.tUs].sort((a, b) => a - b));
  });

  it('starts anywhere between the thresholds', () => {
    const sensor = { width: 400, height: 1 };
    const events = record({ ...SPEC, sensor }, (tUs) => tUs / 20_000, { durationUs: 10_000 });
    // The intensity rises by one threshold; rest positions are uniform over two: half of the pixels see a crossing.
    expect(Math.abs(events.tUs.length - 200)).toBeLessThan(50);
    expect(events.tUs.filter((tUs) => tUs < 5000).length).toBeGreaterThan(60);
  });

  it('is dead for the refractory period and then compares with what it sees', () => {
    const events = record({ ...SPEC, refractoryUs: 2500 }, (tUs) => tUs / 3700);
    for (const interval of intervals(events, 0)) expect(Math.abs(interval - 4350)).toBeLessThanOrEqual(1);
    expect(intervals(events, 0).length).toBeGreaterThan(2);
  });

  it('makes several events in one step when the intensity jumps', () => {
    const events = record(SPEC, (tUs, pixel) => (tUs >= 1000 && pixel === 0 ? 2.25 : 0));
    // 2.25 is four and a half thresholds: four or five events, 1000 x 0.5 / 2.25 us apart.
    expect(intervals(events, 0).length).toBeGreaterThanOrEqual(3);
    for (const interval of intervals(events, 0)) expect(Math.abs(interval - 222)).toBeLessThanOrEqual(1);
    expect(events.tUs.every((tUs) => tUs < 1000)).toBe(true);
  });

  it('may watch before the recording begins', () => {
    const scene: Scene = (tUs, pixel) => (pixel === 0 ? tUs / 4096 : -tUs / 8192);
    const warm = record(SPEC, scene, { durationUs: 8000, warmUpUs: 3000 });
    const whole = record(SPEC, (tUs, pixel) => scene(tUs - 3000, pixel), { durationUs: 11_000 });
    const expected = eventTuples(whole)
      .filter(([tUs]) => tUs >= 3000)
      .map(([tUs, ...rest]) => [tUs - 3000, ...rest]);
    expect(expected.length).toBeGreaterThan(4);
    expect(expected.length).toBeLessThan(whole.tUs.length);
    expect(eventTuples(warm)).toEqual(expected);
  });

  it('is silent before a still scene, but for noise at the rate asked for', () => {
    const still: Scene = () => 1;
    expect(record(SPEC, still).tUs).toHaveLength(0);
    const noisy = record({ ...SPEC, noiseRateHz: 200 }, still, { durationUs: 10_000_000 });
    // 2 pixels x 200 Hz x 10 s = 4000 expected, standard deviation 63.
    expect(Math.abs(noisy.tUs.length - 4000)).toBeLessThan(300);
    expect(Math.abs(noisy.polarity.reduce((sum, p) => sum + p, 0) - 2000)).toBeLessThan(200);
    expect(noisy.tUs.every((tUs, i) => i === 0 || tUs >= noisy.tUs[i - 1])).toBe(true);
  });

  it('draws thresholds around their mean, each pixel its own', () => {
    const camera = createEventCamera(
      { ...SPEC, sensor: { width: 50, height: 40 }, mismatch: 0.1 },
      createRandom(1, 'test', 0),
    );
    const thresholds = [...camera.onThreshold, ...camera.offThreshold];
    const mean = thresholds.reduce((sum, value) => sum + value, 0) / thresholds.length;
    const variance = thresholds.reduce((sum, value) => sum + (value - mean) ** 2, 0) / thresholds.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(Math.sqrt(variance)).toBeCloseTo(0.05, 2);
  });
});
