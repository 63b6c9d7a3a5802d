import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { readSafetensors } from '../../src/core/safetensors.ts';
import { runScript } from './program.ts';

/** A Python with PyTorch, or '' where this machine has none. */
function findPython(): string {
  for (const name of [process.env.PYTHON ?? 'python3', '/usr/bin/python3']) {
    try {
      execFileSync(name, ['-c', 'import torch, numpy'], { stdio: 'ignore', timeout: 60_000 });
      return name;
    } catch {
      // The next one.
    }
  }
  return '';
}

test('the first iteration of an exported project in PyTorch is the one of the page: losses, spikes, gradients', async () => {
  // Three programs one after the other, each with a browser or PyTorch to start.
  test.setTimeout(400_000);
  const python = findPython();
  test.skip(python === '', 'needs Python with PyTorch (python3-torch)');
  const out = mkdtempSync(join(tmpdir(), 'spikelet-project-'));
  const settings = {
    T: 6,
    dt: 50_000,
    layers: '4C5s2b-AP2-16FCd0.25',
    k: 4,
    n: 1,
    batch: 6,
    shift: 1,
    flip: true,
  };
  const pairs = Object.entries({ ...settings, test: 4 }).flatMap(([name, value]) => [
    '--set',
    `${name}=${value}`,
  ]);
  const { status, out: printed } = await runScript('run.mjs', [
    'export',
    '--out',
    out,
    '--samples',
    '12',
    ...pairs,
  ]);
  expect(status).toBe(0);
  expect(JSON.parse(printed).files).toContain('reference.safetensors');
  const checked = JSON.parse(execFileSync(python, ['check.py'], { cwd: out, encoding: 'utf8' }));
  expect(checked).toMatchObject({ passed: true, 'spikes that differ': 0 });
  expect(checked.gradient).toBeGreaterThan(0);
  const figures = execFileSync(python, ['train.py', '--device', 'cpu', '--epochs', '1'], {
    cwd: out,
    encoding: 'utf8',
  });
  expect(JSON.parse(figures).epoch).toBe(1);

  const back = await runScript('run.mjs', [
    'train',
    '--weights',
    join(out, 'out', 'weights.safetensors'),
    ...['--epochs', '0', '--samples', '12'],
    ...pairs,
  ]);
  expect(back.status).toBe(0);
  const { metadata } = readSafetensors(new Uint8Array(readFileSync(join(out, 'out', 'weights.safetensors'))));
  expect(JSON.parse(back.out).digest).toBe(metadata.digest);
});
