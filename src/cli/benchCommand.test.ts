import { describe, expect, it } from 'vitest';
import { runCommand } from './main.ts';
import type { BenchOutcome, BenchRequest } from './pageApi.ts';
import { fakeHost } from './testSupport.ts';

const LOSS = 0.1515781;

async function run(args: string[], loss = LOSS) {
  const requests: BenchRequest[] = [];
  const { host, written } = fakeHost((request): BenchOutcome => {
    requests.push(request as BenchRequest);
    return {
      timesMs: [30, 10, 20, 40],
      firstMs: 50,
      loss,
      peakBytes: 1000,
      dispatches: 52,
      submits: 1,
      passes: [],
      limits: null,
      kernels: [
        { kind: 'forward', layer: 'conv1', variant: 'wordSparse', ratio: 3.14, source: 'measured' },
        { kind: 'weightGradient', layer: 'conv1', variant: 'spikes', ratio: null, source: 'standard' },
        { kind: 'backward', layer: 'pool2', variant: 'quadRows', ratio: 1.64, source: 'measured' },
      ],
      adapter: 'test',
    };
  });
  const status = await runCommand('bench', args, host);
  return { status, requests, ...written };
}

describe('npm run bench', () => {
  it('prints what it asked for and found, with the median over the rounds', async () => {
    const { status, out, requests } = await run(['--batch', '32', '--precision', 'f16']);
    expect(status).toBe(0);
    expect(requests[0]).toMatchObject({
      stepCount: 20,
      truncationInterval: 20,
      blockSize: 4,
      precision: 'f16',
    });
    expect(JSON.parse(out)).toMatchObject({
      batchSize: 32,
      msPerIteration: { median: 25, min: 10, max: 40 },
      samplesPerSecond: 1280,
      dispatchesPerIteration: 52,
      variant: 'conv1: word-sparse, 3.1x, conv1 gradients: spikes, pool2 errors: quad-rows, 1.6x',
    });
  });

  it('takes full BPTT of as many steps as are asked for, unless k is given', async () => {
    expect((await run(['--steps', '40'])).requests[0]).toMatchObject({
      stepCount: 40,
      truncationInterval: 40,
    });
    const { requests } = await run(['--steps', '40', '--k', '5', '--n', '1']);
    expect(requests[0]).toMatchObject({ stepCount: 40, truncationInterval: 5, blockSize: 1 });
  });

  it('ends with status 1 where the first loss of the standard setting is another', async () => {
    const { status, notes } = await run([], 0.16);
    expect(status).toBe(1);
    expect(notes).toEqual(['The first loss is 0.16, every correct implementation finds 0.151578.']);
    for (const other of [
      ['--batch', '8'],
      ['--k', '5'],
      ['--n', '1'],
      ['--steps', '40'],
      ['--precision', 'f16'],
    ])
      expect((await run(other, 0.16)).status).toBe(0);
  });

  it('refuses what it cannot run, with the range', async () => {
    for (const args of [
      ['--k', '21'],
      ['--steps', '0'],
      ['--n', '5'],
      ['--variant', 'columns'],
      ['--workload', 'B'],
    ]) {
      const { status, notes, requests } = await run(args);
      expect(status).toBe(1);
      expect(requests).toEqual([]);
      expect(notes.join(' ')).toContain(args[1]);
    }
  });
});
