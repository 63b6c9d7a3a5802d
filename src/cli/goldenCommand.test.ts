import { describe, expect, it } from 'vitest';
import { goldenLine } from './goldenCommand.ts';
import { runCommand } from './main.ts';
import type { GoldenOutcome, GoldenRequest } from './pageApi.ts';
import { fakeHost } from './testSupport.ts';

const quantity = (name: string, worst: number, relativeError: number) => ({
  quantity: name,
  worst,
  relativeError,
  at: `${name}[1]: 2, expected 1`,
});

const outcomes: Record<string, GoldenOutcome> = {
  good: {
    name: 'good',
    status: 'passed',
    quantities: [quantity('spikes', 0, 0), quantity('gradients', 0.25, 2.5e-5)],
    reason: '',
  },
  bad: { name: 'bad', status: 'failed', quantities: [quantity('gradients', 30, 3e-3)], reason: '' },
  later: { name: 'later', status: 'not yet', quantities: [], reason: 'batch norm' },
};

async function run(...names: string[]) {
  const paths = [...names.map((name) => `folder/${name}.safetensors`), 'folder/index.json'];
  const { host, written } = fakeHost(
    (request) => outcomes[(request as GoldenRequest).name],
    paths.map((path) => ({ path, size: 1, url: '/x' })),
  );
  return { status: await runCommand('golden', ['folder'], host), ...written };
}

describe('npm run golden', () => {
  it('prints a line per case and ends with the counts', async () => {
    const { status, out } = await run('good', 'later');
    expect(status).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      'passed  good                         spikes exact, gradients 2.5e-5',
      'not yet later                        batch norm',
      '1 passed, 0 failed, 1 not yet',
    ]);
  });

  it('ends with status 1 when a case failed, and says where', async () => {
    const { status, out } = await run('good', 'bad');
    expect(status).toBe(1);
    expect(out).toContain('gradients: 30.0 times what is allowed at gradients[1]: 2, expected 1');
    expect(out).toContain('1 passed, 1 failed, 0 not yet\n');
  });

  it('refuses a folder without cases', async () => {
    const { status, notes } = await run();
    expect(status).toBe(1);
    expect(notes[0]).toBe('No .safetensors file was named or found.');
  });

  it('shows the reason of a case that could not be run', () => {
    expect(goldenLine({ name: 'x', status: 'failed', quantities: [], reason: 'It broke.' })).toBe(
      'failed  x                            It broke.',
    );
  });
});
