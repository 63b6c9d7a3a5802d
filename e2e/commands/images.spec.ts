import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { runScript } from './program.ts';

let folder = '';
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-'));
});
test.afterEach(() => rm(folder, { recursive: true }));

// Small enough for a software adapter: images of 10x10 pixels, 4 steps, two intervals, two blocks.
// With three classes and few neurons some seeds start with silent classifiers, which cannot learn; the last block of this
// one does not.
const SMALL = ['layers=4C3s2-AP2-12FC', 'T=4', 'k=2', 'n=1', 'batch=8', 'lr=0.1', 'seed=2'].flatMap(
  (pair) => ['--set', pair],
);

const SIDE = 10;
const NAMES = ['left', 'right', 'top'];

/** Three classes that are bright in different parts of the image, with a little noise: anything that learns tells them apart. */
function image(label: number, index: number): number[] {
  return Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    const isBright = [x < 4, x >= 6, y < 4][label];
    return (isBright ? 200 : 0) + ((i * 7 + index * 13) % 40);
  });
}

/** An idx file of unsigned bytes. */
function idx(sizes: number[], data: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.set([0, 0, 8, sizes.length]);
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, Buffer.from(data)]);
}

/** Writes a split as MNIST has it, the training files compressed. */
async function writeSplit(place: string, name: string, count: number): Promise<void> {
  const labels = Array.from({ length: count }, (_, i) => i % NAMES.length);
  const pixels = labels.flatMap(image);
  const pack = (bytes: Buffer) => (name === 'train' ? gzipSync(bytes) : bytes);
  const ending = name === 'train' ? '.gz' : '';
  await writeFile(join(place, `${name}-images-idx3-ubyte${ending}`), pack(idx([count, SIDE, SIDE], pixels)));
  await writeFile(join(place, `${name}-labels-idx1-ubyte${ending}`), pack(idx([count], labels)));
}

test('npm run train learns from images in idx files, with direct encoding', async () => {
  const place = join(folder, 'shapes');
  await mkdir(place);
  await writeSplit(place, 'train', 48);
  await writeSplit(place, 't10k', 12);
  const { out, err, status } = await runScript('run.mjs', [
    'train',
    '--data',
    place,
    ...SMALL,
    '--samples',
    '36',
    '--epochs',
    '6',
  ]);
  expect([status, status === 0 ? '' : err]).toEqual([0, '']);
  const report = JSON.parse(out);
  expect(report.session.encoding).toMatchObject({ input: 'frames', channels: 1, height: SIDE, width: SIDE });
  expect(report.session.data).toMatchObject({ source: 'files', classCount: 3 });
  expect([report.trainSamples, report.testSamples]).toEqual([36, 12]);
  expect(report.peakBytes).toBe(report.forecastBytes);
  expect(report.initial.testAccuracy).toBeLessThan(0.7);
  expect(report.epochs.at(-1).testAccuracy).toBe(1);
});

test('npm run train says why it refuses the Python version of CIFAR', async () => {
  await writeFile(join(folder, 'data_batch_1'), Uint8Array.of(0x80, 2, 0x7d, 0x71, 1));
  const { err, status } = await runScript('run.mjs', ['train', '--data', folder, ...SMALL]);
  expect(status).toBe(1);
  expect(err).toContain('is a Python pickle');
  expect(err).toContain('None of the 1 files gave a recording.');
});
