import { describe, expect, it } from 'vitest';
import { type JudgedClaim, judgeClaims } from '../core/claims/claims.ts';
import type { CostReport } from '../core/cost/costReport.ts';
import { PRESET_NAMES } from '../core/presets.ts';
import { encodeLink } from '../session/linkCodec.ts';
import { defaultSession } from '../session/session.ts';
import { applySetting } from '../session/sessionFields.ts';
import { costCommand } from './cost.ts';

async function printed(line: string): Promise<string> {
  let out = '';
  const host = { print: (text: string) => (out += text), note() {} };
  expect(await costCommand(line.split(' '), host)).toBe(0);
  return out;
}

const cost = async (line: string): Promise<CostReport> => JSON.parse(await printed(line));

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

  it('takes a session by its link, with its own (k, n)', async () => {
    const session = applySetting(applySetting(defaultSession(), 'k', 4), 'batch', 7);
    const report = await cost(encodeLink(session));
    expect(report).toMatchObject({
      preset: null,
      batchSize: 7,
      stepCount: 20,
      schedule: { truncationInterval: 4, blockSize: 2 },
      measuredBytes: null,
    });
    expect(report.network.layers).toEqual(session.network.layers);
    const shorter = await cost(`${encodeLink(session)} --steps 3`);
    expect(shorter.schedule).toEqual({ truncationInterval: 3, blockSize: 2 });
  });

  it('takes rules, densities, weights and an accuracy loss', async () => {
    const plain = await cost('lenet1-emnist --k 1 --n 1 --batch 128');
    const counted = await cost('lenet1-emnist --k 1 --n 1 --batch 128 --rule countPoolNeurons=true');
    expect(counted.rules.countPoolNeurons).toBe(true);
    expect(counted.access.total).toBeGreaterThan(plain.access.total);
    expect(counted.planBytes).toEqual(plain.planBytes);
    const sparse = await cost('lenet1-emnist --k 1 --n 1 --batch 128 --density 0.1');
    expect(sparse.density).toEqual({ input: 0.1, layers: 0.1 });
    expect(sparse.additions.total).toBeLessThan(plain.additions.total);
    const silent = await cost('lenet1-emnist --k 1 --n 1 --batch 128 --density 0.5,0,0,0,0,0,0');
    expect(silent.additions.perLayer.find(({ layer }) => layer === 'conv3')?.terms.forward).toBe(0);
    const weighted = await cost(
      'lenet1-emnist --k 1 --n 1 --batch 128 --weight macs=1 --weight memory=0 --weight access=0 --weight additions=0 --accuracy-loss 0.02',
    );
    const macs = plain.macs.total / plain.baseline.macs.total;
    expect(weighted.fom.total).toBeCloseTo(0.02 + macs, 12);
    const same = await cost('lenet1-emnist --classifier random --baseline same --batch 128');
    expect(same.baseline.classifier).toBe('random');
    expect(same.access).toEqual(same.baseline.access);
  });

  it('prints the verdicts on what the paper states', async () => {
    const claims: JudgedClaim[] = JSON.parse(await printed('--claims'));
    expect(claims).toEqual(judgeClaims());
    expect(claims[18]).toMatchObject({ number: 19, verdict: 'close' });
    await expect(printed('--claims lenet1-emnist')).rejects.toThrow('allowed is nothing else on the line');
  });

  it('prints CSV whose terms sum to the totals', async () => {
    const report = await cost('lenet1-emnist --k 5 --n 2 --batch 16');
    const lines = (await printed('lenet1-emnist --k 5 --n 2 --batch 16 --csv')).trimEnd().split('\n');
    const [head, ...rows] = lines.map((line) => line.split(','));
    expect(head).toEqual(['run', 'k', 'n', 'quantity', 'origin', 'unit', 'layer', 'block', 'term', 'value']);
    for (const [run, sheet] of [
      ['choice', report],
      ['full BPTT', report.baseline],
    ] as const) {
      for (const key of ['memory', 'planBytes', 'access', 'additions', 'macs'] as const) {
        const own = rows.filter((row) => row[0] === run && row[3] === key);
        expect(own.reduce((sum, row) => sum + Number(row[9]), 0)).toBe(sheet[key].total);
      }
    }
    expect(rows.every((row) => row.length === head.length)).toBe(true);
  });

  it.each([
    ['', 'There is no preset "".'],
    ['lenet1-emnist alexnet-cifar10', '2 presets or sessions were named, one is needed.'],
    ['lenet', 'There is no preset "lenet".'],
    ['lenet1-emnist --k 21', '--k is 21, allowed is 1 to 20.'],
    ['lenet1-emnist --n 0', '--n is 0, allowed is 1 to 4.'],
    ['lenet1-emnist --batch 1.5', '--batch is 1.5, allowed is 1 to 65536.'],
    ['lenet1-emnist --classifier fixed', '--classifier is fixed, allowed is trainable or random.'],
    ['lenet1-emnist --rule pools=true', 'There is no accounting rule named pools.'],
    ['lenet1-emnist --rule bytesPerWeight=0', 'bytesPerWeight is 0, allowed is 1 to 1024.'],
    ['lenet1-emnist --rule countPoolNeurons', '--rule is countPoolNeurons, allowed is name=value.'],
    ['lenet1-emnist --density 1.5', '--density is 1.5, allowed is 0 to 1.'],
    ['lenet1-emnist --density 0.5,0.5', 'There are 1 spike densities, but the network has 6 body entries.'],
    ['lenet1-emnist --weight speed=1', '--weight is speed, allowed is accuracyLoss,'],
    ['lenet1-emnist --baseline none', '--baseline is none, allowed is trainable or same.'],
    ['missing.json', 'The session file missing.json cannot be read (ENOENT).'],
    ['lenet1-emnist --layers 3', "Unknown option '--layers'."],
  ])('refuses %j', async (line, message) => {
    await expect(cost(line)).rejects.toThrow(message);
  });
});
