import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  baselineFigures,
  COST_KINDS,
  type CostFigures,
  type CostRules,
  costFigures,
  figureOfMerit,
  reductionPercent,
} from '../costModel.ts';
import { bodyLayerCount, type ClassifierKind, inferShapes } from '../network.ts';
import { findPreset, type PresetName, presetNetwork } from '../presets.ts';
import { DEFAULT_RULES } from './costRules.ts';

const document = readFileSync(fileURLToPath(new URL('../../../docs/cost-model.md', import.meta.url)), 'utf8');

type Figures = (k: number, n: number) => CostFigures;

/** Figures of a preset at batch 128, the batch of the paper's access and addition figures. */
function at(name: PresetName, kind: ClassifierKind = 'trainable', rules: Partial<CostRules> = {}): Figures {
  const preset = findPreset(name);
  const network = { ...presetNetwork(preset), classifier: { kind, bias: false } };
  const stepCount = preset.stepCount.value;
  return (truncationInterval, blockSize) =>
    costFigures(network, { schedule: { truncationInterval, blockSize }, stepCount, batchSize: 128, rules });
}

const access = (figures: CostFigures) => figures.access.total;
const additions = (figures: CostFigures) => figures.additions.total;
const macs = (figures: CostFigures) => figures.macs.total;

function row(...cells: (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Section of stated numbers: [statement, stated, the model's number and digits]. */
function statedRows(): string[] {
  const emnist = at('lenet1-emnist');
  const emnistRandom = at('lenet1-emnist', 'random');
  const gesture = at('lenet2-dvsgesture');
  const cifar = at('alexnet-cifar10');
  const cifarRandom = at('alexnet-cifar10', 'random');
  const dvs = at('alexnet-cifar10dvs');
  const less = (pick: (figures: CostFigures) => number, a: CostFigures, b: CostFigures, digits: number) =>
    reductionPercent(pick(a), pick(b)).toFixed(digits);
  const more = (pick: (figures: CostFigures) => number, a: CostFigures, b: CostFigures, digits: number) =>
    (-reductionPercent(pick(a), pick(b))).toFixed(digits);
  return [
    row('EMNIST: MACs of n = 1 below n = 4', '72', less(macs, emnist(1, 1), emnist(1, 4), 2)),
    row(
      'EMNIST: access of k = 1 below k = 20, n = 1',
      'about 55',
      less(access, emnist(1, 1), emnist(20, 1), 1),
    ),
    row(
      'EMNIST: the same with random classifiers',
      'about 55',
      less(access, emnistRandom(1, 1), emnistRandom(20, 1), 1),
    ),
    row(
      'EMNIST: access of n = 1 below n = 4, k = 1',
      'about 23',
      less(access, emnist(1, 1), emnist(1, 4), 1),
    ),
    row('EMNIST: the same with random classifiers', '29', less(access, emnistRandom(1, 1), emnist(1, 4), 1)),
    row('EMNIST: access of (1, 2) below BPTT', 'over 40', less(access, emnist(1, 2), emnist(20, 4), 1)),
    row(
      'EMNIST: additions of n = 1 above n = 4, k = 1',
      'up to 32',
      more(additions, emnist(1, 1), emnist(1, 4), 1),
    ),
    row('EMNIST: the same, k = 20', 'up to 32', more(additions, emnist(20, 1), emnist(20, 4), 1)),
    row(
      'EMNIST: the same with random classifiers, k = 20',
      '16',
      more(additions, emnistRandom(20, 1), emnistRandom(20, 4), 1),
    ),
    row(
      'EMNIST: additions of k = 1 below k = 20, n = 4',
      'under 5',
      less(additions, emnist(1, 4), emnist(20, 4), 2),
    ),
    row('DvsGesture: MACs of n = 1 below n = 4', '99', less(macs, gesture(1, 1), gesture(1, 4), 2)),
    row(
      'DvsGesture: additions of n = 1 above n = 4',
      '1',
      more(additions, gesture(60, 1), gesture(60, 4), 2),
    ),
    row(
      'DvsGesture: additions of k = 1 below k = 60',
      'under 0.7',
      less(additions, gesture(1, 4), gesture(60, 4), 2),
    ),
    row(
      'CIFAR10: access of k = 1 below k = 10, n = 1',
      'about 50',
      less(access, cifar(1, 1), cifar(10, 1), 1),
    ),
    row('CIFAR10: access of n = 1 below n = 8, k = 1', 'up to 31', less(access, cifar(1, 1), cifar(1, 8), 1)),
    row(
      'CIFAR10: the same with random classifiers',
      'up to 33',
      less(access, cifarRandom(1, 1), cifar(1, 8), 1),
    ),
    row('CIFAR10: access of (1, 1) below BPTT', 'over 40', less(access, cifar(1, 1), cifar(10, 8), 1)),
    row('CIFAR10-DVS: MACs of n = 1 below n = 8', '99.64', less(macs, dvs(1, 1), dvs(1, 8), 3)),
    row('CIFAR10-DVS: access of (10, 1) below BPTT', '10.79', less(access, dvs(10, 1), dvs(100, 8), 2)),
    row('CIFAR10-DVS: additions of n = 1 above n = 8', '0.66', more(additions, dvs(100, 1), dvs(100, 8), 2)),
    row('CIFAR10-DVS: additions of k = 1 below k = 100', '0.3', less(additions, dvs(1, 8), dvs(100, 8), 2)),
  ];
}

/** What each fitted rule does to LeNet-1 / EMNIST. */
function ruleRows(): string[] {
  const percent = (text: string, rules: Partial<CostRules>) => {
    const trained = at('lenet1-emnist', 'trainable', rules);
    const random = at('lenet1-emnist', 'random', rules);
    return row(
      text,
      reductionPercent(access(trained(1, 1)), access(trained(20, 1))).toFixed(1),
      reductionPercent(access(trained(1, 1)), access(trained(1, 4))).toFixed(1),
      reductionPercent(access(random(1, 1)), access(trained(1, 4))).toFixed(1),
      (-reductionPercent(additions(trained(20, 1)), additions(trained(20, 4)))).toFixed(1),
    );
  };
  return [
    percent('defaults', {}),
    percent('`gammaWrittenAtFirstStep`', { gammaWrittenAtFirstStep: true }),
    percent('`randomClassifierEndReads: 0`', { randomClassifierEndReads: 0 }),
    percent('`countPoolNeurons`', { countPoolNeurons: true }),
    percent("`weightGradientAdditions: 'perPosition'`", { weightGradientAdditions: 'perPosition' }),
  ];
}

/** Every preset at its own batch: size, then cost relative to full BPTT. */
function presetRows(): string[] {
  const choices: [PresetName, number, number][] = [
    ['lenet1-emnist', 1, 2],
    ['lenet2-dvsgesture', 10, 1],
    ['alexnet-cifar10', 1, 1],
    ['alexnet-cifar10dvs', 10, 1],
    ['vgg11-ncaltech101', 10, 5],
    ['resnet18-esimagenet', 4, 4],
  ];
  return choices.map(([name, truncationInterval, blockSize]) => {
    const preset = findPreset(name);
    const network = presetNetwork(preset);
    const shapes = inferShapes(network).filter((shape) => shape.bodyLayers > 0);
    const run = {
      schedule: { truncationInterval, blockSize },
      stepCount: preset.stepCount.value,
      batchSize: preset.batchSize.value,
    };
    const figures = costFigures(network, run);
    const baseline = baselineFigures(network, run);
    const memoryMiB = Math.round(baseline.memory.total / 2 ** 20);
    return row(
      `\`${name}\``,
      shapes.reduce((sum, shape) => sum + shape.weightCount, 0).toLocaleString('en'),
      shapes.reduce((sum, shape) => sum + shape.neuronCount, 0).toLocaleString('en'),
      `(${run.stepCount}, ${bodyLayerCount(network)})`,
      memoryMiB.toLocaleString('en'),
      `(${truncationInterval}, ${blockSize})`,
      ...COST_KINDS.map((kind) => ((100 * figures[kind].total) / baseline[kind].total).toFixed(1)),
      figureOfMerit(figures, baseline).total.toFixed(3),
    );
  });
}

describe('docs/cost-model.md', () => {
  it.each([
    ['what the paper states', statedRows()],
    ['what the rules do', ruleRows()],
    ['the presets', presetRows()],
  ])('shows the numbers that the code computes: %s', (_name, rows) => {
    const missing = rows.filter((line) => !document.includes(`${line}\n`));
    expect(missing.join('\n')).toBe('');
  });

  it('explains every rule by name, with its default', () => {
    for (const [name, value] of Object.entries(DEFAULT_RULES))
      expect(document).toContain(`| \`${name}\` | \`${value}\` |`);
  });
});
