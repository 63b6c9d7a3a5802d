import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { costFigures } from '../costModel.ts';
import type { NetworkSpec } from '../network.ts';
import { conv, linear } from '../presets/commonChoices.ts';
import { findPreset, presetNetwork } from '../presets.ts';
import type { CostRules } from './costRules.ts';

interface ReferenceCases {
  batch: number;
  networks: Record<string, { T: number; memoryBatch: number; rows: number[][] }>;
  variants: number[][];
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const GENERATOR = here('./fixtures/referenceCases.py');
const SCRIPT = here('../../../../shared/paper/cost_model.py');
const cases: ReferenceCases = JSON.parse(readFileSync(here('./fixtures/referenceCases.json'), 'utf8'));

/** AlexNet with other channels and pools; in the fixture, but no preset. */
function alexnetB(base: NetworkSpec): NetworkSpec {
  const pool = base.layers[1];
  const body = (out: number) => conv(out, 3, 1);
  return {
    ...base,
    layers: [
      ...[body(96), body(256), pool, body(384), pool, body(384), body(384), body(256)],
      ...[linear(2048), linear(1024)],
    ],
  };
}

function networkOf(name: string, trainable: boolean): NetworkSpec {
  const base = presetNetwork(findPreset(name.replace('alexnetB', 'alexnet')));
  const network = name.startsWith('alexnetB') ? alexnetB(base) : base;
  return { ...network, classifier: { ...network.classifier, kind: trainable ? 'trainable' : 'random' } };
}

describe('the cost equations against an independent implementation', () => {
  it.each(Object.keys(cases.networks))('are equal to the last digit for %s', (name) => {
    const { T, memoryBatch, rows } = cases.networks[name];
    const actual = rows.map(([k, n, trainable]) => {
      const network = networkOf(name, trainable === 1);
      const run = { schedule: { truncationInterval: k, blockSize: n }, stepCount: T };
      const figures = costFigures(network, { ...run, batchSize: cases.batch });
      const memory = (['timeOuter', 'blockOuter', 'blockOuterBits'] as const).map(
        (memoryOrder) =>
          costFigures(network, { ...run, batchSize: memoryBatch, rules: { memoryOrder } }).memory.total,
      );
      const { access, additions, macs } = figures;
      return [k, n, trainable, access.total, additions.total, macs.total, ...memory];
    });
    expect(rows.length).toBeGreaterThanOrEqual(30);
    expect(actual).toEqual(rows);
  });

  it('are equal for every combination of access rules and for counted pool neurons', () => {
    const actual = cases.variants.map(([k, n, trainable, first, last, forward, end, pools]) => {
      const rules: Partial<CostRules> = {
        gammaWrittenAtFirstStep: first === 1,
        gammaWrittenAtLastStep: last === 1,
        randomClassifierForwardReads: forward === 1 ? 1 : 0,
        randomClassifierEndReads: end === 1 ? 1 : 0,
        countPoolNeurons: pools === 1,
      };
      const schedule = { truncationInterval: k, blockSize: n };
      const run = { schedule, stepCount: 20, batchSize: cases.batch, rules };
      const access = costFigures(networkOf('lenet1-emnist', trainable === 1), run).access.total;
      return [k, n, trainable, first, last, forward, end, pools, access];
    });
    expect(cases.variants.length).toBeGreaterThan(400);
    expect(actual).toEqual(cases.variants);
  });

  const canRun = existsSync(SCRIPT) && spawnSync('python3', ['--version']).status === 0;
  it.skipIf(!canRun)(
    'have a fixture that its generator still writes (needs ../shared/paper and python3)',
    () => {
      const live = execFileSync('python3', [GENERATOR, SCRIPT], { encoding: 'utf8' });
      expect(JSON.parse(live)).toEqual(cases);
    },
  );
});
