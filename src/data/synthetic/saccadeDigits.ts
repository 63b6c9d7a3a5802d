import type { EventStream } from '../../core/eventStream.ts';
import type { Random } from '../../core/random.ts';
import { drawDigit, type Point, type Stroke } from './digitStrokes.ts';
import { type EventCamera, type EventCameraSpec, recordScene } from './eventCamera.ts';
import { cosTurns, naturalLog, sinTurns, smoothStep } from './exactMath.ts';

/*
 * Saccade digits: a hand-drawn digit stands still while the camera makes three saccades along a triangle, as the
 * camera of N-MNIST did before a screen. The class is in the shape; each saccade shows other edges of it.
 */

const SIDE = 34;
/** One saccade: a movement that starts and stops at rest, then a pause. */
const SACCADE_US = 100_000;
const MOVE_US = 80_000;
const STEP_US = 2_000;
/** Way points of the camera in units of the amplitude; it returns to where it began. */
const PATH: readonly Point[] = [
  [-0.5, -0.5],
  [0, 0.5],
  [0.5, -0.5],
  [-0.5, -0.5],
];

export const DIGIT_CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

export const DIGIT_CAMERA: EventCameraSpec = {
  sensor: { width: SIDE, height: SIDE },
  threshold: 0.35,
  mismatch: 0.1,
  refractoryUs: 1_000,
  noiseRateHz: 1,
};

/** The drawing is rasterised once, finer than the sensor and with a margin, and then moved. */
const CELLS_PER_PIXEL = 2;
const MARGIN = 5;
const CANVAS = (SIDE + 2 * MARGIN) * CELLS_PER_PIXEL;
/** Intensity of ink relative to paper: bright strokes on a dark ground. */
const INK_CONTRAST = 4;

/** Log intensity for a coverage of i / 1024. */
const LOG_INTENSITY = Float64Array.from({ length: 1025 }, (_, i) =>
  naturalLog(1 + ((INK_CONTRAST - 1) * i) / 1024),
);

/** Scale, shear, rotation and shift of a whole drawing; glyph box to sensor pixels. */
function placeStrokes(strokes: Stroke[], random: Random): Stroke[] {
  const height = 18 + 6 * random.uniform();
  const width = height * (0.65 + 0.25 * random.uniform());
  const shear = 0.12 * random.normal();
  const turns = 0.02 * random.normal();
  const cos = cosTurns(turns);
  const sin = sinTurns(turns);
  const centreX = SIDE / 2 + random.normal();
  const centreY = SIDE / 2 + random.normal();
  return strokes.map((stroke) =>
    stroke.map(([glyphX, glyphY]): Point => {
      const y = (glyphY - 0.5) * height;
      const x = (glyphX - 0.5) * width - shear * y;
      return [centreX + cos * x - sin * y, centreY + sin * x + cos * y];
    }),
  );
}

/** Squared distance from (x, y) to the segment a-b. */
function distanceSquared(x: number, y: number, a: Point, b: Point): number {
  const alongX = b[0] - a[0];
  const alongY = b[1] - a[1];
  const length2 = alongX * alongX + alongY * alongY;
  const projected = length2 === 0 ? 0 : ((x - a[0]) * alongX + (y - a[1]) * alongY) / length2;
  const share = Math.min(1, Math.max(0, projected));
  const dx = x - a[0] - share * alongX;
  const dy = y - a[1] - share * alongY;
  return dx * dx + dy * dy;
}

/** Coverage of every canvas cell by a pen of this radius (pixels), edges one pixel soft: f64[CANVAS][CANVAS]. */
function rasterise(strokes: Stroke[], penRadius: number): Float64Array {
  const nearest = new Float64Array(CANVAS * CANVAS).fill(Number.POSITIVE_INFINITY);
  const reach = penRadius + 0.5;
  for (const stroke of strokes) {
    for (let i = 1; i < stroke.length; i++) {
      const a = stroke[i - 1];
      const b = stroke[i];
      const cell = (pixels: number) => (pixels + MARGIN) * CELLS_PER_PIXEL - 0.5;
      const low = (p: number, q: number) => Math.max(0, Math.ceil(cell(Math.min(p, q) - reach)));
      const high = (p: number, q: number) => Math.min(CANVAS - 1, Math.floor(cell(Math.max(p, q) + reach)));
      for (let row = low(a[1], b[1]); row <= high(a[1], b[1]); row++) {
        for (let column = low(a[0], b[0]); column <= high(a[0], b[0]); column++) {
          const x = (column + 0.5) / CELLS_PER_PIXEL - MARGIN;
          const y = (row + 0.5) / CELLS_PER_PIXEL - MARGIN;
          const distance2 = distanceSquared(x, y, a, b);
          if (distance2 < nearest[row * CANVAS + column]) nearest[row * CANVAS + column] = distance2;
        }
      }
    }
  }
  return nearest.map((distance2) => Math.min(1, Math.max(0, reach - Math.sqrt(distance2))));
}

/** Camera position in pixels at a time. */
function cameraAt(tUs: number, amplitude: number): Point {
  const saccade = Math.min(PATH.length - 2, Math.floor(tUs / SACCADE_US));
  const share = smoothStep((tUs - saccade * SACCADE_US) / MOVE_US);
  const [from, to] = [PATH[saccade], PATH[saccade + 1]];
  return [
    amplitude * (from[0] + share * (to[0] - from[0])),
    amplitude * (from[1] + share * (to[1] - from[1])),
  ];
}

/** Log intensity of every sensor pixel when the drawing is shifted by (-offset); bilinear between canvas cells. */
function renderShifted(coverage: Float64Array, offset: Point, frame: Float64Array): void {
  const left = (offset[0] + MARGIN + 0.5) * CELLS_PER_PIXEL - 0.5;
  const top = (offset[1] + MARGIN + 0.5) * CELLS_PER_PIXEL - 0.5;
  const column = Math.floor(left);
  const row = Math.floor(top);
  const shareX = left - column;
  const shareY = top - row;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const at = (row + y * CELLS_PER_PIXEL) * CANVAS + column + x * CELLS_PER_PIXEL;
      const upper = coverage[at] + shareX * (coverage[at + 1] - coverage[at]);
      const lower = coverage[at + CANVAS] + shareX * (coverage[at + CANVAS + 1] - coverage[at + CANVAS]);
      frame[y * SIDE + x] = LOG_INTENSITY[Math.floor((upper + shareY * (lower - upper)) * 1024)];
    }
  }
}

/** One recording of a digit, 300 ms. All randomness comes from `random`. */
export function recordDigit(digit: number, camera: EventCamera, random: Random): EventStream {
  const strokes = placeStrokes(drawDigit(digit, random), random);
  const coverage = rasterise(strokes, 0.9 + 0.6 * random.uniform());
  const amplitude = 3.5 + random.uniform();
  return recordScene(
    camera,
    { durationUs: (PATH.length - 1) * SACCADE_US, stepUs: STEP_US },
    (tUs, frame) => renderShifted(coverage, cameraAt(tUs, amplitude), frame),
    random,
  );
}
