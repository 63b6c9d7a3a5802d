import type { EventStream, SensorSize } from '../../core/eventStream.ts';
import type { Random } from '../../core/random.ts';

/** Constants of a simulated event camera. */
export interface EventCameraSpec {
  sensor: SensorSize;
  /** Change of log intensity that makes an event, mean over the pixels. */
  threshold: number;
  /** Standard deviation of a pixel's threshold, as a share of the mean; fixed per pixel and polarity. */
  mismatch: number;
  /** Dead time after an event, microseconds; the pixel then starts again from the intensity it sees. */
  refractoryUs: number;
  /** Background events per pixel and second, half ON, half OFF. */
  noiseRateHz: number;
}

/** The pixels of one camera: their thresholds differ and stay as they are. */
export interface EventCamera {
  spec: EventCameraSpec;
  /** f64[height][width], row-major. */
  onThreshold: Float64Array;
  offThreshold: Float64Array;
}

/** Draws the thresholds of every pixel; they stay above a third of the mean. */
export function createEventCamera(spec: EventCameraSpec, random: Random): EventCamera {
  const pixels = spec.sensor.width * spec.sensor.height;
  const draw = () => spec.threshold * Math.max(1 / 3, 1 + spec.mismatch * random.normal());
  return {
    spec,
    onThreshold: Float64Array.from({ length: pixels }, draw),
    offThreshold: Float64Array.from({ length: pixels }, draw),
  };
}

/** Binomial trials per expected noise event: enough that their sum is close to a Poisson number. */
const NOISE_TRIALS = 8;

/**
 * Records a scene. Between two frames the log intensity of a pixel runs straight; an event is made whenever it is one
 * threshold away from where the pixel last started, at the time of the crossing.
 *
 * A crossing at the very end of a step counts to its last microsecond. The camera may watch before the recording
 * begins (warmUpUs, whole steps): a periodic scene then has no first period that differs from the others.
 *
 * @param render Writes log intensity at time `tUs`, f64[height][width] row-major, into the frame.
 * @returns Events ordered by time; times from 0 to durationUs - 1.
 */
export function recordScene(
  camera: EventCamera,
  timing: { durationUs: number; stepUs: number; warmUpUs?: number },
  render: (tUs: number, frame: Float64Array) => void,
  random: Random,
): EventStream {
  const { spec, onThreshold, offThreshold } = camera;
  const { width, height } = spec.sensor;
  const pixels = width * height;
  let before = new Float64Array(pixels);
  let after = new Float64Array(pixels);
  const firstUs = -(timing.warmUpUs ?? 0);
  render(firstUs, before);
  /** Log intensity a pixel compares with, and the time before which it is dead. */
  const reference = before.map((level, pixel) => level + startOffset(camera, pixel, random));
  const deadUntilUs = new Float64Array(pixels).fill(Number.NEGATIVE_INFINITY);
  const recorded: number[] = [];
  const noisePerStep = (spec.noiseRateHz * pixels * timing.stepUs) / 1e6;
  const noiseTrials = Math.ceil(noisePerStep * NOISE_TRIALS);

  for (let startUs = firstUs; startUs < timing.durationUs; startUs += timing.stepUs) {
    const stopUs = Math.min(startUs + timing.stepUs, timing.durationUs);
    const stepUs = stopUs - startUs;
    const stepEvents: number[] = [];
    const emit = (tUs: number, pixel: number, polarity: 0 | 1) => {
      const inStep = Math.min(Math.floor(tUs), stopUs - 1) - startUs;
      // One number that sorts by time, then pixel, then polarity.
      stepEvents.push((inStep * pixels + pixel) * 2 + polarity);
    };
    render(stopUs, after);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const from = before[pixel];
      const to = after[pixel];
      const change = to - reference[pixel];
      if (change < onThreshold[pixel] && -change < offThreshold[pixel] && deadUntilUs[pixel] <= startUs)
        continue;
      tracePixel(pixel, from, to);
    }
    function tracePixel(pixel: number, from: number, to: number): void {
      const levelAt = (tUs: number) => from + ((to - from) * (tUs - startUs)) / stepUs;
      let nowUs = startUs;
      for (;;) {
        if (deadUntilUs[pixel] > nowUs) {
          if (deadUntilUs[pixel] >= stopUs) return;
          nowUs = deadUntilUs[pixel];
          reference[pixel] = levelAt(nowUs);
          deadUntilUs[pixel] = Number.NEGATIVE_INFINITY;
        }
        const polarity = to >= from ? 1 : 0;
        const level = reference[pixel] + (polarity ? onThreshold[pixel] : -offThreshold[pixel]);
        if (polarity ? to < level : to > level) return;
        const crossingUs = to === from ? nowUs : startUs + ((level - from) / (to - from)) * stepUs;
        nowUs = Math.min(Math.max(nowUs, crossingUs), stopUs);
        emit(nowUs, pixel, polarity);
        reference[pixel] = level;
        deadUntilUs[pixel] = nowUs + spec.refractoryUs;
      }
    }
    for (let trial = 0; trial < noiseTrials; trial++) {
      if (random.uniform() * noiseTrials >= noisePerStep) continue;
      emit(startUs + random.uniform() * stepUs, random.integer(pixels), random.integer(2) as 0 | 1);
    }
    stepEvents.sort((a, b) => a - b);
    if (startUs >= 0) for (const packed of stepEvents) recorded.push(startUs * pixels * 2 + packed);
    [before, after] = [after, before];
  }
  return unpack(recorded, spec.sensor);
}

/** Where between its thresholds a pixel stands when the recording begins: anywhere, for the camera has been running. */
function startOffset({ onThreshold, offThreshold }: EventCamera, pixel: number, random: Random): number {
  return random.uniform() * (onThreshold[pixel] + offThreshold[pixel]) - onThreshold[pixel];
}

/** Inverse of the packing in recordScene: ((tUs * pixels) + pixel) * 2 + polarity. */
function unpack(recorded: number[], sensor: SensorSize): EventStream {
  const count = recorded.length;
  const pixels = sensor.width * sensor.height;
  const events: EventStream = {
    sensor: { ...sensor },
    tUs: new Float64Array(count),
    x: new Uint16Array(count),
    y: new Uint16Array(count),
    polarity: new Uint8Array(count),
  };
  for (let i = 0; i < count; i++) {
    const place = Math.floor(recorded[i] / 2);
    const pixel = place % pixels;
    events.polarity[i] = recorded[i] % 2;
    events.tUs[i] = Math.floor(place / pixels);
    events.x[i] = pixel % sensor.width;
    events.y[i] = Math.floor(pixel / sensor.width);
  }
  return events;
}
