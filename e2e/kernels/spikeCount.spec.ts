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
    test(`${name}: adds to the total of its slot`, async ({ kernels }) => {
      const shape = { channels, height: 1, width: 1 };
      const perStep = batchSize * frameSize(shape);
      const before = 2;
      const counts = new TestNumbers(2).counts((before + steps) * perStep, planes);
      const words = wordsPerFrame(shape);
      const found = await runCase(kernels, {
        kernel: 'spikeCount',
        params: { batchSize, inWords: words, inPlanes: planes, slot: 1 },
        window: { historyStart: before, stepCount: steps },
        buffers: { countBits: packPlanes(counts, shape, planes), totals: Uint32Array.of(5, 100, 7) },
        invocations: steps * batchSize * words,
      });
      expect([...found.totals]).toEqual([5, 100 + spikeCount(counts.slice(before * perStep)), 7]);
    });
  }
});
