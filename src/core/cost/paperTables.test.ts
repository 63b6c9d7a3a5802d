import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { costFigures } from '../costModel.ts';
import { findPreset, type PresetName, presetNetwork } from '../presets.ts';
import { costBlocks } from './costLayers.ts';
import { DEFAULT_DENSITY, DEFAULT_RULES } from './costRules.ts';

// The layer tables of the reconstruction of the paper's networks, row by row: weights |W_n|, neurons |U_n| / B, products
// M_n / B, and the weights W_c of a local classifier that sits there.

type Row = [weights: number, neurons: number, positions: number, classifierWeights: number];

const LENET1: Row[] = [
  [150, 4704, 117_600, 55_272],
  [2400, 1600, 240_000, 18_800],
  [48_000, 120, 48_000, 5640],
  [10_080, 84, 10_080, 3948],
];
const LENET2: Row[] = [
  [3200, 230_400, 11_520_000, 633_600],
  [204_800, 86_528, 138_444_800, 237_952],
  [409_600, 10_368, 33_177_600, 114_048],
  [2_654_208, 256, 2_654_208, 2816],
];
const ALEXNET: Row[] = [
  [3456, 131_072, 3_538_944, 327_680],
  [442_368, 98_304, 113_246_208, 245_760],
  [1_327_104, 24_576, 84_934_656, 245_760],
  [1_327_104, 24_576, 84_934_656, 245_760],
  [884_736, 16_384, 56_623_104, 163_840],
  [294_912, 8192, 18_874_368, 81_920],
  [16_777_216, 2048, 16_777_216, 20_480],
  [2_097_152, 1024, 2_097_152, 10_240],
];

/** One row per body layer: with n = 1 every layer is a block with a classifier of its own. */
function tableOf(name: PresetName): Row[] {
  const network = presetNetwork(findPreset(name));
  return costBlocks(network, 1, DEFAULT_RULES, DEFAULT_DENSITY).map(({ layers: [layer], classifier }) => [
    layer.weights,
    layer.neurons,
    layer.positions,
    classifier.weights,
  ]);
}

describe('layer tables of the networks', () => {
  it.each([
    ['lenet1-emnist', LENET1],
    ['lenet2-dvsgesture', LENET2],
    ['alexnet-cifar10', ALEXNET],
  ] as const)('%s', (name, rows) => {
    expect(tableOf(name)).toEqual(rows);
  });

  it('alexnet-cifar10dvs differs in its first layer only: two input channels instead of three', () => {
    const [first, ...rest] = tableOf('alexnet-cifar10dvs');
    expect(first).toEqual([2304, 131_072, 2_359_296, 327_680]);
    expect(rest).toEqual(ALEXNET.slice(1));
  });

  const METHOD = fileURLToPath(new URL('../../../../shared/paper/METHOD.md', import.meta.url));
  it.skipIf(!existsSync(METHOD))('are those of the text (needs ../shared/paper)', () => {
    const text = readFileSync(METHOD, 'utf8');
    const section = (number: string) => {
      const from = text.indexOf(`### ${number} `);
      return text.slice(from, text.indexOf('\n### ', from + 5));
    };
    const digits = (cell: string) => Number(cell.replaceAll(' ', ''));
    for (const [number, name, kinds] of [
      ['5.1', 'lenet1-emnist', 4],
      ['5.2', 'lenet2-dvsgesture', 4],
      ['5.3', 'alexnet-cifar10', 8],
    ] as const) {
      const rows = section(number)
        .split('\n')
        .filter((line) => /^\| (conv|fc) /.test(line))
        .map((line) => line.split('|').map((cell) => cell.trim()));
      expect(rows).toHaveLength(kinds);
      for (const [index, [, , , weights, neurons, , classifier]] of rows.entries()) {
        const [ownWeights, ownNeurons, , ownClassifier] = tableOf(name)[index];
        // "3 456 (DVS 2 304)": the number in front.
        expect(digits(weights.split('(')[0]), `${number} row ${index}`).toBe(ownWeights);
        expect(digits(neurons), `${number} row ${index}`).toBe(ownNeurons);
        expect(digits(classifier), `${number} row ${index}`).toBe(ownClassifier);
      }
    }
  });

  it('give AlexNet’s MACs against BP: 0.851 (n = 4), 0.582 (n = 2), 0.0036 (n = 1)', () => {
    const macs = (blockSize: number) =>
      costFigures(presetNetwork(findPreset('alexnet-cifar10')), {
        schedule: { truncationInterval: 1, blockSize },
        stepCount: 10,
        batchSize: 128,
      }).macs.total;
    expect([4, 2].map((n) => (macs(n) / macs(8)).toFixed(3))).toEqual(['0.851', '0.582']);
    expect((macs(1) / macs(8)).toFixed(4)).toBe('0.0036');
  });
});
