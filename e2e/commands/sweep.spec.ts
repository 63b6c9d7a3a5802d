import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { SWEEP_COLUMNS } from '../../src/session/sweep/sweepCsv.ts';
import { runScript, startScript } from './program.ts';

// Small enough for a software adapter: 4 steps of 75 ms.
const BASE = { T: 4, dt: 75_000, layers: '4C5s2-AP2-12FC', batch: 8, train: 24, test: 20, epochs: 2 };
const SWEEP = { base: BASE, axes: { k: [4, 2], n: [2, 1] } };

let folder = '';
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikelet-'));
});
test.afterEach(() => rm(folder, { recursive: true }));

/** Lines without their last column, the seconds, which are the machine's. */
async function comparedLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.replace(/,[^,]*$/, ''));
}

test.describe('npm run sweep', () => {
  test('killed in the middle and run again ends with the same CSV, and a run is what npm run train gives', async () => {
    test.setTimeout(180_000);
    const sweepFile = join(folder, 'sweep.json');
    await writeFile(sweepFile, JSON.stringify(SWEEP));
    const whole = join(folder, 'whole.csv');
    const undisturbed = await runScript('run.mjs', ['sweep', sweepFile, '--report', whole]);
    expect(undisturbed).toMatchObject({ status: 0 });
    const lines = await comparedLines(whole);
    expect(lines.filter((line) => line.includes(',done,'))).toHaveLength(4);

    const cut = join(folder, 'cut.csv');
    const { child, ended } = startScript('run.mjs', ['sweep', sweepFile, '--report', cut]);
    await expect
      .poll(async () => (await comparedLines(cut)).filter((line) => line.includes(',done,')).length, {
        intervals: [20],
        timeout: 60_000,
      })
      .toBeGreaterThan(0);
    child.kill('SIGKILL');
    await ended;
    const again = await runScript('run.mjs', ['sweep', sweepFile, '--report', cut]);
    expect(again).toMatchObject({ status: 0 });
    expect(again.err).toMatch(/\d of 4 runs need no training/);
    expect(await comparedLines(cut)).toEqual(lines);
    expect(JSON.parse(again.out)).toEqual(JSON.parse(undisturbed.out));

    const settings = Object.entries({ ...BASE, k: 2, n: 1 }).flatMap(([name, value]) => [
      '--set',
      `${name}=${value}`,
    ]);
    const single = await runScript('run.mjs', ['train', ...settings]);
    const [head, ...rows] = (await readFile(whole, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(head).toEqual([...SWEEP_COLUMNS]);
    expect(rows[3].slice(0, 2)).toEqual(['2', '1']);
    expect(rows[3][head.indexOf('digest')]).toBe(JSON.parse(single.out).digest);
  });
});
