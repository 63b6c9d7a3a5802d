import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { frameBit, planesFor, wordsPerFrame } from '../../../core/encodedDataset.ts';
import { memorySource } from '../../byteSource.ts';
import { collectEvents } from '../../collectEvents.ts';
import { encodeDataset } from '../../encode.ts';
import { summarize } from '../../summarize.ts';
import { eventTuples } from '../../testSupport.ts';
import { detectFormat } from '../detectFormat.ts';
import { FRAME_US } from '../frameTime.ts';

function npyFile(descr: string, shape: number[], data: Uint8Array, order = 'False'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape.join(', ')}), }\n`;
  const start = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8];
  return Uint8Array.from([...start, ...new TextEncoder().encode(header), ...data]);
}

async function decode(bytes: Uint8Array, name = 'a.npy') {
  const source = memorySource(name, bytes);
  return collectEvents(await detectFormat(source), source);
}

describe('frame stacks', () => {
  it.each([
    ['|u1', (values: number[]) => Uint8Array.from(values)],
    ['<f4', (values: number[]) => new Uint8Array(Float32Array.from(values).buffer)],
    ['<i2', (values: number[]) => new Uint8Array(Int16Array.from(values).buffer)],
  ])(
    'of type %s become as many events per cell as it counts, a millisecond per frame',
    async (descr, pack) => {
      // [T = 2][C = 2][H = 1][W = 2]: the first frame is empty.
      const bytes = npyFile(descr, [2, 2, 1, 2], pack([0, 0, 0, 0, 0, 2, 1, 0]));
      for (const [file, name] of [
        [bytes, 'a.npy'],
        [zipSync({ 'frames.npy': bytes }, { level: 0 }), 'a.npz'],
        [zipSync({ 'arr_0.npy': bytes }, { level: 6 }), 'b.npz'],
      ] as const) {
        const { events } = await decode(file, name);
        expect(events).toMatchObject({ sensor: { width: 2, height: 1 }, originUs: 0, frameCount: 2 });
        expect(eventTuples(events)).toEqual([
          [FRAME_US, 1, 0, 0],
          [FRAME_US, 1, 0, 0],
          [FRAME_US, 0, 0, 1],
        ]);
      }
    },
  );

  it('come back as they were by counting events of one millisecond', async () => {
    const stack = fc
      .record({
        steps: fc.integer({ min: 1, max: 4 }),
        channels: fc.constantFrom(1, 2),
        height: fc.integer({ min: 1, max: 4 }),
        width: fc.integer({ min: 1, max: 5 }),
      })
      .chain((shape) => {
        const length = shape.steps * shape.channels * shape.height * shape.width;
        const cell = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 15 }));
        return fc.tuple(fc.constant(shape), fc.array(cell, { minLength: length, maxLength: length }));
      });
    await fc.assert(
      fc.asyncProperty(stack, async ([{ steps, channels, height, width }, values]) => {
        const bytes = npyFile('|u1', [steps, channels, height, width], Uint8Array.from(values));
        const { events } = await decode(bytes);
        const set = {
          kind: 'events' as const,
          name: 'frames',
          synthetic: false,
          sensor: events.sensor,
          channels,
          classNames: ['a'],
          recordings: [{ name: 'a', classIndex: 0, split: 0 as const, events }],
          problems: [],
        };
        expect(summarize(set).frameStack).toEqual({ stepCount: steps, stepDurationUs: FRAME_US });
        const dataset = await encodeDataset(set, {
          stepDurationUs: FRAME_US,
          stepCount: steps,
          frame: { height, width },
          binning: 'counts',
        });
        const { shape, bits } = dataset;
        const words = wordsPerFrame(shape);
        const found = values.map((_, cell) => {
          const step = Math.floor(cell / (channels * height * width));
          const c = Math.floor(cell / (height * width)) % channels;
          const bit = frameBit(shape, c, Math.floor(cell / width) % height, cell % width);
          let count = 0;
          for (let plane = 0; plane < planesFor(15); plane++)
            count +=
              ((bits[(step * planesFor(15) + plane) * words + (bit >>> 5)] >>> (bit & 31)) & 1) << plane;
          return count;
        });
        expect(found).toEqual(values);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it.each([
    ['fractions', '<f4', [1, 2, 1, 1], new Uint8Array(Float32Array.of(0.5, 1).buffer), 'not-counts'],
    ['negative values', '<i2', [1, 2, 1, 1], new Uint8Array(Int16Array.of(-1, 1).buffer), 'not-counts'],
    ['counts above 255', '<i2', [1, 2, 1, 1], new Uint8Array(Int16Array.of(256, 1).buffer), 'not-counts'],
    ['no numbers', '<f4', [1, 2, 1, 1], new Uint8Array(Float32Array.of(Number.NaN, 1).buffer), 'not-counts'],
    ['three channels', '|u1', [1, 3, 1, 1], Uint8Array.of(1, 2, 3), 'not-events'],
    ['five axes', '|u1', [1, 1, 2, 1, 1], Uint8Array.of(1, 2), 'not-events'],
    ['a cut end', '|u1', [2, 2, 1, 1], Uint8Array.of(1, 2, 3), 'truncated-file'],
    ['more than there is', '|u1', [2 ** 15, 2, 2 ** 15, 2 ** 15], Uint8Array.of(1), 'truncated-file'],
  ])('with %s are refused', async (_, descr, shape, data, code) => {
    await expect(decode(npyFile(descr, shape, data))).rejects.toMatchObject({ code });
  });

  it('in column-major order are refused with the remedy', async () => {
    await expect(decode(npyFile('|u1', [1, 2, 1, 1], Uint8Array.of(1, 2), 'True'))).rejects.toMatchObject({
      code: 'unsupported-variant',
      hint: expect.stringContaining('ascontiguousarray'),
    });
  });
});
