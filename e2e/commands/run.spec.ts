import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { runScript } from './program.ts';

let folder = '';
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-'));
});
test.afterEach(() => rm(folder, { recursive: true }));

// Small enough for a software adapter: 4 steps of 75 ms, two intervals, two blocks.
const SMALL = [...['layers=4C5s2-AP2-12FC', 'T=4', 'dt=75000', 'k=2', 'n=1', 'batch=8', 'test=20']].flatMap(
  (pair) => ['--set', pair],
);

test.describe('npm run train', () => {
  test('trains headless and gives the same bits again, from its own report too', async () => {
    const report = join(folder, 'report.json');
    const first = await runScript('run.mjs', [
      'train',
      ...SMALL,
      '--samples',
      '24',
      '--epochs',
      '2',
      '--report',
      report,
    ]);
    expect(first).toMatchObject({ status: 0 });
    expect(await readFile(report, 'utf8')).toBe(first.out);
    const outcome = JSON.parse(first.out);
    expect(outcome.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
    expect(outcome.peakBytes).toBe(outcome.forecastBytes);
    expect(outcome.epochs[1].digest).toBe(outcome.digest);
    expect(outcome.digest).not.toBe(outcome.initial.digest);
    expect(first.err).toContain('epoch 2: loss');

    const again = await runScript('run.mjs', ['train', report]);
    expect(again).toMatchObject({ status: 0 });
    expect(JSON.parse(again.out).digest).toBe(outcome.digest);
  });

  test('learns from recordings in folders', async () => {
    const report = await trainOnDots(folder);
    expect(report.session.data).toMatchObject({ source: 'files', classCount: 2 });
    expect([report.trainSamples, report.testSamples]).toEqual([32, 16]);
    // The classes flicker in opposite halves of the picture: whatever learns at all gets there.
    expect(report.initial.testAccuracy).toBeLessThan(1);
    expect(report.epochs.at(-1).blockAccuracy).toEqual([1, 1]);
  });

  test('says what is wrong, with exit status 1 and nothing on standard output', async () => {
    const result = await runScript('run.mjs', ['train', '--set', 'k=99']);
    expect(result).toMatchObject({ status: 1, out: '' });
    expect(result.err).toContain('The truncation interval k is 99, but a sample has 20 time steps.');
    expect(result.err).toContain('Choose k from 1 to 20');
  });
});

/** Writes ATIS 40-bit recordings in which the class is the half that flickers, and trains on them. */
async function trainOnDots(base: string) {
  const writes: Promise<void>[] = [];
  for (const [split, count] of [
    ['Train', 16],
    ['Test', 8],
  ] as const) {
    for (const [classIndex, name] of ['left', 'right'].entries()) {
      const place = join(base, 'dots', split, name);
      await mkdir(place, { recursive: true });
      for (let sample = 0; sample < count; sample++) {
        const bytes: number[] = [];
        for (let event = 0; event < 400; event++) {
          const x = classIndex * 20 + ((event + sample) % 12);
          const y = 8 + ((event * 5 + sample) % 16);
          const tUs = event * 700;
          bytes.push(x, y, ((event & 1) << 7) | (tUs >> 16), (tUs >> 8) & 255, tUs & 255);
        }
        writes.push(writeFile(join(place, `${sample}.bin`), Uint8Array.from(bytes)));
      }
    }
  }
  await Promise.all(writes);
  // With two classes and few neurons some seeds start with silent classifiers, which cannot learn; this one does not.
  const rest = ['--epochs', '4', '--set', 'lr=0.1', '--set', 'seed=2'];
  const args = ['train', '--data', join(base, 'dots'), ...SMALL, ...rest];
  const { out, err, status } = await runScript('run.mjs', args);
  expect([status, status === 0 ? '' : err]).toEqual([0, '']);
  return JSON.parse(out);
}
