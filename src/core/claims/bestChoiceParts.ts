import { findPreset, type PresetName } from '../presets.ts';
import type { CostModel, ModelTotals } from './costChecks.ts';
import { figureGrid, holds, type ModelPart, PAPER_BATCH, percentAbove, point } from './modelComparisons.ts';
import { STATED_BEST } from './statedCosts.ts';

/** {preset: what its stated best (k, n) saves of one cost, in percent}. */
function savingsOfBest(model: CostModel, kind: keyof ModelTotals): number[] {
  return STATED_BEST.map(({ preset, k, n }) => {
    const batch = kind === 'memory' ? findPreset(preset).batchSize.value : PAPER_BATCH;
    return -percentAbove(
      model(preset, batch, point(k, n))[kind],
      model(preset, batch, fullBptt(preset))[kind],
    );
  });
}

const fullBptt = (name: PresetName) => point(figureGrid(name).ks[0], figureGrid(name).ns[0]);

const listed = (values: number[]) => values.map((value, i) => `${NAMES[i]} ${value.toFixed(1)} %`).join(', ');
const NAMES = ['EMNIST', 'DvsGesture', 'CIFAR10', 'CIFAR10-DVS'];

/** Claim 21: what the four best choices save. */
export const bestChoiceParts: readonly ModelPart[] = [
  {
    kind: 'model',
    id: 'best-memory',
    text: 'The best choices save over 80 % of GPU memory in most cases',
    judge: (model) => {
      const savings = savingsOfBest(model, 'memory');
      return {
        verdict: 'notTestable',
        stated: 'over 80 % in most cases',
        found: `the paper’s formula gives ${listed(savings)}`,
        explanation:
          'The statement is about bytes measured in PyTorch; the formula agrees with it, but is no measurement.',
      };
    },
  },
  {
    kind: 'model',
    id: 'best-macs',
    text: 'The best choices save over 99 % of the MACs in most cases',
    judge: (model) => {
      const savings = savingsOfBest(model, 'macs');
      return holds(
        savings.filter((saving) => saving > 99).length >= 3,
        'over 99 % in most cases',
        listed(savings),
        'All but EMNIST, whose best choice has blocks of two layers.',
      );
    },
  },
  {
    kind: 'model',
    id: 'best-access',
    text: 'The best choices save over 40 % of the access on two data sets',
    judge: (model) => {
      const savings = savingsOfBest(model, 'access');
      return holds(
        savings.filter((saving) => saving > 40).length === 2,
        'over 40 % on two',
        listed(savings),
        'The two with k = 1.',
      );
    },
  },
  {
    kind: 'model',
    id: 'best-additions',
    text: 'The overhead in additions of the best choices is negligible',
    judge: (model) => {
      const more = savingsOfBest(model, 'additions').map((saving) => -saving);
      return holds(
        more.every((each) => each < 5),
        'negligible',
        listed(more.map((each) => Math.max(0, each))),
        'Read as below 5 %; the text gives no number. On EMNIST it is the largest.',
      );
    },
  },
];
