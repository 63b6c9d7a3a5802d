import { useId } from 'react';
import { DEFAULT_RULES } from '../../core/cost/costRules.ts';
import { RULE_TEXTS, type RuleText, withRule } from '../../core/cost/ruleTexts.ts';
import { toErrorData } from '../../core/errors.ts';
import { NumberField } from '../shared/NumberField.tsx';
import type { CostForm } from './useCostForm.ts';

/** Every accounting rule with its default and one sentence. */
export function RuleFields({ form }: { form: CostForm }) {
  const { options, setOptions } = form;
  const { rules } = options;
  const changed = RULE_TEXTS.filter(({ name }) => rules[name] !== DEFAULT_RULES[name]).length;
  const change = (name: string, text: string): string | null => {
    try {
      setOptions({ ...options, rules: withRule(rules, name, text) });
      return null;
    } catch (error) {
      return toErrorData(error).message;
    }
  };
  return (
    <>
      <p className="small muted">
        Defaults are the choices that reproduce the numbers which the paper states; they were fitted to those
        numbers.
      </p>
      <ul className="cost-rules">
        {RULE_TEXTS.map((rule) => (
          <li key={rule.name}>
            <RuleField rule={rule} value={rules[rule.name]} onChange={(text) => change(rule.name, text)} />
            <p className="small muted">
              {rule.explanation} Default: <code>{String(DEFAULT_RULES[rule.name])}</code>.
            </p>
          </li>
        ))}
      </ul>
      <div className="cost-density-fields">
        <BaselineField form={form} />
        <button
          type="button"
          className="button small"
          disabled={changed === 0}
          onClick={() => setOptions({ ...options, rules: DEFAULT_RULES })}
        >
          All defaults
        </button>
      </div>
    </>
  );
}

interface RuleFieldProps {
  rule: RuleText;
  value: boolean | number | string;
  onChange: (text: string) => string | null;
}

function RuleField({ rule, value, onChange }: RuleFieldProps) {
  const id = useId();
  const { label, values } = rule;
  if (values.kind === 'number') {
    return (
      <NumberField
        label={label}
        value={value as number}
        min={values.low}
        max={values.high}
        unit={values.unit}
        onCommit={onChange}
      />
    );
  }
  const choices = values.kind === 'flag' ? ['false', 'true'] : values.values.map(String);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="select"
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {values.kind === 'flag' ? (choice === 'true' ? 'yes' : 'no') : choice}
          </option>
        ))}
      </select>
    </div>
  );
}

function BaselineField({ form }: { form: CostForm }) {
  const { options, setOptions } = form;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>classifiers of full BPTT, which costs are compared with</label>
      <select
        id={id}
        className="select"
        value={options.baselineClassifier}
        onChange={(event) =>
          setOptions({
            ...options,
            baselineClassifier: event.target.value === 'same' ? 'same' : 'trainable',
          })
        }
      >
        <option value="trainable">trainable (fits the stated access percentages)</option>
        <option value="same">the same kind (fits the stated addition percentages)</option>
      </select>
    </div>
  );
}
