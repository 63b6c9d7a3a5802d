import { describe, expect, it } from 'vitest';
import { frameBit, frameSize, wordsPerFrame } from '../../core/encodedDataset.ts';
import { PAPER_NEURON, type SurrogateKind } from '../../core/neuron.ts';
import { SURROGATES } from '../../core/surrogate.ts';
import { confusionOf, confusions, samplesOfCell } from './confusion.ts';
import { emptyInside, MAX_KEPT_PICTURES, reduceInside, type SampleInspection } from './insideState.ts';
import {
  bitOf,
  busiest,
  firesAt,
  firingRate,
  type InspectedLayer,
  membraneOf,
  neuronOf,
  placeOf,
  rasterRows,
  risingCounts,
  spikeCounts,
} from './spikes.ts';
import { isInside, surrogateWindow } from './surrogateWindow.ts';

const SHAPE = { channels: 3, height: 4, width: 5 };
const STEPS = 4;

/** A layer in which neuron (c, y, x) fires at step t where `fires` says so. */
function layerWith(
  fires: (c: number, y: number, x: number, t: number) => boolean,
  shape = SHAPE,
): InspectedLayer {
  const words = wordsPerFrame(shape);
  const spikes = new Uint32Array(STEPS * words);
  for (let t = 0; t < STEPS; t++)
    for (let c = 0; c < shape.channels; c++)
      for (let y = 0; y < shape.height; y++)
        for (let x = 0; x < shape.width; x++) {
          const bit = frameBit(shape, c, y, x);
          if (fires(c, y, x, t)) spikes[t * words + (bit >> 5)] |= 1 << (bit & 31);
        }
  return { name: 'conv1', block: 0, isClassifier: false, shape, neuron: PAPER_NEURON, spikes };
}

describe('spikes of a layer', () => {
  // Word borders and the sign bit of a word are among them.
  const layer = layerWith(
    (c, y, x, t) => (c * 20 + y * 5 + x + t) % 7 === 0 || (c === 1 && y === 2 && x === 0),
  );

  it('knows where a neuron sits, and back', () => {
    expect(placeOf(SHAPE, 0)).toEqual({ channel: 0, y: 0, x: 0 });
    expect(placeOf(SHAPE, 33)).toEqual({ channel: 1, y: 2, x: 3 });
    for (let neuron = 0; neuron < frameSize(SHAPE); neuron++)
      expect(neuronOf(SHAPE, bitOf(SHAPE, neuron))).toBe(neuron);
  });

  it('counts what fires, neuron by neuron', () => {
    const counts = spikeCounts(layer);
    for (let neuron = 0; neuron < counts.length; neuron++) {
      const steps = Array.from({ length: STEPS }, (_, t) => firesAt(layer, neuron, t));
      expect(counts[neuron]).toBe(steps.filter(Boolean).length);
    }
    expect(counts[30]).toBe(STEPS);
    expect(busiest(counts)).toBe(30);
    expect(busiest(counts, 31, 32)).toBe(31);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(firingRate(layer, STEPS)).toBeCloseTo(total / (STEPS * 60), 12);
  });

  it('puts neighbours into one row where there are more neurons than rows', () => {
    const { rows, perRow, shares } = rasterRows(layer, STEPS, 8);
    expect([rows, perRow]).toEqual([8, 8]);
    for (let t = 0; t < STEPS; t++) {
      const fired = Array.from({ length: 4 }, (_, i) => firesAt(layer, 56 + i, t)).filter(Boolean).length;
      // The last row has four neurons only.
      expect(shares[7 * STEPS + t]).toBeCloseTo(fired / 4, 6);
    }
    const whole = rasterRows(layer, STEPS, 60);
    expect(whole.perRow).toBe(1);
    expect(whole.shares[30 * STEPS]).toBe(1);
  });

  it('adds up the spikes of classes over time', () => {
    const classes = { channels: 3, height: 1, width: 1 };
    const counts = risingCounts(
      layerWith((c, _y, _x, t) => c === 1 || (c === 2 && t > 1), classes),
      STEPS,
    );
    expect(Array.from(counts)).toEqual([0, 1, 0, 0, 2, 0, 0, 3, 1, 0, 4, 2]);
  });

  it('finds a membrane among those that were read back, and says where it was not', () => {
    const membranes = {
      layer: 'conv1',
      start: 30,
      stop: 33,
      values: Float32Array.from({ length: 12 }, (_, i) => i),
    };
    const inspection = { membranes, stepCount: STEPS } as SampleInspection;
    const neuron = neuronOf(SHAPE, 31);
    expect(Array.from(membraneOf(inspection, SHAPE, neuron) ?? [])).toEqual([1, 4, 7, 10]);
    expect(membraneOf(inspection, SHAPE, neuronOf(SHAPE, 29))).toBeNull();
    expect(membraneOf(inspection, SHAPE, neuronOf(SHAPE, 33))).toBeNull();
  });
});

describe('the window that is drawn around the threshold', () => {
  it.each(Object.keys(SURROGATES) as SurrogateKind[])('%s: gradient passes where it says', (surrogate) => {
    const a = SURROGATES[surrogate].defaultWidth;
    const neuron = { ...PAPER_NEURON, surrogate, surrogateWidth: a, threshold: 0.7 };
    const window = surrogateWindow(neuron);
    const { derivative } = SURROGATES[surrogate];
    expect(window.high - 0.7).toBeCloseTo(0.7 - window.low, 12);
    const limit = surrogate === 'rectangular' || surrogate === 'triangular' ? 0 : derivative(0, a) / 2;
    for (const v of [window.high - 1e-6, window.low + 1e-6]) {
      expect(isInside(window, v)).toBe(true);
      expect(derivative(v - 0.7, a)).toBeGreaterThan(limit);
    }
    for (const v of [window.high + 1e-6, window.low - 1e-6]) {
      expect(isInside(window, v)).toBe(false);
      expect(derivative(v - 0.7, a)).toBeLessThanOrEqual(limit);
    }
  });

  it('excludes the edge of the rectangle, as the kernels do', () => {
    const window = surrogateWindow({ ...PAPER_NEURON, threshold: 0.5, surrogateWidth: 1 });
    expect(isInside(window, 0)).toBe(false);
    expect(isInside(window, 1)).toBe(false);
  });
});

describe('the confusion matrix', () => {
  const predictions = {
    epoch: 1,
    classNames: ['a', 'b', 'c'],
    samples: Uint32Array.of(10, 11, 12, 13, 14, 15),
    labels: Uint16Array.of(0, 0, 1, 1, 1, 2),
    predicted: Uint16Array.of(0, 1, 0, 0, 1, 2),
  };

  it('counts by class and by class read out', () => {
    const confusion = confusionOf(predictions);
    expect(Array.from(confusion.counts)).toEqual([1, 1, 0, 2, 1, 0, 0, 0, 1]);
    expect(confusion).toMatchObject({ right: 3, total: 6 });
    expect(confusions(confusion)).toEqual([
      { label: 1, predicted: 0, count: 2 },
      { label: 0, predicted: 1, count: 1 },
    ]);
  });

  it('knows the samples behind a cell', () => {
    expect(samplesOfCell(predictions, { label: 1, predicted: 0 })).toEqual([12, 13]);
    expect(samplesOfCell(predictions, { label: 2, predicted: 0 })).toEqual([]);
  });
});

describe('answers of the trainer', () => {
  const picture = (sample: number) => ({
    sample,
    label: 0,
    kind: 'events' as const,
    shape: SHAPE,
    values: new Uint16Array(60),
  });

  it('keep the newest pictures only', () => {
    const many = Array.from({ length: MAX_KEPT_PICTURES + 3 }, (_, i) => picture(i));
    const state = reduceInside(emptyInside(), { type: 'pictures', pictures: many });
    expect(state.pictures.size).toBe(MAX_KEPT_PICTURES);
    expect(state.pictures.has(2)).toBe(false);
    expect(state.pictures.has(3)).toBe(true);
  });

  it('say why nothing was seen, and take that back with the next answer', () => {
    const error = { code: 'sample-unknown', message: 'There is no sample 9.', hint: '' };
    const failed = reduceInside({ ...emptyInside(), isLooking: true }, { type: 'inspectionFailed', error });
    expect(failed).toMatchObject({ isLooking: false, problem: error });
    const inspection = { sample: 1 } as SampleInspection;
    expect(reduceInside(failed, { type: 'inspection', inspection })).toMatchObject({
      problem: null,
      inspection,
    });
  });
});
