import { type FrameShape, frameBit, frameSize, wordsPerFrame } from '../../core/encodedDataset.ts';
import type { SampleInspection } from '../../trainer/messages.ts';

export type InspectedLayer = SampleInspection['layers'][number];

/** Where a neuron sits in its layer. */
export interface NeuronPlace {
  channel: number;
  y: number;
  x: number;
}

/** Place of a neuron counted channel by channel, row by row: the order in which neurons are shown. */
export function placeOf({ height, width }: FrameShape, neuron: number): NeuronPlace {
  const area = height * width;
  const within = neuron % area;
  return { channel: Math.floor(neuron / area), y: Math.floor(within / width), x: within % width };
}

/** Bit of a shown neuron in a packed frame, and its place in a membrane trace. */
export function bitOf(shape: FrameShape, neuron: number): number {
  const { channel, y, x } = placeOf(shape, neuron);
  return frameBit(shape, channel, y, x);
}

/** Inverse of {@link bitOf}. */
export function neuronOf({ channels, height, width }: FrameShape, bit: number): number {
  return (bit % channels) * height * width + Math.floor(bit / channels);
}

/** Whether a neuron (in shown order) fires at a step. */
export function firesAt({ shape, spikes }: InspectedLayer, neuron: number, step: number): boolean {
  const bit = bitOf(shape, neuron);
  return ((spikes[step * wordsPerFrame(shape) + (bit >> 5)] >>> (bit & 31)) & 1) === 1;
}

/** Spikes of every neuron over all steps, in shown order. */
export function spikeCounts({ shape, spikes }: InspectedLayer): Uint16Array {
  const words = wordsPerFrame(shape);
  const counts = new Uint16Array(frameSize(shape));
  for (let at = 0; at < spikes.length; at++) {
    const firstBit = (at % words) * 32;
    // Only the set bits are visited: spikes are few.
    for (let rest = spikes[at]; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
      counts[neuronOf(shape, firstBit + 31 - Math.clz32(rest & -rest))]++;
    }
  }
  return counts;
}

/** Mean spikes per neuron and step, 0..1. */
export function firingRate(layer: InspectedLayer, stepCount: number): number {
  const total = spikeCounts(layer).reduce((sum, count) => sum + count, 0);
  return total / (stepCount * frameSize(layer.shape));
}

/**
 * A raster of all neurons in at most `mostRows` rows of equally many neurons: the share of a row's neurons that fire at
 * a step, 0..1, f32[rows][T]. Neurons beyond the last whole row are in a shorter one.
 */
export function rasterRows(
  layer: InspectedLayer,
  stepCount: number,
  mostRows: number,
): { rows: number; perRow: number; shares: Float32Array } {
  const neurons = frameSize(layer.shape);
  const perRow = Math.ceil(neurons / mostRows);
  const rows = Math.ceil(neurons / perRow);
  const words = wordsPerFrame(layer.shape);
  const shares = new Float32Array(rows * stepCount);
  for (let t = 0; t < stepCount; t++) {
    for (let word = 0; word < words; word++) {
      for (let rest = layer.spikes[t * words + word]; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
        const neuron = neuronOf(layer.shape, word * 32 + 31 - Math.clz32(rest & -rest));
        shares[Math.floor(neuron / perRow) * stepCount + t]++;
      }
    }
  }
  for (let row = 0; row < rows; row++) {
    const size = Math.min(perRow, neurons - row * perRow);
    for (let t = 0; t < stepCount; t++) shares[row * stepCount + t] /= size;
  }
  return { rows, perRow, shares };
}

/** Spikes of every class's neuron up to and with each step, u16[T][classes]: what the read-out compares. */
export function risingCounts(classifier: InspectedLayer, stepCount: number): Uint16Array {
  const classes = classifier.shape.channels;
  const counts = new Uint16Array(stepCount * classes);
  for (let t = 0; t < stepCount; t++) {
    for (let i = 0; i < classes; i++) {
      const before = t > 0 ? counts[(t - 1) * classes + i] : 0;
      counts[t * classes + i] = before + (firesAt(classifier, i, t) ? 1 : 0);
    }
  }
  return counts;
}

/** Membrane of a neuron (in shown order) over all steps, f32[T]; null where it is not among those read back. */
export function membraneOf(
  { membranes, stepCount }: SampleInspection,
  shape: FrameShape,
  neuron: number,
): Float32Array | null {
  const at = bitOf(shape, neuron) - membranes.start;
  const count = membranes.stop - membranes.start;
  if (at < 0 || at >= count) return null;
  return Float32Array.from({ length: stepCount }, (_, t) => membranes.values[t * count + at]);
}

/** The neuron with most spikes among [start, stop), the first of several; `start` where none fires. */
export function busiest(counts: ArrayLike<number>, start = 0, stop = counts.length): number {
  let best = start;
  for (let i = start; i < stop; i++) if (counts[i] > counts[best]) best = i;
  return best;
}
