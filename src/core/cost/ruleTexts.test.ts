import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from './costRules.ts';
import { allowedValues, RULE_TEXTS, withRule } from './ruleTexts.ts';

describe('the texts of the accounting rules', () => {
  it('name every rule once, in order, each with a sentence', () => {
    expect(RULE_TEXTS.map(({ name }) => name)).toEqual(Object.keys(DEFAULT_RULES));
    for (const { label, explanation } of RULE_TEXTS) {
      expect(label.length).toBeGreaterThan(5);
      expect(explanation).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('read their own defaults back', () => {
    for (const [name, value] of Object.entries(DEFAULT_RULES))
      expect(withRule(DEFAULT_RULES, name, String(value))).toEqual(DEFAULT_RULES);
  });

  it('set one rule and leave the others', () => {
    expect(withRule(DEFAULT_RULES, 'randomClassifierEndReads', '0')).toEqual({
      ...DEFAULT_RULES,
      randomClassifierEndReads: 0,
    });
    expect(withRule(DEFAULT_RULES, 'countPoolNeurons', 'true').countPoolNeurons).toBe(true);
    expect(withRule(DEFAULT_RULES, 'bytesPerNeuronStep', '24').bytesPerNeuronStep).toBe(24);
  });

  it.each([
    ['countPoolNeurons', 'yes', 'true, false'],
    ['temporalAdditionsSkippedAtEnd', '3', '0, 1, 2'],
    ['memoryOrder', '', 'timeOuter, blockOuter, blockOuterBits'],
    ['bytesPerWeight', '1.5', '1 to 1024'],
    ['bytesPerWeight', '', '1 to 1024'],
    ['bytesPerWeight', '1025', '1 to 1024'],
  ])('refuse %s = %j and say what is allowed', (name, text, allowed) => {
    expect(() => withRule(DEFAULT_RULES, name, text)).toThrow(`allowed is ${allowed}.`);
    const rule = RULE_TEXTS.find((each) => each.name === name);
    expect(allowedValues(rule!.values)).toBe(allowed);
  });
});
