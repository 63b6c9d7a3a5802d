import { useId } from 'react';
import type { SweepForm, SweepMethod } from '../../session/sweep/sweepForm.ts';
import { NumberField } from '../shared/NumberField.tsx';

interface SweepFieldsProps {
  form: SweepForm;
  onChange: (fields: Partial<SweepForm>) => void;
}

const METHODS: readonly [SweepMethod, string, string][] = [
  ['grid', 'Every point', 'Trains every run to its last epoch.'],
  [
    'halving',
    'Early stopping',
    'Successive halving: points that are behind after few epochs are not trained on. The table says which, and why.',
  ],
  [
    'search',
    'Find (k, n) for me',
    'Trains only what a search for the smallest figure of merit asks for, and says in words what it chose.',
  ],
];

/** A field of the form that is typed. */
interface TextFieldSpec {
  name: 'k' | 'n' | 'seedCount' | 'firstSeed' | 'memoryLimit' | 'firstEpochs' | 'factor' | 'maxPoints';
  label: string;
  /** Several values, separated by commas. */
  isList?: boolean;
  hint?: string;
}

const GRID_FIELDS: readonly TextFieldSpec[] = [
  { name: 'k', label: 'k, truncation intervals', isList: true },
  { name: 'n', label: 'n, block sizes', isList: true },
  { name: 'seedCount', label: 'seeds' },
  { name: 'firstSeed', label: 'first seed' },
  { name: 'memoryLimit', label: 'memory limit, MiB', hint: 'none' },
];

/** What a method asks for beside the grid. */
const METHOD_FIELDS: Record<SweepMethod, readonly TextFieldSpec[]> = {
  grid: [],
  halving: [
    { name: 'firstEpochs', label: 'first cut after epochs' },
    { name: 'factor', label: 'one of so many goes on' },
  ],
  search: [{ name: 'maxPoints', label: 'points to try, at most' }],
};

/** Everything that a sweep's grid and method can be. */
export function SweepFields({ form, onChange }: SweepFieldsProps) {
  return (
    <>
      <div className="sweep-fields">
        <TextFields fields={GRID_FIELDS} form={form} onChange={onChange} />
        <Choices
          legend="classifiers"
          values={form.classifier}
          options={[
            ['trainable', 'trainable'],
            ['random', 'random'],
          ]}
          onChange={(classifier) => onChange({ classifier })}
        />
        <Choices
          legend="update"
          values={form.update}
          options={[
            ['interval', 'per interval'],
            ['sequence', 'per sample'],
          ]}
          onChange={(update) => onChange({ update })}
        />
      </div>
      <fieldset className="sweep-methods">
        <legend className="visually-hidden">Which runs are trained</legend>
        {METHODS.map(([method, name, text]) => (
          <label key={method} className="sweep-method">
            <input
              type="radio"
              name="sweep-method"
              checked={form.method === method}
              onChange={() => onChange({ method })}
            />
            <span>
              <b>{name}</b> <span className="small muted">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {METHOD_FIELDS[form.method].length > 0 && (
        <div className="sweep-fields">
          <TextFields fields={METHOD_FIELDS[form.method]} form={form} onChange={onChange} />
        </div>
      )}
      <WeightFields form={form} onChange={onChange} />
    </>
  );
}

interface TextFieldsProps extends SweepFieldsProps {
  fields: readonly TextFieldSpec[];
}

/** The fields of a list, each with its own value of the form. */
function TextFields({ fields, form, onChange }: TextFieldsProps) {
  const id = useId();
  return fields.map(({ name, label, isList = false, hint }) => (
    <div key={name} className={`field ${isList ? 'sweep-list' : ''}`}>
      <label htmlFor={`${id}${name}`}>{label}</label>
      <input
        id={`${id}${name}`}
        className="input"
        inputMode={isList ? 'text' : 'decimal'}
        autoComplete="off"
        placeholder={hint}
        value={form[name]}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </div>
  ));
}

interface ChoicesProps<Value extends string> {
  legend: string;
  values: Value[];
  options: readonly (readonly [Value, string])[];
  onChange: (values: Value[]) => void;
}

/** One or more of a few names; the last one cannot be taken away. */
function Choices<Value extends string>({ legend, values, options, onChange }: ChoicesProps<Value>) {
  return (
    <fieldset className="sweep-choices">
      <legend>{legend}</legend>
      {options.map(([value, name]) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={values.includes(value)}
            disabled={values.length === 1 && values[0] === value}
            onChange={(event) =>
              onChange(
                options
                  .map(([each]) => each)
                  .filter((each) => (each === value ? event.target.checked : values.includes(each))),
              )
            }
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

const WEIGHT_NAMES = {
  accuracyLoss: 'accuracy loss',
  memory: 'memory',
  access: 'memory access',
  additions: 'additions',
  macs: 'MACs',
} as const;

function WeightFields({ form, onChange }: SweepFieldsProps) {
  const names = Object.entries(WEIGHT_NAMES) as [keyof typeof WEIGHT_NAMES, string][];
  return (
    <details className="sweep-weights">
      <summary className="small">Weights of the figure of merit</summary>
      <div className="sweep-fields">
        {names.map(([key, name]) => (
          <NumberField
            key={key}
            label={name}
            value={form.weights[key]}
            step="any"
            min={0}
            max={1000}
            onCommit={(text) => {
              const value = Number(text);
              if (text.trim() === '' || !(value >= 0 && value <= 1000)) return 'Allowed is 0 to 1000.';
              onChange({ weights: { ...form.weights, [key]: value } });
              return null;
            }}
          />
        ))}
      </div>
    </details>
  );
}
