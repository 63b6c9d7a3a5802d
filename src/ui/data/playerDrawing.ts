import { frameBit, planesFor, wordsPerFrame, wordsPerStep } from '../../core/encodedDataset.ts';
import type { EventStream } from '../../core/eventStream.ts';
import type { ImageView } from '../../session/ports.ts';
import type { PreviewFrames } from '../../session/preview.ts';
import type { Timeline } from '../../session/timeline.ts';

export type Rgb = readonly [number, number, number];

export interface PlayerColours {
  ground: Rgb;
  on: Rgb;
  off: Rgb;
}

/** RGBA of one picture, row by row from the top left. */
export function blank(width: number, height: number, [r, g, b]: Rgb): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < pixels.length; i += 4) {
    pixels[i] = r;
    pixels[i + 1] = g;
    pixels[i + 2] = b;
    pixels[i + 3] = 255;
  }
  return pixels;
}

/** Mixes a colour into a pixel. */
export function blend(pixels: Uint8ClampedArray, pixel: number, colour: Rgb, share: number): void {
  for (let c = 0; c < 3; c++) {
    const at = 4 * pixel + c;
    pixels[at] = Math.round(pixels[at] * (1 - share) + colour[c] * share);
  }
}

/**
 * What a camera display shows at `untilUs`: events of the last `trailUs`, older ones fainter, later ones on top.
 * @returns RGBA[sensor.height][sensor.width].
 */
export function drawEvents(
  events: EventStream,
  untilUs: number,
  trailUs: number,
  colours: PlayerColours,
  timeline: Timeline,
): Uint8ClampedArray<ArrayBuffer> {
  const { sensor, tUs, x, y, polarity } = events;
  const pixels = blank(sensor.width, sensor.height, colours.ground);
  const stop = timeline.countBefore(untilUs + 1);
  for (let n = timeline.countBefore(untilUs - trailUs); n < stop; n++) {
    const i = timeline.order ? timeline.order[n] : n;
    const age = untilUs - tUs[i];
    if (age < 0 || age >= trailUs || x[i] >= sensor.width || y[i] >= sensor.height) continue;
    blend(pixels, y[i] * sensor.width + x[i], polarity[i] ? colours.on : colours.off, 1 - age / trailUs);
  }
  return pixels;
}

/** Counts of one cell, from its bit planes. */
function countAt({ shape, bits }: PreviewFrames, planes: number, firstWord: number, bit: number): number {
  const words = wordsPerFrame(shape);
  let count = 0;
  for (let plane = 0; plane < planes; plane++)
    if ((bits[firstWord + plane * words + (bit >>> 5)] & (1 << (bit & 31))) !== 0) count |= 1 << plane;
  return count;
}

/**
 * One frame as the network gets it; a pixel with both polarities is mixed by their counts. The largest count is the full
 * colour, and a single event is never fainter than a third of it.
 * @returns RGBA[shape.height][shape.width].
 */
export function drawFrame(
  frames: PreviewFrames,
  step: number,
  colours: PlayerColours,
): Uint8ClampedArray<ArrayBuffer> {
  const { shape, maxCount } = frames;
  const pixels = blank(shape.width, shape.height, colours.ground);
  const planes = planesFor(maxCount);
  const firstWord = step * wordsPerStep(frames);
  const strength = (count: number) => (maxCount === 1 ? 1 : 1 / 3 + ((2 / 3) * count) / maxCount);
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      const pixel = y * shape.width + x;
      const off = countAt(frames, planes, firstWord, frameBit(shape, 0, y, x));
      // One channel holds both polarities, in the colour of ON.
      const on = shape.channels === 1 ? 0 : countAt(frames, planes, firstWord, frameBit(shape, 1, y, x));
      if (off > 0) blend(pixels, pixel, shape.channels === 1 ? colours.on : colours.off, strength(off));
      if (on > 0) blend(pixels, pixel, colours.on, off > 0 ? on / (on + off) : strength(on));
    }
  }
  return pixels;
}

/**
 * An image as the network gets it: one channel as grey, three as red, green and blue.
 * @returns RGBA[height][width].
 */
export function drawImage({
  shape,
  pixels,
}: Pick<ImageView, 'shape' | 'pixels'>): Uint8ClampedArray<ArrayBuffer> {
  const { channels, height, width } = shape;
  const drawn = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) drawn[4 * pixel + c] = pixels[pixel * channels + Math.min(c, channels - 1)];
    drawn[4 * pixel + 3] = 255;
  }
  return drawn;
}
