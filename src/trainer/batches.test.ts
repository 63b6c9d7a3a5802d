import { describe, expect, it } from 'vitest';
import {
  type EncodedDataset,
  type FrameShape,
  frameSize,
  wordsPerFrame,
  wordsPerStep,
} from '../core/encodedDataset.ts';
import { createRandom, type Random } from '../core/random.ts';
import {
  type AugmentationDraw,
  type Displacement,
  displaceBits,
  displacementTable,
  drawDisplacement,
} from './augmentation.ts';
import { type Batch, BatchReader, cutBatches, epochOrder } from './batches.ts';
import { interfaceIndex, packFrames, unpackFrames } from './packing.ts';

const SHAPES: FrameShape[] = [
  { channels: 1, height: 1, width: 1 },
  { channels: 2, height: 4, width: 8 },
  { channels: 2, height: 7, width: 5 },
  { channels: 3, height: 11, width: 13 },
];

function randomFrame(shape: FrameShape, random: Random): Uint8Array {
  return Uint8Array.from({ length: frameSize(shape) }, () => random.integer(2));
}

/** The rule on an unpacked frame [C][H][W], pixel by pixel of the result. */
function displacedByHand(frame: Uint8Array, shape: FrameShape, { dx, dy, flip }: Displacement): Uint8Array {
  const { channels, height, width } = shape;
  const result = new Uint8Array(frame.length);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const fromX = flip ? width - 1 - (x - dx) : x - dx;
        const fromY = y - dy;
        if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
        result[(c * height + y) * width + x] = frame[(c * height + fromY) * width + fromX];
      }
    }
  }
  return result;
}

function displace(frame: Uint8Array, shape: FrameShape, move: Displacement): Uint8Array {
  const to = new Uint32Array(wordsPerFrame(shape)).fill(0xffffffff);
  displaceBits(packFrames(frame, shape), shape, displacementTable(shape, move), to);
  return unpackFrames(to, shape);
}

describe('displacing packed frames', () => {
  it('equals displacing the unpacked frames, for shifts up to out of the frame', () => {
    const random = createRandom(1, 'test', 0);
    for (const shape of SHAPES) {
      const frame = randomFrame(shape, random);
      for (const flip of [false, true]) {
        for (const [dx, dy] of [
          [0, 0],
          [1, 0],
          [0, -1],
          [-2, 3],
          [4, -4],
          [shape.width, 0],
          [-99, 99],
        ]) {
          const move = { dx, dy, flip };
          expect([move, [...displace(frame, shape, move)]]).toEqual([
            move,
            [...displacedByHand(frame, shape, move)],
          ]);
        }
      }
    }
  });

  it('gives the frame back when it is mirrored twice, or shifted back and nothing had left', () => {
    const random = createRandom(2, 'test', 0);
    for (const shape of SHAPES) {
      const frame = randomFrame(shape, random);
      const flip = { dx: 0, dy: 0, flip: true };
      expect([...displace(displace(frame, shape, flip), shape, flip)]).toEqual([...frame]);
      const inside = displace(frame, shape, { dx: 1, dy: -1, flip: false });
      const back = displace(inside, shape, { dx: -1, dy: 1, flip: false });
      expect([...displace(back, shape, { dx: 1, dy: -1, flip: false })]).toEqual([...inside]);
    }
  });
});

const SPEC = { maxShift: 2, flip: true };
const draw = (fields: Partial<AugmentationDraw> = {}): AugmentationDraw => ({
  spec: SPEC,
  seed: 5,
  epoch: 0,
  ...fields,
});

describe('random displacements', () => {
  const moves = Array.from({ length: 2000 }, (_, sample) => drawDisplacement(draw(), sample));

  it('are uniform over all shifts, and mirror one sample in two', () => {
    for (const axis of ['dx', 'dy'] as const) {
      const counts = [-2, -1, 0, 1, 2].map((shift) => moves.filter((move) => move[axis] === shift).length);
      expect(counts.reduce((a, b) => a + b)).toBe(2000);
      // 400 each on average, standard deviation 18.
      for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(90);
    }
    const flipped = moves.filter(({ flip }) => flip).length;
    expect(Math.abs(flipped - 1000)).toBeLessThan(110);
  });

  it('are a function of seed, epoch and sample', () => {
    expect(drawDisplacement(draw(), 7)).toEqual(moves[7]);
    const sequence = (fields: Partial<AugmentationDraw>) =>
      Array.from({ length: 20 }, (_, sample) => drawDisplacement(draw(fields), sample));
    expect(sequence({ epoch: 1 })).not.toEqual(sequence({}));
    expect(sequence({ seed: 6 })).not.toEqual(sequence({}));
  });

  it('do only what is asked for', () => {
    const only = (spec: AugmentationDraw['spec']) =>
      Array.from({ length: 50 }, (_, sample) => drawDisplacement(draw({ spec }), sample));
    expect(only({ maxShift: 3, flip: false }).some(({ flip }) => flip)).toBe(false);
    expect(only({ maxShift: 0, flip: true }).every(({ dx, dy }) => dx === 0 && dy === 0)).toBe(true);
  });
});

const shape = { channels: 2, height: 6, width: 7 };
const SAMPLES = 5;
const STEPS = 3;

function eventSet(): { dataset: EncodedDataset; frames: Uint8Array[] } {
  const random = createRandom(3, 'test', 0);
  const frames = Array.from({ length: SAMPLES * STEPS }, () => randomFrame(shape, random));
  const words = wordsPerFrame(shape);
  const bits = new Uint32Array(frames.length * words);
  for (const [i, frame] of frames.entries()) bits.set(packFrames(frame, shape), i * words);
  const dataset: EncodedDataset = {
    kind: 'events',
    name: 'noise',
    fingerprint: '',
    synthetic: true,
    shape,
    stepCount: STEPS,
    classNames: ['a', 'b'],
    bits,
    pixels: null,
    labels: Int32Array.from({ length: SAMPLES }, (_, i) => i % 2),
    split: new Uint8Array(SAMPLES),
  };
  return { dataset, frames };
}

/** Frame t of the sample in a place of an event batch, [C][H][W]. */
function frameOf({ input, labels }: Batch, t: number, place: number): Uint8Array {
  const words = wordsPerFrame(shape);
  const at = (t * labels.length + place) * words;
  return unpackFrames((input as Uint32Array).slice(at, at + words), shape);
}

describe('batches of events', () => {
  it('hold the frames of the data set as they are, empty places empty', async () => {
    const { dataset, frames } = eventSet();
    const batch = await new BatchReader(dataset, 4).read([3, 0, 4]);
    expect([batch.count, ...batch.labels]).toEqual([3, 1, 0, 0, -1]);
    for (let t = 0; t < STEPS; t++) {
      for (const [place, sample] of [3, 0, 4].entries()) {
        expect(frameOf(batch, t, place)).toEqual(frames[sample * STEPS + t]);
      }
      expect(frameOf(batch, t, 3).every((value) => value === 0)).toBe(true);
    }
  });

  it('displace all frames of a sample alike, whatever its place in the batch', async () => {
    const { dataset, frames } = eventSet();
    const reader = new BatchReader(dataset, 2);
    for (const samples of [
      [1, 4],
      [4, 2],
    ]) {
      const batch = await reader.read(samples, draw());
      for (const [place, sample] of samples.entries()) {
        const move = drawDisplacement(draw(), sample);
        for (let t = 0; t < STEPS; t++) {
          expect(frameOf(batch, t, place)).toEqual(displacedByHand(frames[sample * STEPS + t], shape, move));
        }
      }
    }
  });

  it('hold every plane of counts, and displace them together', async () => {
    const maxCount = 5;
    const random = createRandom(9, 'test', 0);
    const frames = Array.from({ length: SAMPLES * STEPS }, () =>
      Uint8Array.from({ length: frameSize(shape) }, () => random.integer(maxCount + 1)),
    );
    const packed = frames.flatMap((frame) => [...packFrames(frame, shape, maxCount)]);
    const dataset: EncodedDataset = { ...eventSet().dataset, maxCount, bits: Uint32Array.from(packed) };
    const reader = new BatchReader(dataset, 3);
    const stepWords = wordsPerStep(dataset);
    expect(stepWords).toBe(3 * wordsPerFrame(shape));
    const samples = [4, 1];
    for (const augmentation of [undefined, draw()]) {
      const { input } = await reader.read(samples, augmentation);
      for (const [place, sample] of samples.entries())
        for (let t = 0; t < STEPS; t++) {
          const frame = frames[sample * STEPS + t];
          const at = (t * 3 + place) * stepWords;
          // By hand, bit by bit of the counts.
          for (let plane = 0; plane < 3; plane++) {
            const words = wordsPerFrame(shape);
            const found = unpackFrames(
              (input as Uint32Array).slice(at + plane * words, at + (plane + 1) * words),
              shape,
            );
            const bitsOf = Uint8Array.from(frame, (count) => (count >>> plane) & 1);
            const move = drawDisplacement(draw(), sample);
            expect(found).toEqual(augmentation ? displacedByHand(bitsOf, shape, move) : bitsOf);
          }
        }
    }
  });

  it('are the same bits with augmentation off as without, and the data set keeps its own', async () => {
    const { dataset } = eventSet();
    const before = dataset.bits.slice();
    const plain = await new BatchReader(dataset, 5).read([0, 1, 2, 3, 4]);
    const off = await new BatchReader(dataset, 5).read(
      [0, 1, 2, 3, 4],
      draw({ spec: { maxShift: 0, flip: false } }),
    );
    expect(off).toEqual(plain);
    const on = new BatchReader(dataset, 5);
    const augmented = (await on.read([0, 1, 2, 3, 4], draw())).input.slice();
    expect(augmented).not.toEqual(plain.input);
    expect((await on.read([0, 1, 2, 3, 4], draw())).input).toEqual(augmented);
    // What the next reader, the evaluation, sees.
    expect(await on.read([0, 1, 2, 3, 4])).toEqual(plain);
    expect(dataset.bits).toEqual(before);
  });
});

describe('batches of images', () => {
  const pixels = Uint8Array.from({ length: 2 * frameSize(shape) }, (_, i) => (i * 37) % 256);
  const dataset: EncodedDataset = {
    ...eventSet().dataset,
    kind: 'frames',
    stepCount: 1,
    bits: new Uint32Array(0),
    pixels,
    labels: Int32Array.of(0, 1),
    split: new Uint8Array(2),
  };
  const size = frameSize(shape);

  /** [H][W][C] to [C][H][W] */
  const interfaceOrder = (values: ArrayLike<number>) => {
    const result = new Uint8Array(size);
    for (let i = 0; i < size; i++) result[interfaceIndex(shape, i)] = values[i];
    return result;
  };

  it('hold pixel values from 0 to 1', async () => {
    const { input } = await new BatchReader(dataset, 2).read([1, 0]);
    expect([...input]).toEqual(
      [...pixels.slice(size), ...pixels.slice(0, size)].map((value) => Math.fround(value / 255)),
    );
  });

  it('displace as events do', async () => {
    const { input } = await new BatchReader(dataset, 1).read([1], draw({ epoch: 3 }));
    const found = interfaceOrder(Float32Array.from(input, (value) => Math.round(value * 255)));
    const move = drawDisplacement(draw({ epoch: 3 }), 1);
    expect(move).not.toEqual({ dx: 0, dy: 0, flip: false });
    expect(found).toEqual(displacedByHand(interfaceOrder(pixels.slice(size)), shape, move));
  });
});

describe('epochs', () => {
  it('are cut into batches, the last one shorter', () => {
    expect(cutBatches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('have an order of their own, the same for the same seed', () => {
    const samples = Array.from({ length: 30 }, (_, i) => i);
    expect(epochOrder(samples, 1, 0)).toEqual(epochOrder(samples, 1, 0));
    expect(epochOrder(samples, 1, 1)).not.toEqual(epochOrder(samples, 1, 0));
    expect(epochOrder(samples, 1, 1).sort((a, b) => a - b)).toEqual(samples);
  });
});
