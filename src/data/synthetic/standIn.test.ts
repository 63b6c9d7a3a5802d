import { describe, expect, it } from 'vitest';
import {
  frameBit,
  frameSize,
  samplesOfSplit,
  TEST,
  TRAIN,
  wordsPerFrame,
} from '../../core/encodedDataset.ts';
import { makeStandIn, STAND_IN_NAME, type StandInOptions } from './standIn.ts';

const events: StandInOptions = {
  kind: 'events',
  shape: { channels: 2, height: 20, width: 13 },
  stepCount: 6,
  classCount: 5,
  trainCount: 12,
  testCount: 7,
  seed: 3,
};
const images: StandInOptions = { ...events, kind: 'frames', shape: { channels: 3, height: 9, width: 16 } };

describe('stand-in patterns', () => {
  it('have the asked shape, classes in turn and training samples first', async () => {
    const set = await makeStandIn(events);
    expect(set).toMatchObject({
      name: STAND_IN_NAME,
      synthetic: true,
      kind: 'events',
      stepCount: 6,
      pixels: null,
    });
    expect(set.bits).toHaveLength(19 * 6 * wordsPerFrame(events.shape));
    expect(set.classNames).toHaveLength(5);
    expect([...set.labels]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 0, 1, 2, 3, 4, 0, 1]);
    expect([samplesOfSplit(set, TRAIN), samplesOfSplit(set, TEST)].map((list) => list.length)).toEqual([
      12, 7,
    ]);
    const image = await makeStandIn(images);
    expect(image).toMatchObject({ kind: 'frames', stepCount: 1 });
    expect(image.pixels).toHaveLength(19 * frameSize(images.shape));
    expect(image.bits).toHaveLength(0);
  });

  it('leave the bits beyond the end of a frame 0', async () => {
    const { bits } = await makeStandIn(events);
    const words = wordsPerFrame(events.shape);
    const used = frameSize(events.shape) % 32;
    expect(used).toBeGreaterThan(0);
    for (let i = words - 1; i < bits.length; i += words) expect(bits[i] >>> used).toBe(0);
  });

  it('are the same for the same seed, and the test samples whatever the training set', async () => {
    for (const options of [events, images]) {
      const set = await makeStandIn(options);
      expect(await makeStandIn(options)).toEqual(set);
      expect((await makeStandIn({ ...options, seed: 4 })).fingerprint).not.toBe(set.fingerprint);
      const content = ({ bits, pixels }: typeof set) => [...(pixels ?? bits)];
      const larger = await makeStandIn({ ...options, trainCount: 30 });
      const testLength = content(set).length * (7 / 19);
      expect(content(larger).slice(-testLength)).toEqual(content(set).slice(-testLength));
    }
  });

  it('can be told apart by the nearest mean of the training samples', async () => {
    for (const options of [events, images]) {
      const set = await makeStandIn(options);
      const { channels, height, width } = options.shape;
      const size = frameSize(options.shape);
      const words = wordsPerFrame(options.shape);
      /** Mean over the steps, one value per pixel and channel. */
      const meanOf = (sample: number) =>
        Array.from({ length: size }, (_, i) => {
          if (set.pixels) return set.pixels[sample * size + i] / 255;
          let sum = 0;
          for (let t = 0; t < set.stepCount; t++) {
            sum += (set.bits[(sample * set.stepCount + t) * words + (i >> 5)] >>> (i & 31)) & 1;
          }
          return sum / set.stepCount;
        });
      expect(frameBit(options.shape, channels - 1, height - 1, width - 1)).toBe(size - 1);
      const samples = Array.from(set.labels, (_, sample) => meanOf(sample));
      const distance = (a: number[], b: number[]) =>
        a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
      for (const test of samplesOfSplit(set, TEST)) {
        const nearest = samplesOfSplit(set, TRAIN).sort(
          (a, b) => distance(samples[a], samples[test]) - distance(samples[b], samples[test]),
        )[0];
        expect(set.labels[nearest]).toBe(set.labels[test]);
      }
    }
  });

  it('tell how far they are, and stop when asked', async () => {
    const seen: number[] = [];
    await makeStandIn(events, (done) => seen.push(done));
    expect(seen[seen.length - 1]).toBe(19);
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    await expect(makeStandIn(events, undefined, abort.signal)).rejects.toThrow('enough');
  });

  it('refuse what no array can hold', async () => {
    await expect(
      makeStandIn({
        ...events,
        shape: { channels: 2, height: 512, width: 512 },
        stepCount: 2000,
        trainCount: 1000,
      }),
    ).rejects.toMatchObject({ code: 'dataset-too-large' });
  });
});
