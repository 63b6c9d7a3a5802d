import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../session/session.ts';
import type { CellResult } from '../session/sweep/sweepResults.ts';
import type { CommandHost } from './host.ts';
import { runCommand } from './main.ts';
import type { OpenSweepRequest } from './pageApi.ts';
import { stateFileOf } from './sweepCommand.ts';
import { fakeHost } from './testSupport.ts';

const FINGERPRINT = 'a'.repeat(64);
const SWEEP = {
  name: 'four runs',
  base: { T: 4, dt: 75_000, layers: '4C5s2-AP2-12FC', batch: 8, epochs: 2 },
  axes: { k: [4, 2], n: [2, 1] },
};

function resultOf({ schedule, epochs }: Session): CellResult {
  const testAccuracy = 0.5 + 0.1 * schedule.truncationInterval - 0.05 * schedule.blockSize;
  return {
    epochs,
    testAccuracy,
    trainAccuracy: testAccuracy,
    blockAccuracy: [testAccuracy],
    accuracyByEpoch: Array(epochs).fill(testAccuracy),
    testSamples: 20,
    loss: 0.1,
    peakBytes: 1234,
    digest: String(schedule.truncationInterval).repeat(64),
    firingRates: [],
    seconds: 1,
  };
}

/** A host whose page trains at once, and dies after so many runs. */
function hostThatTrains(deathAfter = Number.POSITIVE_INFINITY) {
  const opened: OpenSweepRequest[] = [];
  const trained: Session[] = [];
  const fake = fakeHost((argument) => {
    if (typeof argument === 'object' && argument !== null && 'limits' in argument) {
      const request = argument as OpenSweepRequest;
      opened.push(request);
      return { base: request.base, fingerprint: FINGERPRINT, adapter: {} };
    }
    if (trained.length >= deathAfter) return new Promise(() => {});
    trained.push(argument as Session);
    return resultOf(argument as Session);
  });
  return { ...fake, opened, trained };
}

let folder = '';
let sweepFile = '';
let report = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-'));
  sweepFile = join(folder, 'sweep.json');
  report = join(folder, 'out.csv');
  await writeFile(sweepFile, JSON.stringify(SWEEP));
});
afterEach(() => rm(folder, { recursive: true }));

const sweep = (host: CommandHost, ...rest: string[]) =>
  runCommand('sweep', [sweepFile, '--report', report, ...rest], host);

describe('npm run sweep', () => {
  it('trains every run, writes the CSV and prints the means', async () => {
    const { host, written, trained, opened } = hostThatTrains();
    expect(await sweep(host)).toBe(0);
    expect(trained.map(({ schedule, epochs }) => [schedule, epochs])).toEqual([
      [{ truncationInterval: 4, blockSize: 2 }, 2],
      [{ truncationInterval: 4, blockSize: 1 }, 2],
      [{ truncationInterval: 2, blockSize: 2 }, 2],
      [{ truncationInterval: 2, blockSize: 1 }, 2],
    ]);
    expect(opened).toMatchObject([{ files: null, limits: {}, fingerprint: null }]);
    const csv = await readFile(report, 'utf8');
    expect(csv.split('\n')).toHaveLength(6);
    const printed = JSON.parse(written.out);
    expect(printed).toMatchObject({
      name: 'four runs',
      fingerprint: FINGERPRINT,
      runs: { done: 4, stopped: 0, skipped: 0, failed: 0 },
      reference: { k: 4, n: 2, figureOfMerit: 1, accuracy: expect.closeTo(0.8, 12) },
    });
    expect(printed.points).toHaveLength(4);
    expect(written.notes).toContain('k4-n2-trainable-interval-s0: test 80.0 % after 2 epochs, 1.0 s');
  });

  it('goes on where it was killed, with the same CSV at the end, and trains nothing twice', async () => {
    const whole = hostThatTrains();
    await sweep(whole.host);
    const expected = await readFile(report, 'utf8');
    await rm(report);
    await rm(stateFileOf(report));

    const killed = hostThatTrains(2);
    void sweep(killed.host);
    await expect
      .poll(async () => (await readFile(report, 'utf8').catch(() => '')).split(',done,').length)
      .toBe(3);
    const again = hostThatTrains();
    expect(await sweep(again.host)).toBe(0);
    expect(await readFile(report, 'utf8')).toBe(expected);
    expect(again.trained).toHaveLength(2);
    expect(again.opened[0].fingerprint).toBe(FINGERPRINT);
    expect(again.written.notes).toContain('2 of 4 runs need no training.');
    expect(again.written.out).toBe(whole.written.out);

    const third = hostThatTrains();
    expect(await sweep(third.host)).toBe(0);
    expect(third.trained).toEqual([]);
    expect(await readFile(report, 'utf8')).toBe(expected);
  });

  it('does not mix two sweeps in one report', async () => {
    await sweep(hostThatTrains().host);
    await writeFile(sweepFile, JSON.stringify({ ...SWEEP, axes: { k: [4, 1] } }));
    const { host, written } = hostThatTrains();
    expect(await sweep(host)).toBe(1);
    expect(written.notes[0]).toContain('The stored sweep is not the one that is asked for');
  });

  it.each<[string, () => Promise<unknown>, string[], string]>([
    ['a sweep file that is not there', () => rm(sweepFile), [], 'cannot be read (ENOENT)'],
    ['text that is no JSON', () => writeFile(sweepFile, '{'), [], 'is not JSON'],
    ['a k above T', () => writeFile(sweepFile, JSON.stringify({ ...SWEEP, axes: { k: [9] } })), [], 'k = 9'],
    [
      'files without --data',
      () => writeFile(sweepFile, JSON.stringify({ ...SWEEP, base: { ...SWEEP.base, data: 'files' } })),
      [],
      'recordings are never part of a sweep',
    ],
    [
      'a damaged state',
      () => writeFile(stateFileOf(report), '{"version":1}'),
      [],
      'The stored sweep cannot be read',
    ],
    ['two sweep files', async () => {}, ['other.json'], '2 sweep files were given'],
    ['an unknown option', async () => {}, ['--seeds', '3'], "Unknown option '--seeds'"],
  ])('refuses %s, and trains nothing', async (_, prepare, rest, message) => {
    await prepare();
    const { host, written, trained } = hostThatTrains();
    expect(await sweep(host, ...rest)).toBe(1);
    expect(written.notes[0]).toContain(message);
    expect(trained).toEqual([]);
    expect(written.out).toBe('');
  });

  it('needs a report', async () => {
    const { host, written } = hostThatTrains();
    expect(await runCommand('sweep', [sweepFile], host)).toBe(1);
    expect(written.notes[0]).toContain('No --report was given');
  });

  it('says so when the report cannot be written', async () => {
    report = join(folder, 'no', 'such', 'out.csv');
    const { host, written } = hostThatTrains();
    expect(await sweep(host)).toBe(1);
    expect(written.notes.at(-2)).toContain('The report cannot be written to');
  });

  it('takes recordings from files, as many as the base says', async () => {
    await writeFile(
      sweepFile,
      JSON.stringify({ ...SWEEP, base: { ...SWEEP.base, data: 'files', train: 40, test: 10 } }),
    );
    const { host, opened } = hostThatTrains();
    expect(await sweep(host, '--data', folder)).toBe(0);
    expect(opened[0]).toMatchObject({ files: [], limits: { train: 40, test: 10 } });
  });
});
