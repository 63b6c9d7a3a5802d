import { AppError } from '../errors.ts';
import { type CostRules, DEFAULT_RULES } from './costRules.ts';

/** What values a rule can have. Numbers are whole. */
export type RuleValues =
  | { kind: 'flag' }
  | { kind: 'choice'; values: readonly (string | number)[] }
  | { kind: 'number'; low: number; high: number; unit: string };

/** One accounting rule for people: its name in commands, a label, one sentence, and what it can be. */
export interface RuleText {
  name: keyof CostRules;
  label: string;
  /** Why the rule is open, and what it does; one or two sentences. */
  explanation: string;
  values: RuleValues;
}

const flag = { kind: 'flag' } as const;
const choice = (...values: (string | number)[]) => ({ kind: 'choice', values }) as const;

/** Every rule of {@link CostRules}, in the order of {@link DEFAULT_RULES}. */
export const RULE_TEXTS: readonly RuleText[] = [
  {
    name: 'countPoolNeurons',
    label: 'Count the neurons of pools',
    explanation:
      'The paper’s text gives every pool a LIF layer, its stated costs fit networks whose pools have none.',
    values: flag,
  },
  {
    name: 'gammaWrittenAtFirstStep',
    label: 'Write gamma at an interval’s first step',
    explanation:
      'Eq. 13 writes gamma at every step, but nothing reads that of the first one; written there, the stated savings cannot be reached.',
    values: flag,
  },
  {
    name: 'gammaWrittenAtLastStep',
    label: 'Write gamma at an interval’s last step',
    explanation: 'The gamma of the last step is read one step earlier, so it is written.',
    values: flag,
  },
  {
    name: 'randomClassifierForwardReads',
    label: 'Reads of a random classifier’s weights per forward step',
    explanation: 'Weights that are never trained can be drawn again instead of being read.',
    values: choice(0, 1),
  },
  {
    name: 'randomClassifierEndReads',
    label: 'Reads of a random classifier’s weights per interval',
    explanation: 'Eq. 14 as printed still reads them once, at the interval’s last step.',
    values: choice(0, 1),
  },
  {
    name: 'temporalAdditionsSkippedAtEnd',
    label: 'Temporal additions that vanish at an interval’s last step',
    explanation: 'There is no later gamma to add there, so both additions per neuron of Eq. 16 vanish.',
    values: choice(0, 1, 2),
  },
  {
    name: 'weightGradientAdditions',
    label: 'Additions of a kernel’s gradient',
    explanation:
      'Eq. 16 as printed counts one per weight and sample; a kernel weight really collects from every position.',
    values: choice('perWeight', 'perPosition'),
  },
  {
    name: 'memoryOrder',
    label: 'Order of work that the memory formula is for',
    explanation:
      'Eq. 10 steps all blocks together (timeOuter); blockOuter frees each block before the next; blockOuterBits keeps two bits per neuron and step.',
    values: choice('timeOuter', 'blockOuter', 'blockOuterBits'),
  },
  {
    name: 'bytesPerNeuronStep',
    label: 'Bytes of f32 history per neuron and step',
    explanation:
      'Membrane, spike, dropout output and one saved operand; an estimate, the paper gives no bytes.',
    values: { kind: 'number', low: 1, high: 1024, unit: 'bytes' },
  },
  {
    name: 'bytesPerWeight',
    label: 'Bytes per weight',
    explanation: 'Weight, gradient and momentum in f32.',
    values: { kind: 'number', low: 1, high: 1024, unit: 'bytes' },
  },
  {
    name: 'workspaceBytes',
    label: 'Workspace of the framework',
    explanation: 'C of Eq. 8; the paper gives no value.',
    values: { kind: 'number', low: 0, high: 2 ** 40, unit: 'bytes' },
  },
];

/** What a rule allows, for messages: "true, false", "0, 1", "1 to 1024". */
export function allowedValues(values: RuleValues): string {
  if (values.kind === 'flag') return 'true, false';
  if (values.kind === 'choice') return values.values.join(', ');
  return `${values.low} to ${values.high}`;
}

function readValue(values: RuleValues, text: string): CostRules[keyof CostRules] | undefined {
  if (values.kind === 'flag') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (values.kind === 'choice')
    return values.values.find((value) => String(value) === text) as CostRules[keyof CostRules] | undefined;
  const number = Number(text);
  const inRange = Number.isInteger(number) && number >= values.low && number <= values.high;
  return text.trim() !== '' && inRange ? number : undefined;
}

/**
 * The rules with one of them set from text, as a command or a form field gives it.
 * @throws AppError `cost-rule-invalid` for an unknown name or a value that the rule does not allow.
 */
export function withRule(rules: CostRules, name: string, text: string): CostRules {
  const rule = RULE_TEXTS.find((each) => each.name === name);
  if (!rule) {
    throw new AppError(
      'cost-rule-invalid',
      `There is no accounting rule named ${name}.`,
      `The rules are ${Object.keys(DEFAULT_RULES).join(', ')}.`,
    );
  }
  const value = readValue(rule.values, text);
  if (value === undefined) {
    throw new AppError(
      'cost-rule-invalid',
      `${name} is ${text || 'empty'}, allowed is ${allowedValues(rule.values)}.`,
      'Leave the rule out for its default.',
    );
  }
  return { ...rules, [name]: value };
}
