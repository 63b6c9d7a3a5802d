import { PAPER_NEURON } from '../neuron.ts';
import type { PresetName } from '../presets.ts';
import type { CostModel } from './costChecks.ts';
import {
  COMPARED,
  figureGrid,
  holds,
  type ModelPart,
  PAPER_BATCH,
  percentAbove,
  point,
  signedPercent,
} from './modelComparisons.ts';
import type { GridPoint } from './statedCosts.ts';

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
      (name) => JSON.stringify(stated[name]) !== JSON.stringify([figureGrid(name).ks, figureGrid(name).ns]),
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

/** Claim 16: trainable classifiers cost access at large k, random ones never. */
export const accessOrderParts: readonly ModelPart[] = [
  {
    kind: 'model',
    id: 'access-trainable-large-k',
    text: 'EMNIST, trainable classifiers: local blocks need more access than BP at large k',
    judge: (model) => {
      const changes = [2, 1].map((n) =>
        percentAbove(
          accessAt(model, 'lenet1-emnist', point(20, n)),
          accessAt(model, 'lenet1-emnist', point(20, 4)),
        ),
      );
      return holds(
        changes.every((change) => change > 0),
        'more than BP',
        `k = 20: LBP2 ${signedPercent(changes[0])}, LBP1 ${signedPercent(changes[1])}`,
        'The classifiers’ weights are read and written besides those of the network.',
      );
    },
  },
  {
    kind: 'model',
    id: 'access-random-all-k',
    text: 'EMNIST, random classifiers: less access than BP at every k',
    judge: (model) => {
      const changes = figureGrid('lenet1-emnist').ks.flatMap((k) =>
        [2, 1].map((n) =>
          percentAbove(
            accessAt(model, 'lenet1-emnist', point(k, n, 'random')),
            accessAt(model, 'lenet1-emnist', point(k, 4)),
          ),
        ),
      );
      return holds(
        changes.every((change) => change < 0),
        'less than BP',
        `between ${signedPercent(Math.min(...changes))} and ${signedPercent(Math.max(...changes))}`,
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
    const changes = figureGrid('alexnet-cifar10').ks.flatMap((k) =>
      [4, 2, 1].map((n) =>
        percentAbove(
          accessAt(model, 'alexnet-cifar10', point(k, n)),
          accessAt(model, 'alexnet-cifar10', point(k, 8)),
        ),
      ),
    );
    return holds(
      changes.every((change) => change < 0),
      'less than BP',
      `between ${signedPercent(Math.min(...changes))} and ${signedPercent(Math.max(...changes))}`,
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
      const { ks, ns } = figureGrid(name);
      return ns.some((n) => {
        const values = ks.flatMap((k) =>
          (['trainable', 'random'] as const).map((kind) => model(name, PAPER_BATCH, point(k, n, kind)).macs),
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
  return model(name, PAPER_BATCH, at).access;
}
