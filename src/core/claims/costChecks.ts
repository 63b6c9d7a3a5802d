import { costFigures } from '../costModel.ts';
import { findPreset, type PresetName, presetNetwork } from '../presets.ts';
import type { GridPoint, StatedCost } from './statedCosts.ts';
import type { PartOutcome, Verdict } from './verdicts.ts';

/** Totals of one batch iteration: bytes, words, operations, operations. */
export interface ModelTotals {
  memory: number;
  access: number;
  additions: number;
  macs: number;
}

/** Costs of a preset's network at one point; the paper's equations, or a falsified model in tests. */
export type CostModel = (preset: PresetName, batchSize: number, point: GridPoint) => ModelTotals;

/** Eqs. 8-17 with the default rules. */
export const paperModel: CostModel = (name, batchSize, { k, n, classifier }) => {
  const preset = findPreset(name);
  const network = presetNetwork(preset);
  const { memory, access, additions, macs } = costFigures(
    { ...network, classifier: { ...network.classifier, kind: classifier } },
    {
      schedule: { truncationInterval: k, blockSize: n },
      stepCount: preset.stepCount.value,
      batchSize,
    },
  );
  return {
    memory: memory.total,
    access: access.total,
    additions: additions.total,
    macs: macs.total,
  };
};

/** How near a model's percentage must be to `about` and `up to` numbers, which are read off curves. */
const ABOUT_POINTS = 2;
/** How near it must be to a number that is stated as it is, where it does not round to it. */
const NEAR_POINTS = 0.05;

/** A stated difference of cost, and what the model gives for it. */
export interface CostCheck {
  /** Percent, positive in the stated direction. */
  computed: number;
  agreement: Extract<Verdict, 'exact' | 'close' | 'contradicted'>;
}

function agreementOf({ stating, percent, digits }: StatedCost, computed: number): CostCheck['agreement'] {
  const gap = Math.abs(computed - percent);
  // Half a unit of the last printed digit, and what adding in floating point can cost.
  const rounds = gap <= 0.5 * 10 ** -digits + 1e-9;
  switch (stating) {
    case 'over':
      return computed > percent ? 'exact' : 'contradicted';
    case 'under':
      return computed >= 0 && computed < percent ? 'exact' : 'contradicted';
    case 'is':
      return rounds ? 'exact' : gap <= NEAR_POINTS ? 'close' : 'contradicted';
    case 'about':
    case 'upTo':
      return rounds ? 'exact' : gap <= ABOUT_POINTS ? 'close' : 'contradicted';
  }
}

/** What the model gives for a stated difference: the largest of its pairs. */
export function checkStatedCost(stated: StatedCost, model: CostModel): CostCheck {
  const key = stated.quantity === 'gpuMemory' ? 'memory' : stated.quantity;
  const differences = stated.pairs.map(({ at, against }) => {
    const here = model(stated.preset, stated.batchSize, at)[key];
    const base = model(stated.preset, stated.batchSize, against)[key];
    return (stated.isMore ? 1 : -1) * 100 * (here / base - 1);
  });
  const computed = Math.max(...differences);
  return { computed, agreement: agreementOf(stated, computed) };
}

const STATING_WORDS: Record<StatedCost['stating'], string> = {
  is: '',
  about: 'about ',
  upTo: 'up to ',
  over: 'over ',
  under: 'under ',
};

/** The stated number for people: "about 55 %". */
export function statedText({ stating, percent, digits }: StatedCost): string {
  return `${STATING_WORDS[stating]}${percent.toFixed(digits)} %`;
}

const FITTED =
  'The network or a rule of counting was chosen because it gives this number, so agreement shows that the equations can give it, no more.';
const FREE = 'The network has LeNet-5’s own sizes; only its number of classes was chosen to fit.';
const PYTORCH =
  'The stated number was measured in PyTorch, whose allocations include workspaces that Eqs. 8–10 leave out: they cannot give it, and it cannot be measured here.';

/** A stated difference of cost as part of a claim. */
export function judgeStatedCost(stated: StatedCost, model: CostModel): PartOutcome {
  const { computed, agreement } = checkStatedCost(stated, model);
  const found = `${computed.toFixed(Math.max(2, stated.digits))} %`;
  if (stated.quantity === 'gpuMemory') {
    return {
      verdict: 'notTestable',
      stated: statedText(stated),
      found: `the paper’s formula gives ${found}`,
      explanation: PYTORCH,
    };
  }
  const gap = Math.abs(computed - stated.percent).toFixed(2);
  const limits = stated.stating === 'over' || stated.stating === 'under';
  const sentences = {
    exact: limits ? 'The limit holds.' : 'It rounds to the stated number.',
    close: `${gap} points beside the stated number.`,
    contradicted: `${gap} points beside the stated number, which is more than its wording allows.`,
  };
  return {
    verdict: agreement,
    stated: statedText(stated),
    found,
    explanation: `${sentences[agreement]} ${stated.isFitted ? FITTED : FREE}`,
  };
}
