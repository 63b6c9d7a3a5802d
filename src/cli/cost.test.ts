import { describe, expect, it } from 'vitest';
import { PRESET_NAMES } from '../core/presets.ts';
import { type CostReport, costCommand } from './cost.ts';

async function cost(line: string): Promise<CostReport> {
  let printed = '';
  const status = await costCommand(line.split(' '), { print: (text) => (printed += text) });
  expect(status).toBe(0);
  return JSON.parse(printed);
}

describe('npm run cost', () => {
  it('prints every quantity in total and per layer, beside full BPTT', async () => {
    const report = await cost('lenet1-emnist --k 1 --n 1 --batch 128');
    expect(report).toMatchObject({
      preset: 'lenet1-emnist',
      stepCount: 20,
      batchSize: 128,
      classifier: 'trainable',
      schedule: { truncationInterval: 1, blockSize: 1 },
    });
    for (const sheet of [report, report.baseline]) {
      for (const key of ['planBytes', 'memory', 'access', 'additions', 'macs', 'fom'] as const) {
        const { total, perLayer } = sheet[key];
        expect(perLayer.reduce((sum, row) => sum + row.value, 0)).toBeCloseTo(total, 9);
        expect(perLayer.map((row) => row.layer)).toContain('conv1');
      }
    }
    expect(report.baseline.schedule).toEqual({ truncationInterval: 20, blockSize: 4 });
    // Stated: 72 % fewer MACs, and about 23 % less access than BP at the same k.
    expect(100 * (1 - report.macs.total / report.baseline.macs.total)).toBeCloseTo(72.3, 1);
    expect(report.fom.total).toBeLessThan(1);
    expect(report.baseline.fom.total).toBeCloseTo(1, 12);
    expect(report.planBytes.total).toBeLessThan(report.baseline.planBytes.total);
  });

  it('takes the preset’s batch, T and L where nothing is said', async () => {
    const report = await cost('lenet1-nmnist');
    expect(report).toMatchObject({ batchSize: 32, schedule: { truncationInterval: 20, blockSize: 4 } });
    expect(report.access).toEqual(report.baseline.access);
    expect(report.planBytes).toEqual(report.baseline.planBytes);
  });

  it('compares random classifiers with trainable BPTT', async () => {
    const random = await cost('lenet1-emnist --k 1 --n 1 --batch 128 --classifier random');
    const trained = await cost('lenet1-emnist --k 1 --n 1 --batch 128');
    expect([random.classifier, random.baseline.classifier]).toEqual(['random', 'trainable']);
    expect(random.baseline).toEqual(trained.baseline);
    expect(random.access.total).toBeLessThan(trained.access.total);
    expect(random.macs).toEqual(trained.macs);
  });

  it.each(PRESET_NAMES.map((name) => [name]))('plans %s at its own batch', async (name) => {
    const report = await cost(`${name} --k 4 --n 4`);
    expect(report.planBytes.total).toBeGreaterThan(0);
    expect(report.planBytes.total).toBeLessThan(report.memory.total);
  });

  it.each([
    ['', 'There is no preset "".'],
    ['lenet1-emnist alexnet-cifar10', '2 presets were named, one is needed.'],
    ['lenet', 'There is no preset "lenet".'],
    ['lenet1-emnist --k 21', '--k is 21, allowed is 1 to 20.'],
    ['lenet1-emnist --n 0', '--n is 0, allowed is 1 to 4.'],
    ['lenet1-emnist --batch 1.5', '--batch is 1.5, allowed is 1 to 65536.'],
    ['lenet1-emnist --classifier fixed', '--classifier is fixed, allowed is trainable or random.'],
    ['lenet1-emnist --layers 3', "Unknown option '--layers'."],
  ])('refuses %j', async (line, message) => {
    await expect(cost(line)).rejects.toThrow(message);
  });
});
