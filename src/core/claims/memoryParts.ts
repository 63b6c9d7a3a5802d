import { findPreset } from '../presets.ts';
import type { ClaimPart } from './claimTypes.ts';
import { COMPARED, figureGrid, holds, type ModelPart, percentAbove, point } from './modelComparisons.ts';
import { STATED_BEST } from './statedCosts.ts';

/** Claim 14: GPU memory falls linearly with k. */
export const linearMemoryPart: ModelPart = {
  kind: 'model',
  id: 'memory-linear',
  text: 'GPU memory is linear in k (Eqs. 8–10, four networks)',
  judge: (model) => {
    const bent = COMPARED.filter((name) => {
      const { ks, ns } = figureGrid(name);
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
      const { ks, ns } = figureGrid(preset);
      const batch = findPreset(preset).batchSize.value;
      const n = preset.startsWith('lenet') ? 2 : 1;
      return ks.map(
        (k) =>
          -percentAbove(
            model(preset, batch, point(k, n)).memory,
            model(preset, batch, point(k, ns[0])).memory,
          ),
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
