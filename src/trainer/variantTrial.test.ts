import { describe, expect, it } from 'vitest';
import type { ForwardVariant } from '../core/plan/forwardVariants.ts';
import { decide } from './variantTrial.ts';

const times = (entries: [ForwardVariant, number][]) => new Map([['conv1', new Map(entries)]]);
const standard = { conv1: 'wordSparse' as const };

describe('the choice from measured times', () => {
  it('takes what is clearly faster, and says by how much', () => {
    const trial = decide(
      times([
        ['wordSparse', 4],
        ['eventDriven', 6],
        ['dense', 2],
      ]),
      standard,
    );
    expect(trial.choice).toEqual({ conv1: 'dense' });
    expect(trial.ratios.conv1).toEqual({ wordSparse: 2, eventDriven: 3, dense: 1 });
  });

  it('keeps the standard where the difference may be noise', () => {
    const trial = decide(
      times([
        ['eventDriven', 3.9],
        ['wordSparse', 4],
      ]),
      standard,
    );
    expect(trial.choice).toEqual({ conv1: 'wordSparse' });
  });

  it('chooses nothing where nothing was measured', () => {
    expect(decide(new Map(), standard)).toEqual({ choice: {}, ratios: {} });
  });
});
