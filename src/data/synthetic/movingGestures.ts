import type { EventStream } from '../../core/eventStream.ts';
import type { Random } from '../../core/random.ts';
import { type EventCamera, type EventCameraSpec, recordScene } from './eventCamera.ts';
import { cosTurns, directionTurns, sinTurns } from './exactMath.ts';

/*
 * Moving gestures: eight classes that differ in the direction of a movement and in nothing else.
 *
 * The log intensity of a pixel is a sine in time, L(t) = amplitude * sin(2 pi (frequency t + direction phase(x, y) +
 * offset)), with the same distribution of amplitude and frequency for every pixel and class and a uniform offset.
 * Bars, spokes or rings are the lines of equal phase. It follows that
 *
 *  - every pixel sees the same waveform: the time-averaged frame, ON and OFF channel each, is the same for all eight
 *    classes in expectation;
 *  - a single frame shows bars, spokes or rings, hence the pair (left/right, up/down, clockwise/counter-clockwise,
 *    in/out), never the direction: running the sine backwards mirrors phases, which the uniform offset makes equally
 *    likely. A rising and a falling half of the sine are alike, so that ON before OFF says nothing either.
 *
 * Whoever ignores the order of the frames is right at most half of the time.
 */

const SIDE = 34;
const DURATION_US = 300_000;
const STEP_US = 2_000;
/** Whole periods in a recording: a part of one would leave its bars, spokes or rings in the time-averaged frame. */
const PERIODS = [2, 3] as const;

export const GESTURE_CLASSES = ['left', 'right', 'up', 'down', 'clockwise', 'counter-clockwise', 'in', 'out'];

export const GESTURE_CAMERA: EventCameraSpec = {
  sensor: { width: SIDE, height: SIDE },
  threshold: 0.4,
  mismatch: 0.1,
  refractoryUs: 1_000,
  noiseRateHz: 1,
};

/** Spatial phase of each pair in turns, at (x, y) pixels from the centre of the movement. */
type PhaseMap = (x: number, y: number) => number;

/** Bars across the given direction (turns); their phase grows that way. */
function bars(axisTurns: number, period: number): PhaseMap {
  const cos = cosTurns(axisTurns);
  const sin = sinTurns(axisTurns);
  return (x, y) => (x * cos + y * sin) / period;
}

/**
 * Phase map and sign of a class. With a positive sign the lines of equal phase run towards falling phase: left, up,
 * counter-clockwise on the screen, inwards.
 */
function movement(classIndex: number, random: Random): { phase: PhaseMap; sign: 1 | -1 } {
  const tiltTurns = 0.02 * random.normal();
  const period = 11 + 5 * random.uniform();
  const spokes = 3 + random.integer(3);
  const phases: PhaseMap[] = [
    bars(tiltTurns, period),
    bars(0.25 + tiltTurns, period),
    (x, y) => spokes * directionTurns(x, y),
    (x, y) => Math.sqrt(x * x + y * y) / period,
  ];
  const isNegative = ['right', 'down', 'clockwise', 'out'].includes(GESTURE_CLASSES[classIndex]);
  return { phase: phases[classIndex >> 1], sign: isNegative ? -1 : 1 };
}

/** One recording of a gesture, 300 ms. All randomness comes from `random`. */
export function recordGesture(classIndex: number, camera: EventCamera, random: Random): EventStream {
  const { phase, sign } = movement(classIndex, random);
  const centreX = (SIDE - 1) / 2 + random.normal();
  const centreY = (SIDE - 1) / 2 + random.normal();
  // Twice the amplitude exceeds twice the threshold, so that no pixel can rest between its thresholds unseen.
  const amplitude = 0.42 + 0.06 * random.uniform();
  const periods = PERIODS[random.integer(PERIODS.length)];
  const offset = random.uniform();
  // sin(a + b) = sin a cos b + cos a sin b: the pixel's part is computed once.
  const pixelSin = new Float64Array(SIDE * SIDE);
  const pixelCos = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const turns = offset + sign * phase(x - centreX, y - centreY);
      pixelSin[y * SIDE + x] = amplitude * sinTurns(turns);
      pixelCos[y * SIDE + x] = amplitude * cosTurns(turns);
    }
  }
  return recordScene(
    camera,
    { durationUs: DURATION_US, stepUs: STEP_US, warmUpUs: DURATION_US / 2 },
    (tUs, frame) => {
      const turns = (periods * tUs) / DURATION_US;
      const sin = sinTurns(turns);
      const cos = cosTurns(turns);
      for (let pixel = 0; pixel < frame.length; pixel++)
        frame[pixel] = sin * pixelCos[pixel] + cos * pixelSin[pixel];
    },
    random,
  );
}
