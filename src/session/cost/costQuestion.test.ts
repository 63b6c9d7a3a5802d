import { describe, expect, it } from 'vitest';
import { DEFAULT_COST_OPTIONS } from '../../core/cost/costReport.ts';
import { findPreset, presetConfig } from '../../core/presets.ts';
import { defaultSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import {
  answerCost,
  type CostQuestion,
  isAnsweredBy,
  questionConfig,
  startingChoice,
} from './costQuestion.ts';

const session = defaultSession();
const ask = (fields: Partial<CostQuestion> = {}): CostQuestion => ({
  preset: null,
  session,
  ...startingChoice(fields.preset ?? null, session),
  ...fields,
});

describe('a question of the cost panel', () => {
  it('starts with the session’s own choice, or a preset’s best one', () => {
    expect(startingChoice(null, session)).toEqual({
      truncationInterval: 5,
      blockSize: 2,
      stepCount: 20,
      batchSize: 32,
      classifier: 'trainable',
    });
    const preset = findPreset('lenet2-dvsgesture');
    expect(startingChoice(preset.name, session)).toMatchObject({
      ...preset.bestSchedule.value,
      stepCount: 60,
      batchSize: 32,
    });
  });

  it('is of the preset’s network whatever the session trains', () => {
    const { network } = questionConfig(ask({ preset: 'alexnet-cifar10', classifier: 'random' }));
    const expected = presetConfig(findPreset('alexnet-cifar10'), 0).network;
    expect(network).toEqual({ ...expected, classifier: { ...expected.classifier, kind: 'random' } });
  });

  it('is answered by a run with the same bytes only', () => {
    expect(isAnsweredBy(ask(), session)).toBe(true);
    expect(isAnsweredBy(ask(), applySetting(session, 'lr', 0.5))).toBe(true);
    for (const [field, value] of [
      ['k', 4],
      ['n', 1],
      ['batch', 31],
      ['T', 19],
      ['classifier', 'random'],
      ['optimizer', 'adam'],
      ['layers', '6C5-84FC'],
    ] as const)
      expect(isAnsweredBy(ask(), applySetting(session, field, value)), field).toBe(false);
    expect(isAnsweredBy(ask({ preset: 'lenet1-emnist' }), session)).toBe(false);
  });

  it('is answered with the measured bytes beside the planned and the modelled ones', () => {
    const report = answerCost(ask(), DEFAULT_COST_OPTIONS, 123);
    expect([report.preset, report.measuredBytes]).toEqual([null, 123]);
    expect(report.planBytes.total).not.toBe(report.memory.total);
    expect(() => answerCost(ask({ truncationInterval: 21 }), DEFAULT_COST_OPTIONS, null)).toThrow('k is 21');
  });
});
