import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLink } from '../session/linkCodec.ts';
import { presetSession } from '../session/presetSession.ts';
import { defaultSession } from '../session/session.ts';
import { applySetting } from '../session/sessionFields.ts';
import type { EpochMetrics } from '../trainer/messages.ts';
import { runCommand } from './main.ts';
import type { TrainOutcome } from './pageApi.ts';
import { fakeHost } from './testSupport.ts';
import { readTrainRequest } from './trainCommand.ts';

const epoch = (index: number): EpochMetrics => ({
  epoch: index,
  trainAccuracyPerBlock: [0.5, 0.75],
  trainSamplesEvaluated: 5,
  testAccuracyPerBlock: [0.25, 0.5],
  testSamples: 3,
  earlyReadout: [0.25, 0.5],
  loss: 0.1,
  lossPerBlock: [0.2, 0.1],
  seconds: 1.5,
  firingRates: [{ layer: 'conv1', rate: 0.1 }],
  digest: `digest ${index}`,
});

const outcome: TrainOutcome = {
  session: defaultSession(),
  digest: 'digest 1',
  epochs: [epoch(0), epoch(1)],
  iterations: 4,
  dataset: { name: 'Stand-in patterns', synthetic: true },
  forecastBytes: 100,
  peakBytes: 100,
  adapter: {
    vendor: 'v',
    architecture: 'a',
    description: 'd',
    software: true,
    features: [],
    maxBufferSize: 1,
    maxStorageBufferBindingSize: 1,
  },
  trainSamples: 8,
  testSamples: 3,
};

const hostWithPage = () =>
  fakeHost(
    (_request, onEvent) => {
      onEvent({ type: 'epoch', metrics: epoch(0) });
      onEvent({ type: 'epoch', metrics: epoch(1) });
      return outcome;
    },
    [{ path: 'a.bin', size: 5, url: '/x' }],
  );

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-'));
});
afterEach(() => rm(folder, { recursive: true }));

const requestOf = async (...args: string[]) => (await readTrainRequest(args, hostWithPage().host)).request;

describe('npm run train', () => {
  it('trains the default session where nothing is named', async () => {
    expect(await requestOf()).toEqual({ session: defaultSession(), files: null, limits: {} });
  });

  it('takes any setting by name, in order, and short forms of two', async () => {
    const { session } = await requestOf(
      '--set',
      'k=4',
      '--set',
      'n=1',
      '--set',
      'k=3',
      '--epochs',
      '2',
      '--samples',
      '50',
    );
    expect(session.schedule).toEqual({ truncationInterval: 3, blockSize: 1 });
    expect([session.epochs, session.data.trainCount]).toEqual([2, 50]);
  });

  const changed = applySetting(defaultSession(), 'seed', 7);

  it('reads a share link, a session file and a report', async () => {
    expect((await requestOf(`http://127.0.0.1:5173/#${encodeLink(changed)}`)).session).toEqual(changed);
    const file = join(folder, 'session.json');
    await writeFile(file, JSON.stringify(changed));
    expect((await requestOf(file)).session).toEqual(changed);
    await writeFile(file, JSON.stringify({ session: changed, epochs: [] }));
    expect((await requestOf(file)).session).toEqual(changed);
  });

  it('says what was repaired in a broken link', async () => {
    const { host, written } = hostWithPage();
    await readTrainRequest(['http://127.0.0.1:5173/#v=1&s=broken'], host);
    expect(written.notes.length).toBeGreaterThan(0);
  });

  it('starts from a preset, with the learning rate of the k that is asked for', async () => {
    expect((await requestOf('--preset', 'vgg11-ncaltech101')).session).toEqual(
      presetSession('vgg11-ncaltech101'),
    );
    const rateOf = async (...pairs: string[]) => {
      const sets = pairs.flatMap((pair) => ['--set', pair]);
      return (await requestOf('--preset', 'lenet1-emnist', ...sets)).session.optimizer.learningRate;
    };
    expect([await rateOf(), await rateOf('k=5'), await rateOf('k=20')]).toEqual([0.02, 0.05, 0.1]);
    expect(await rateOf('k=5', 'lr=0.3')).toBe(0.3);
    expect(await rateOf('T=5', 'k=5', 'batch=2')).toBe(0.05);
  });

  it('reads weights in half precision where that is asked for, and nothing else than f32 or f16', async () => {
    const precision = async (...args: string[]) => (await requestOf(...args)).session.weightPrecision;
    expect(await precision()).toBe('f32');
    expect(await precision('--precision', 'f16')).toBe('f16');
    expect(await precision('--set', 'precision=f16', '--precision', 'f32')).toBe('f32');
    await expect(precision('--precision', 'f8')).rejects.toThrow('--precision is f8, allowed is f32, f16.');
  });

  it('ends after as many iterations as asked', async () => {
    expect((await requestOf('--iterations', '3')).iterations).toBe(3);
  });

  it('limits imported samples only where it was asked to', async () => {
    expect((await requestOf('--data', 'x')).limits).toEqual({});
    expect((await requestOf('--data', 'x', '--samples', '9', '--set', 'test=4')).limits).toEqual({
      train: 9,
      test: 4,
    });
  });

  it.each([
    [['--set', 'k'], '--set k is not of the form field=value.'],
    [['--set', 'nope=1'], 'There is no setting named "nope".'],
    [['--set', 'k=21'], 'The truncation interval k is 21, but a sample has 20 time steps.'],
    [['--epochs', '10001'], '--epochs is 10001, allowed is 0 to 10000.'],
    [['--epochs', '1.5'], '--epochs is 1.5, allowed is 0 to 10000.'],
    [['--nope'], "Unknown option '--nope'."],
    [['a.json', 'b.json'], '2 sessions were given, one is run at a time.'],
    [['a.json', '--preset', 'lenet1-emnist'], 'A session (a.json) and a preset (lenet1-emnist) were given'],
    [['--preset', 'lenet'], 'There is no preset "lenet".'],
    [['--iterations', '0'], '--iterations is 0, allowed is 1 to 1000000000.'],
    [['/nowhere/a.json'], 'The session file /nowhere/a.json cannot be read (ENOENT).'],
    [['--set', 'data=files'], 'The session trains on files'],
  ])('refuses %j with a sentence', async (args, message) => {
    const { host, written } = hostWithPage();
    expect(await runCommand('train', args, host)).toBe(1);
    expect(written.notes.join('\n')).toContain(message);
    expect(written.out).toBe('');
  });

  it('prints the report alone, and writes the same text to a file', async () => {
    const { host, written } = hostWithPage();
    const file = join(folder, 'report.json');
    expect(await runCommand('train', ['--report', file], host)).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(written.out);
    expect(JSON.parse(written.out)).toMatchObject({
      digest: 'digest 1',
      initial: { epoch: 0 },
      epochs: [
        {
          epoch: 1,
          trainAccuracy: 0.75,
          testAccuracy: 0.5,
          blockAccuracy: [0.25, 0.5],
          loss: 0.1,
          seconds: 1.5,
        },
      ],
      dataset: { name: 'Stand-in patterns', synthetic: true },
      iterations: 4,
      forecastBytes: 100,
      peakBytes: 100,
      adapter: { software: true },
    });
    expect(JSON.parse(written.out).initial).not.toHaveProperty('loss');
    expect(written.notes).toEqual([
      'before training: train 75.0 %, test 50.0 % (blocks 25.0 %, 50.0 %)',
      'epoch 1: loss 0.10000, train 75.0 %, test 50.0 % (blocks 25.0 %, 50.0 %), 1.5 s',
    ]);
  });

  it('keeps the result when the report cannot be written', async () => {
    const { host, written } = hostWithPage();
    expect(await runCommand('train', ['--report', join(folder, 'no', 'report.json')], host)).toBe(1);
    expect(JSON.parse(written.out).digest).toBe('digest 1');
    expect(written.notes.join('\n')).toContain('cannot be written');
  });
});
