import { frameSize, wordsPerFrame } from '../../src/core/encodedDataset.ts';
import { spikeCount } from '../../src/reference/spikeCount.ts';
import { runCase, TestNumbers } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { packPlanes } from '../harness/layouts.ts';

const CASES = [
  { name: 'one word', channels: 1, batchSize: 1, steps: 1, planes: 1 },
  { name: '63 words', channels: 20, batchSize: 9, steps: 7, planes: 1 },
  { name: '64 words', channels: 64, batchSize: 4, steps: 8, planes: 1 },
  { name: '65 words', channels: 32, batchSize: 13, steps: 5, planes: 2 },
  { name: 'three planes of odd frames', channels: 77, batchSize: 3, steps: 5, planes: 3 },
];

test.describe('spikeCount equals its twin', () => {
  for (const { name, channels, batchSize, steps, planes } of CASES) {
    test(`${name}: adds to its slot and to its steps`, async ({ kernels }) => {
      const shape = { channels, height: 1, width: 1 };
      const perStep = batchSize * frameSize(shape);
      const before = 2;
      const counts = new TestNumbers(2).counts((before + steps) * perStep, planes);
      const words = wordsPerFrame(shape);
      // Row 1 of a table of three, a window that begins at step 3, and neighbours that must stay.
      const totalSteps = steps + 4;
      const stepTotals = Uint32Array.from({ length: 3 * totalSteps }, (_, i) => 100 + i);
      const found = await runCase(kernels, {
        kernel: 'spikeCount',
        params: { batchSize, inWords: words, inPlanes: planes, slot: 1, totalSteps },
        window: { stepStart: 3, historyStart: before, stepCount: steps },
        buffers: {
          countBits: packPlanes(counts, shape, planes),
          totals: Uint32Array.of(5, 100, 7),
          stepTotals,
        },
        invocations: steps * batchSize * words,
      });
      const expected = spikeCount(counts.slice(before * perStep), steps);
      expect([...found.totals]).toEqual([5, 100 + expected.reduce((a, b) => a + b), 7]);
      for (const [t, count] of expected.entries()) stepTotals[totalSteps + 3 + t] += count;
      expect([...found.stepTotals]).toEqual([...stepTotals]);
    });
  }
});
