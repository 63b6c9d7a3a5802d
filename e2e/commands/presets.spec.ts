import { expect, test } from '@playwright/test';
import { runScript } from './program.ts';

/** Options of a run that a software adapter finishes in seconds. */
const sets = (...pairs: string[]) => pairs.flatMap((pair) => ['--set', pair]);

async function train(...args: string[]) {
  const { status, out, err } = await runScript('run.mjs', ['train', ...args]);
  expect([status, status === 0 ? '' : err]).toEqual([0, '']);
  return JSON.parse(out);
}

const SMALL = sets('layers=4C5s2-AP2-12FC', 'T=4', 'dt=75000', 'k=2', 'n=1', 'batch=8', 'test=20');

test.describe('npm run train -- --preset', () => {
  test('completes an iteration on stand-in patterns, in the bytes that were forecast', async () => {
    const report = await train(
      ...['--preset', 'lenet1-emnist', '--iterations', '1', '--samples', '6'],
      ...sets('batch=4', 'test=2', 'T=5'),
    );
    expect(report).toMatchObject({
      iterations: 1,
      trainSamples: 6,
      dataset: { name: 'Stand-in patterns', synthetic: true },
      session: { data: { source: 'standIn' }, batchSize: 4, encoding: { input: 'frames', channels: 1 } },
    });
    expect(report.peakBytes).toBe(report.forecastBytes);
    // One of the epoch's two iterations, and then evaluated.
    expect(report.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1]);
    expect(report.epochs[0].loss).toBeGreaterThan(0);
    expect(report.digest).not.toBe(report.initial.digest);
  });

  test('learns to tell stand-in patterns apart', async () => {
    const report = await train(
      ...['--preset', 'lenet1-nmnist', '--samples', '64', '--epochs', '4'],
      ...sets('classes=4', 'T=5', 'k=5', 'batch=8', 'test=16', 'lr=0.1'),
    );
    expect(report.epochs.at(-1).testAccuracy).toBeGreaterThan(0.8);
  });
});

test.describe('training options', () => {
  test('the early read-out has an entry per step and ends with the test accuracy', async () => {
    const report = await train(...SMALL, '--samples', '24', '--epochs', '2');
    const evaluated = [report.initial, ...report.epochs];
    for (const { earlyReadout, testAccuracy } of evaluated) {
      expect(earlyReadout).toHaveLength(4);
      expect(earlyReadout[3]).toBe(testAccuracy);
    }
    // Not one number repeated: the steps before the last are read out on their own.
    expect(new Set(evaluated.flatMap(({ earlyReadout }) => earlyReadout)).size).toBeGreaterThan(1);
  });

  test('augmentation changes what is trained on, repeatably, and not what is evaluated', async () => {
    const run = (...pairs: string[]) =>
      train(...SMALL, ...sets(...pairs), '--samples', '16', '--iterations', '2');
    const plain = await run();
    const augmented = await run('shift=4', 'flip=true');
    expect(augmented.session.augmentation).toEqual({ maxShift: 4, flip: true });
    // Before training the weights are the same, so equal figures mean equal samples.
    expect(augmented.initial).toEqual(plain.initial);
    expect(augmented.digest).not.toBe(plain.digest);
    expect((await run('shift=4', 'flip=true')).digest).toBe(augmented.digest);
  });
});
