import { PAPER_NEURON } from '../neuron.ts';
import { findPreset, type PresetName } from '../presets.ts';
import type { ClaimPart } from './claimTypes.ts';
import { type CostModel, judgeStatedCost, type ModelTotals } from './costChecks.ts';
import { type GridPoint, STATED_BEST, STATED_COSTS } from './statedCosts.ts';
import type { PartOutcome } from './verdicts.ts';

type ModelPart = Extract<ClaimPart, { kind: 'model' }>;

const point = (k: number, n: number, classifier: GridPoint['classifier'] = 'trainable'): GridPoint => ({
  k,
  n,
  classifier,
});

/** The stated differences of cost that belong to a claim. */
export function statedParts(claim: number): ModelPart[] {
  return STATED_COSTS.filter((stated) => stated.claim === claim).map((stated) => ({
    kind: 'model',
    id: stated.id,
    text: stated.text,
    judge: (model) => judgeStatedCost(stated, model),
  }));
}

function holds(isTrue: boolean, stated: string, found: string, explanation: string): PartOutcome {
  return { verdict: isTrue ? 'exact' : 'contradicted', stated, found, explanation };
}

const COMPARED: readonly PresetName[] = STATED_BEST.map(({ preset }) => preset);
/** Batch of the paper's access and operation figures. */
const B = 128;

const gridOf = (name: PresetName) => {
  const preset = findPreset(name);
  return { ks: preset.truncationIntervals.value, ns: preset.blockSizes.value };
};

/** Largest k and n: full BPTT. */
const full = (name: PresetName) => point(gridOf(name).ks[0], gridOf(name).ns[0]);

const percent = (value: number, base: number) => 100 * (value / base - 1);
const signed = (value: number) => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)} %`;

/** Claim 2: the presets hold the grids that the text names. */
export const gridsPart: ModelPart = {
  kind: 'model',
  id: 'grids',
  text: 'The grids of k and n',
  judge: () => {
    const stated: Record<string, [number[], number[]]> = {
      'lenet1-emnist': [
        [20, 10, 5, 2, 1],
        [4, 2, 1],
      ],
      'alexnet-cifar10': [
        [10, 5, 2, 1],
        [8, 4, 2, 1],
      ],
      'lenet2-dvsgesture': [
        [60, 30, 20, 10, 5, 1],
        [4, 2, 1],
      ],
      'alexnet-cifar10dvs': [
        [100, 50, 20, 10, 1],
        [8, 4, 2, 1],
      ],
    };
    const differing = COMPARED.filter(
      (name) => JSON.stringify(stated[name]) !== JSON.stringify([gridOf(name).ks, gridOf(name).ns]),
    );
    return holds(
      differing.length === 0,
      'k and n of four data sets',
      differing.length === 0 ? 'the presets have them' : `other grids in ${differing.join(', ')}`,
      'A setting, not a finding: sweeps and figures here run over these values.',
    );
  },
};

/** Claim 8: what is left of a gradient after ten steps. */
export const temporalFactorPart: ModelPart = {
  kind: 'model',
  id: 'temporal-factor',
  text: 'Range of the temporal factor after 10 steps (beta 0.8, theta 0.3)',
  judge: () => {
    const { beta, theta, surrogateWidth } = PAPER_NEURON;
    const high = beta ** 10;
    const low = (beta - theta / surrogateWidth) ** 10;
    return holds(
      low.toExponential(0) === '6e-6' && high.toFixed(1) === '0.1',
      '6e-6 to 0.1',
      `${low.toExponential(2)} to ${high.toFixed(3)}`,
      'The surrogate’s width a = 0.6 was inferred from this very range, so agreement shows only that it was read rightly.',
    );
  },
};

/** Claim 14: GPU memory falls linearly with k. */
export const linearMemoryPart: ModelPart = {
  kind: 'model',
  id: 'memory-linear',
  text: 'GPU memory is linear in k (Eqs. 8–10, four networks)',
  judge: (model) => {
    const bent = COMPARED.filter((name) => {
      const { ks, ns } = gridOf(name);
      const batch = findPreset(name).batchSize.value;
      return ns.some((n) => {
        const at = (k: number) => model(name, batch, point(k, n)).memory;
        const step = at(2) - at(1);
        return step <= 0 || ks.some((k) => at(k) !== at(1) + (k - 1) * step);
      });
    });
    return holds(
      bent.length === 0,
      'linear',
      bent.length === 0 ? 'exactly linear' : `not linear for ${bent.join(', ')}`,
      'The formula is linear by construction. This program’s own plan is nearly so, with two bits per neuron and step: docs/memory.md.',
    );
  },
};

/** Claim 14: the saving grows as k shrinks. */
export const growingSavingPart: ModelPart = {
  kind: 'model',
  id: 'memory-saving-grows',
  text: 'The share of memory that local blocks save grows as k shrinks (Eqs. 8–10)',
  judge: (model) => {
    const savings = STATED_BEST.map(({ preset }) => {
      const { ks, ns } = gridOf(preset);
      const batch = findPreset(preset).batchSize.value;
      const n = preset.startsWith('lenet') ? 2 : 1;
      return ks.map(
        (k) =>
          -percent(model(preset, batch, point(k, n)).memory, model(preset, batch, point(k, ns[0])).memory),
      );
    });
    const grows = savings.every((each) => each.every((value, i) => i === 0 || value > each[i - 1]));
    const ends = savings.map((each) => `${each[0].toFixed(1)} to ${each[each.length - 1].toFixed(1)} %`);
    return holds(
      grows,
      'grows on four data sets',
      grows ? `grows: ${ends.join('; ')}` : `does not grow everywhere: ${ends.join('; ')}`,
      'The direction is the formula’s; the stated sizes of the savings are PyTorch’s and stand below.',
    );
  },
};

/** Claims 14 and 15: statements about measured bytes that are no percentages of single settings. */
export const smallerBlocksPart: ClaimPart = {
  kind: 'none',
  id: 'memory-smaller-n',
  text: 'Going from n = 2 to n = 1 adds little',
  stated: 'minor change',
  reason:
    'It is about bytes measured in PyTorch. What smaller blocks change in this program stands in docs/memory.md, for every (k, n).',
};

export const randomMemoryPart: ClaimPart = {
  kind: 'none',
  id: 'memory-random',
  text: 'Random classifiers change GPU memory by less than 2 %',
  stated: 'under 2 %',
  reason:
    'It is about bytes measured in PyTorch; the paper’s formula does not tell the two kinds of classifier apart at all.',
};

/** Claim 16: trainable classifiers cost access at large k, random ones never. */
export const accessOrderParts: readonly ModelPart[] = [
  {
    kind: 'model',
    id: 'access-trainable-large-k',
    text: 'EMNIST, trainable classifiers: local blocks need more access than BP at large k',
    judge: (model) => {
      const changes = [2, 1].map((n) =>
        percent(
          accessAt(model, 'lenet1-emnist', point(20, n)),
          accessAt(model, 'lenet1-emnist', point(20, 4)),
        ),
      );
      return holds(
        changes.every((change) => change > 0),
        'more than BP',
        `k = 20: LBP2 ${signed(changes[0])}, LBP1 ${signed(changes[1])}`,
        'The classifiers’ weights are read and written besides those of the network.',
      );
    },
  },
  {
    kind: 'model',
    id: 'access-random-all-k',
    text: 'EMNIST, random classifiers: less access than BP at every k',
    judge: (model) => {
      const changes = gridOf('lenet1-emnist').ks.flatMap((k) =>
        [2, 1].map((n) =>
          percent(
            accessAt(model, 'lenet1-emnist', point(k, n, 'random')),
            accessAt(model, 'lenet1-emnist', point(k, 4)),
          ),
        ),
      );
      return holds(
        changes.every((change) => change < 0),
        'less than BP',
        `between ${signed(Math.min(...changes))} and ${signed(Math.max(...changes))}`,
        'It takes the rule that a random classifier’s weights are drawn again instead of being read, which was fitted to it.',
      );
    },
  },
];

/** Claim 17: on CIFAR10 local blocks need less access than BP at every k. */
export const alexnetAccessPart: ModelPart = {
  kind: 'model',
  id: 'access-alexnet-all-k',
  text: 'CIFAR10: local blocks need less access than BP at every k',
  judge: (model) => {
    const changes = gridOf('alexnet-cifar10').ks.flatMap((k) =>
      [4, 2, 1].map((n) =>
        percent(
          accessAt(model, 'alexnet-cifar10', point(k, n)),
          accessAt(model, 'alexnet-cifar10', point(k, 8)),
        ),
      ),
    );
    return holds(
      changes.every((change) => change < 0),
      'less than BP',
      `between ${signed(Math.min(...changes))} and ${signed(Math.max(...changes))}`,
      'The network is one of many that fit the stated numbers.',
    );
  },
};

/** Claim 19: MACs know neither k nor the classifier kind. */
export const macsConstantPart: ModelPart = {
  kind: 'model',
  id: 'macs-independent',
  text: 'MACs depend neither on k nor on the kind of classifier (four networks)',
  judge: (model) => {
    const varying = COMPARED.filter((name) => {
      const { ks, ns } = gridOf(name);
      return ns.some((n) => {
        const values = ks.flatMap((k) =>
          (['trainable', 'random'] as const).map((kind) => model(name, B, point(k, n, kind)).macs),
        );
        return new Set(values).size !== 1;
      });
    });
    return holds(
      varying.length === 0,
      'independent',
      varying.length === 0 ? 'exactly the same' : `varies for ${varying.join(', ')}`,
      'Eq. 17 counts the propagation of errors down the layers, which happens once per step.',
    );
  },
};

function accessAt(model: CostModel, name: PresetName, at: GridPoint): number {
  return model(name, B, at).access;
}

/** {preset: what its stated best (k, n) saves of one cost, in percent}. */
function savingsOfBest(model: CostModel, kind: keyof ModelTotals): number[] {
  return STATED_BEST.map(({ preset, k, n }) => {
    const batch = kind === 'memory' ? findPreset(preset).batchSize.value : B;
    return -percent(model(preset, batch, point(k, n))[kind], model(preset, batch, full(preset))[kind]);
  });
}

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
