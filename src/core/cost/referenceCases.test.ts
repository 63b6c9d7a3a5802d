import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { costFigures } from '../costModel.ts';
import type { NetworkSpec } from '../network.ts';
import { PAPER_NEURON } from '../neuron.ts';
import { conv, linear } from '../presets/commonChoices.ts';
import { findPreset, presetNetwork } from '../presets.ts';
import type { CostRules } from './costRules.ts';

interface ReferenceCases {
  batch: number;
  networks: Record<string, { T: number; memoryBatch: number; rows: number[][] }>;
  variants: number[][];
  generated: [
    input: [channels: number, side: number],
    layers: [kind: 'c' | 'p' | 'f', size: number, ...convolution: number[]][],
    classCount: number,
    T: number,
    batch: number,
    rows: number[][],
  ][];
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const GENERATOR = here('./fixtures/referenceCases.py');
const SCRIPT = here('../../../../shared/paper/cost_model.py');
const cases: ReferenceCases = JSON.parse(readFileSync(here('./fixtures/referenceCases.json'), 'utf8'));

/** A network that the generator drew: `['c', out, kernel, padding, stride]`, `['p', 2]`, `['f', out]`. */
function generatedNetwork([[channels, side], layers, classCount]: ReferenceCases['generated'][number]) {
  return {
    input: { kind: 'events', shape: { channels, height: side, width: side } },
    layers: layers.map(([kind, size, kernel, padding, stride]): NetworkSpec['layers'][number] => {
      if (kind === 'c') return { kind: 'conv', out: size, kernel, padding, stride, bias: false };
      if (kind === 'f') return { kind: 'linear', out: size, bias: false };
      return { kind: 'avgPool', kernel: size, stride: size, neuron: 'lif' };
    }),
    classCount,
    classifier: { kind: 'trainable', bias: false },
    neuron: PAPER_NEURON,
  } satisfies NetworkSpec;
}

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

function namedNetwork(name: string): NetworkSpec {
  const base = presetNetwork(findPreset(name.replace('alexnetB', 'alexnet')));
  return name.startsWith('alexnetB') ? alexnetB(base) : base;
}

function withClassifier(network: NetworkSpec, trainable: boolean): NetworkSpec {
  return { ...network, classifier: { ...network.classifier, kind: trainable ? 'trainable' : 'random' } };
}

/** The row that the model gives for the k, n and classifier kind of `row`. */
function modelRow(base: NetworkSpec, T: number, memoryBatch: number, [k, n, trainable]: number[]): number[] {
  const network = withClassifier(base, trainable === 1);
  const run = { schedule: { truncationInterval: k, blockSize: n }, stepCount: T };
  const { access, additions, macs } = costFigures(network, { ...run, batchSize: cases.batch });
  const memory = (['timeOuter', 'blockOuter', 'blockOuterBits'] as const).map(
    (memoryOrder) =>
      costFigures(network, { ...run, batchSize: memoryBatch, rules: { memoryOrder } }).memory.total,
  );
  return [k, n, trainable, access.total, additions.total, macs.total, ...memory];
}

describe('the cost equations against an independent implementation', () => {
  it.each(Object.keys(cases.networks))('are equal to the last digit for %s', (name) => {
    const { T, memoryBatch, rows } = cases.networks[name];
    const network = namedNetwork(name);
    const actual = rows.map((row) => modelRow(network, T, memoryBatch, row));
    expect(rows.length).toBeGreaterThanOrEqual(30);
    expect(actual).toEqual(rows);
  });

  it('are equal for networks drawn at random', () => {
    for (const drawn of cases.generated) {
      const [, layers, , T, batch, rows] = drawn;
      const network = generatedNetwork(drawn);
      expect(
        rows.map((row) => modelRow(network, T, batch, row)),
        JSON.stringify(layers),
      ).toEqual(rows);
    }
    expect(cases.generated.length).toBeGreaterThanOrEqual(40);
    expect(cases.generated.flatMap(([, , , , , rows]) => rows).length).toBeGreaterThan(200);
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
      const access = costFigures(withClassifier(namedNetwork('lenet1-emnist'), trainable === 1), run).access
        .total;
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
