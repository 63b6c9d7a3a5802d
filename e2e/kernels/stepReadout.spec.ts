import { stepReadout } from '../../src/reference/stepReadout.ts';
import { runCase, SENTINEL, TestNumbers, unwritten } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { packPlanes } from '../harness/layouts.ts';

const CASES = [
  { name: 'one sample, two classes, one step', batchSize: 1, classCount: 2, steps: 1 },
  { name: '63 samples', batchSize: 63, classCount: 4, steps: 3 },
  { name: '64 samples', batchSize: 64, classCount: 32, steps: 5 },
  { name: '65 samples, classes across words', batchSize: 65, classCount: 37, steps: 4 },
  { name: '131 samples', batchSize: 131, classCount: 10, steps: 7 },
  { name: 'a thousand classes', batchSize: 3, classCount: 1024, steps: 6 },
];

const BLOCKS = 3;
const BLOCK = 2;
/** Steps of the sample before the window, of the interval's history before it, and behind it. */
const [BEFORE, HISTORY, BEHIND] = [4, 1, 2];

test.describe('stepReadout equals its twin', () => {
  for (const { name, batchSize, classCount, steps } of CASES) {
    for (const isFirst of [0, 1]) {
      test(`${name}, ${isFirst ? 'first' : 'later'} window`, async ({ kernels }) => {
        const numbers = new TestNumbers(batchSize + steps);
        const perStep = batchSize * classCount;
        const spikes = numbers.counts((HISTORY + steps) * perStep, 1);
        const earlier = numbers.counts(BLOCKS * perStep, 2);
        const expected = stepReadout({
          batchSize,
          classCount,
          spikes: spikes.slice(HISTORY * perStep),
          counts: isFirst ? new Uint32Array(perStep) : earlier.slice(BLOCK * perStep, (BLOCK + 1) * perStep),
        });
        const found = await runCase(kernels, {
          kernel: 'stepReadout',
          params: {
            batchSize,
            classCount,
            outWords: Math.ceil(classCount / 32),
            block: BLOCK,
            blockCount: BLOCKS,
          },
          window: { stepStart: BEFORE, historyStart: HISTORY, stepCount: steps, isFirst },
          buffers: {
            spikes: packPlanes(spikes, { channels: classCount, height: 1, width: 1 }, 1),
            counts: earlier,
            stepPredictions: unwritten((BEFORE + steps + BEHIND) * batchSize),
          },
          invocations: batchSize,
        });
        const entries = [...found.stepPredictions];
        const start = BEFORE * batchSize;
        const stop = start + steps * batchSize;
        expect(entries.slice(start, stop)).toEqual([...expected]);
        // The entries of other windows' steps are not touched.
        const others = [...entries.slice(0, start), ...entries.slice(stop)];
        expect(others).toEqual(others.map(() => SENTINEL));
      });
    }
  }
});
