import { type FrameShape, frameSize, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { sumForward } from '../../src/reference/sumForward.ts';
import { compareArrays } from '../../src/testing/compareArrays.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { runCase, sameWords, TestNumbers, unwritten } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { packPlanes, unpackPlanes } from '../harness/layouts.ts';

interface SumCase {
  name: string;
  shape: FrameShape;
  batchSize: number;
  steps: number;
  /** Planes of the shortcut. */
  planes: number;
  /** What a spike is worth in counts of the shortcut. */
  factor: number;
}

const shape = (channels: number, height = 1, width = 1): FrameShape => ({ channels, height, width });

const CASES: SumCase[] = [
  { name: 'one word', shape: shape(1), batchSize: 1, steps: 1, planes: 1, factor: 1 },
  { name: '63 words', shape: shape(32), batchSize: 9, steps: 7, planes: 1, factor: 1 },
  { name: '64 words', shape: shape(33), batchSize: 4, steps: 8, planes: 2, factor: 1 },
  { name: '65 words', shape: shape(31), batchSize: 13, steps: 5, planes: 1, factor: 1 },
  { name: 'an odd map, sums of sums', shape: shape(5, 3, 7), batchSize: 3, steps: 4, planes: 3, factor: 1 },
  { name: 'spikes worth four counts', shape: shape(6, 4, 4), batchSize: 2, steps: 3, planes: 3, factor: 4 },
];

test.describe('sumForward equals its twin', () => {
  for (const entry of CASES) {
    for (const wholeSample of [0, 1]) {
      test(`${entry.name}, shortcut ${wholeSample ? 'from the whole sample' : 'of the interval'}`, async ({
        kernels,
      }) => {
        const { batchSize, steps, planes, factor } = entry;
        const numbers = new TestNumbers(1);
        const perStep = batchSize * frameSize(entry.shape);
        const words = wordsPerFrame(entry.shape);
        const before = { history: 1, shortcut: wholeSample ? 3 : 1 };
        const spikes = numbers.counts((before.history + steps) * perStep, 1);
        const shortcut = numbers.counts((before.shortcut + steps) * perStep, planes, 0.7);
        const outPlanes = 32 - Math.clz32(factor + 2 ** planes - 1);
        const found = await runCase(kernels, {
          kernel: 'sumForward',
          params: {
            batchSize,
            inPlanes: planes,
            outPlanes,
            outWords: words,
            poolFactor: factor,
            inWholeSample: wholeSample,
          },
          window: { stepStart: 3, historyStart: before.history, stepCount: steps },
          buffers: {
            inputs: packPlanes(spikes, entry.shape, 1),
            shortcut: packPlanes(shortcut, entry.shape, planes),
            spikes: unwritten((before.history + steps) * batchSize * outPlanes * words),
          },
          invocations: steps * batchSize * words,
        });
        const skipped = before.history * batchSize * outPlanes * words;
        expect(sameWords(found.spikes.slice(0, skipped), unwritten(skipped))).toBe(true);
        // A count is worth 1 / factor.
        const sum = sumForward(
          spikes.slice(before.history * perStep),
          Float64Array.from(shortcut.slice(before.shortcut * perStep), (count) => count / factor),
        );
        expect(
          compareArrays(
            unpackPlanes(found.spikes.slice(skipped), entry.shape, outPlanes),
            sum.map((value) => value * factor),
            {
              label: 'sumForward/spikes',
              axes: { t: steps, b: batchSize, cell: frameSize(entry.shape) },
              tolerance: TOLERANCES.exact,
            },
          ),
        ).toBe('');
      });
    }
  }
});
