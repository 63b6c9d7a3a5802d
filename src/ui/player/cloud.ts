import type { EventStream } from '../../core/eventStream.ts';
import type { Timeline } from '../../session/timeline.ts';
import type { PlayerColours, Rgb } from '../data/playerDrawing.ts';

/** Where the cloud is looked at from, radians: about the vertical axis, and from above. */
export interface Viewpoint {
  yaw: number;
  pitch: number;
}

/** Time runs to the right and away, the sensor stands upright. */
export const FIRST_VIEWPOINT: Viewpoint = { yaw: 0.6, pitch: 0.3 };

/** Points that are drawn at most: every n-th event of a longer recording. */
export const MAX_POINTS = 30_000;

/** How much longer the axis of time is than a side of the sensor. */
const TIME_STRETCH = 1.8;

/** Pixels of a screen for a point of the box: x, y in -1..1 across the sensor (y down), t in 0..1. */
export type Projection = (x: number, y: number, t: number) => [number, number];

/** Parallel projection: lengths do not shrink with distance, so that times can be compared. */
export function project({ yaw, pitch }: Viewpoint, width: number, height: number): Projection {
  const [sinYaw, cosYaw, sinPitch, cosPitch] = [
    Math.sin(yaw),
    Math.cos(yaw),
    Math.sin(pitch),
    Math.cos(pitch),
  ];
  // The longest diagonal of the box fits whatever the viewpoint.
  const scale = (0.98 * Math.min(width, height)) / 2 / Math.hypot(1, 1, TIME_STRETCH);
  return (x, y, t) => {
    const depth = (2 * t - 1) * TIME_STRETCH;
    const right = x * cosYaw + depth * sinYaw;
    const away = depth * cosYaw - x * sinYaw;
    return [width / 2 + scale * right, height / 2 + scale * (y * cosPitch - away * sinPitch)];
  };
}

/** The twelve edges of the box, as pairs of corners. */
export function boxEdges(): [number[], number[]][] {
  const edges: [number[], number[]][] = [];
  for (const a of [-1, 1]) {
    for (const b of [-1, 1]) {
      edges.push([
        [-1, a, b < 0 ? 0 : 1],
        [1, a, b < 0 ? 0 : 1],
      ]);
      edges.push([
        [a, -1, b < 0 ? 0 : 1],
        [a, 1, b < 0 ? 0 : 1],
      ]);
      edges.push([
        [a, b, 0],
        [a, b, 1],
      ]);
    }
  }
  return edges;
}

/** What is emphasised: events of [fromUs, untilUs). */
export interface Slice {
  fromUs: number;
  untilUs: number;
}

function put(
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
  x: number,
  y: number,
  colour: Rgb,
  share: number,
) {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const at = 4 * (y * width + x);
  for (let c = 0; c < 3; c++) pixels[at + c] = pixels[at + c] * (1 - share) + colour[c] * share;
}

/**
 * The events of a recording in x, y and time. Those of the slice stand out, the others are faint.
 * @returns RGBA[height][width].
 */
export function drawCloud(
  events: EventStream,
  timeline: Timeline,
  projection: Projection,
  size: { width: number; height: number },
  slice: Slice,
  colours: PlayerColours,
): Uint8ClampedArray<ArrayBuffer> {
  const { width, height } = size;
  const { sensor, tUs, x, y, polarity } = events;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < pixels.length; i += 4) {
    pixels[i] = colours.ground[0];
    pixels[i + 1] = colours.ground[1];
    pixels[i + 2] = colours.ground[2];
    pixels[i + 3] = 255;
  }
  const { startUs, stopUs, order } = timeline;
  const durationUs = Math.max(1, stopUs - startUs);
  const side = Math.max(sensor.width, sensor.height) / 2;
  const stride = Math.max(1, Math.ceil(tUs.length / MAX_POINTS));
  for (let n = 0; n < tUs.length; n += stride) {
    const i = order ? order[n] : n;
    const [right, down] = projection(
      (x[i] - (sensor.width - 1) / 2) / side,
      (y[i] - (sensor.height - 1) / 2) / side,
      (tUs[i] - startUs) / durationUs,
    );
    const colour = polarity[i] === 1 ? colours.on : colours.off;
    const [column, row] = [Math.round(right), Math.round(down)];
    const isShown = tUs[i] >= slice.fromUs && tUs[i] < slice.untilUs;
    put(pixels, width, height, column, row, colour, isShown ? 1 : 0.4);
    if (!isShown) continue;
    put(pixels, width, height, column + 1, row, colour, 1);
    put(pixels, width, height, column, row + 1, colour, 1);
    put(pixels, width, height, column + 1, row + 1, colour, 1);
  }
  return pixels;
}
