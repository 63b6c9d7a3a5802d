import {
  type FrameShape,
  frameBit,
  planesFor,
  wordsPerFrame,
  wordsPerStep,
} from '../../core/encodedDataset.ts';
import type { SampleInspection, SamplePicture } from '../../session/inside/insideState.ts';
import { firesAt, type InspectedLayer, rasterRows } from '../../session/inside/spikes.ts';
import { mix, type Rgb } from '../shared/useThemeColours.ts';

export interface Picture {
  pixels: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

function canvasOf(width: number, height: number, ground: Rgb): Picture {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) paint(pixels, i, ground);
  return { pixels, width, height };
}

function paint(pixels: Uint8ClampedArray, pixel: number, [r, g, b]: Rgb): void {
  pixels[4 * pixel] = r;
  pixels[4 * pixel + 1] = g;
  pixels[4 * pixel + 2] = b;
  pixels[4 * pixel + 3] = 255;
}

/** How the maps of a layer are laid out: side by side in rows, with a gap where they are pictures. */
export function tiling({ channels, height, width }: FrameShape): {
  columns: number;
  gap: number;
  width: number;
  height: number;
} {
  const gap = height * width > 1 ? 1 : 0;
  // As square as it gets: the sides of the whole count, not the numbers of maps.
  const columns = Math.max(
    1,
    Math.min(channels, Math.round(Math.sqrt((channels * (height + gap)) / (width + gap)))),
  );
  const rows = Math.ceil(channels / columns);
  return {
    columns,
    gap,
    width: columns * (width + gap) - gap,
    height: rows * (height + gap) - gap,
  };
}

/** Pixel of a neuron (in shown order) in the picture of its layer. */
export function tilePixel(shape: FrameShape, neuron: number): number {
  const { columns, gap, width } = tiling(shape);
  const area = shape.height * shape.width;
  const map = Math.floor(neuron / area);
  const y = Math.floor((neuron % area) / shape.width);
  const x = neuron % shape.width;
  const left = (map % columns) * (shape.width + gap);
  const top = Math.floor(map / columns) * (shape.height + gap);
  return (top + y) * width + left + x;
}

export interface SpikeColours {
  spike: Rgb;
  ground: Rgb;
  gap: Rgb;
}

/**
 * A layer at a step: neurons that fire in full colour; the others the fainter, the fewer spikes they have over all steps.
 * @param counts Spikes over all steps, in shown order.
 */
export function drawLayer(
  layer: InspectedLayer,
  counts: ArrayLike<number>,
  step: number,
  stepCount: number,
  { spike, ground, gap }: SpikeColours,
): Picture {
  const { width, height } = tiling(layer.shape);
  const picture = canvasOf(width, height, gap);
  for (let neuron = 0; neuron < counts.length; neuron++) {
    const fires = firesAt(layer, neuron, step);
    const faint = counts[neuron] === 0 ? 0 : 0.12 + (0.38 * counts[neuron]) / stepCount;
    paint(picture.pixels, tilePixel(layer.shape, neuron), fires ? spike : mix(ground, spike, faint));
  }
  return picture;
}

/** All neurons of a layer against time: the more neurons of a row fire, the stronger. */
export function drawRaster(
  layer: InspectedLayer,
  stepCount: number,
  mostRows: number,
  { spike, ground }: SpikeColours,
): Picture & { perRow: number } {
  const { rows, perRow, shares } = rasterRows(layer, stepCount, mostRows);
  const picture = canvasOf(stepCount, rows, ground);
  for (const [at, share] of shares.entries()) {
    // A single spike in a row of many must be seen.
    if (share > 0) paint(picture.pixels, at, mix(ground, spike, 0.3 + 0.7 * Math.sqrt(share)));
  }
  return { ...picture, perRow };
}

/** Neurons [first, first + rows) one by one against time. */
export function drawDetail(
  layer: InspectedLayer,
  stepCount: number,
  first: number,
  rows: number,
  { spike, ground }: SpikeColours,
): Picture {
  const picture = canvasOf(stepCount, rows, ground);
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < stepCount; t++) {
      if (firesAt(layer, first + row, t)) paint(picture.pixels, row * stepCount + t, spike);
    }
  }
  return picture;
}

export interface EventColours {
  ground: Rgb;
  on: Rgb;
  off: Rgb;
}

function eventColour({ ground, on, off }: EventColours, onShare: number, offShare: number): Rgb {
  const total = onShare + offShare;
  if (total === 0) return ground;
  const hue = mix(off, on, onShare / total);
  return mix(ground, hue, Math.min(1, Math.max(onShare, offShare)));
}

/** What the first layer reads at a step. */
export function drawInput(
  { input }: Pick<SampleInspection, 'input'>,
  step: number,
  colours: EventColours,
): Picture {
  const { kind, shape, maxCount, bits, values } = input;
  const { channels, height, width } = shape;
  const picture = canvasOf(width, height, colours.ground);
  if (kind === 'frames') return drawValues(picture, shape, (c, y, x) => values[frameBit(shape, c, y, x)]);
  const words = wordsPerFrame(shape);
  const first = step * wordsPerStep({ shape, maxCount });
  const countAt = (c: number, y: number, x: number) => {
    const bit = frameBit(shape, c, y, x);
    let count = 0;
    for (let plane = 0; plane < planesFor(maxCount); plane++)
      count += ((bits[first + plane * words + (bit >> 5)] >>> (bit & 31)) & 1) << plane;
    return count === 0 ? 0 : 1 / 3 + ((2 / 3) * count) / maxCount;
  };
  return drawPolarities(picture, channels, countAt, colours);
}

function drawPolarities(
  picture: Picture,
  channels: number,
  shareAt: (channel: number, y: number, x: number) => number,
  colours: EventColours,
): Picture {
  const { width, height, pixels } = picture;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const on = shareAt(channels > 1 ? 1 : 0, y, x);
      const off = channels > 1 ? shareAt(0, y, x) : 0;
      paint(pixels, y * width + x, eventColour(colours, on, off));
    }
  }
  return picture;
}

function drawValues(
  picture: Picture,
  { channels, height, width }: FrameShape,
  valueAt: (channel: number, y: number, x: number) => number,
): Picture {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = [0, 1, 2].map((c) => Math.round(255 * valueAt(Math.min(c, channels - 1), y, x)));
      paint(picture.pixels, y * width + x, colour as unknown as Rgb);
    }
  }
  return picture;
}

/** A sample as a thumbnail: all steps at once, the pixel with most events in full colour. */
export function drawSample({ kind, shape, values }: SamplePicture, colours: EventColours): Picture {
  const { channels, height, width } = shape;
  const picture = canvasOf(width, height, colours.ground);
  const area = height * width;
  const at = (c: number, y: number, x: number) => values[c * area + y * width + x];
  if (kind === 'frames') return drawValues(picture, shape, (c, y, x) => at(c, y, x) / 255);
  const most = values.reduce((high, value) => Math.max(high, value), 1);
  const strength = (count: number) => (count === 0 ? 0 : 0.2 + 0.8 * Math.sqrt(count / most));
  return drawPolarities(picture, channels, (c, y, x) => strength(at(c, y, x)), colours);
}

/** A weight kernel; the largest magnitude of all kernels in full colour. @param values [height][width] */
export function drawKernel(
  values: ArrayLike<number>,
  width: number,
  most: number,
  { positive, negative, zero }: { positive: Rgb; negative: Rgb; zero: Rgb },
): Picture {
  const picture = canvasOf(width, values.length / width, zero);
  for (let i = 0; i < values.length; i++) {
    const share = most > 0 ? Math.min(1, Math.abs(values[i]) / most) : 0;
    paint(picture.pixels, i, mix(zero, values[i] >= 0 ? positive : negative, share));
  }
  return picture;
}
