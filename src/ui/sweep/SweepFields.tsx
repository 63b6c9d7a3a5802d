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

/** Everything that a sweep's grid and method can be. */
export function SweepFields({ form, onChange }: SweepFieldsProps) {
  return (
    <>
      <div className="sweep-fields">
        <Field label="k, truncation intervals" value={form.k} onChange={(k) => onChange({ k })} />
        <Field label="n, block sizes" value={form.n} onChange={(n) => onChange({ n })} />
        <Field
          label="seeds"
          value={form.seedCount}
          isNumber
          onChange={(seedCount) => onChange({ seedCount })}
        />
        <Field
          label="first seed"
          value={form.firstSeed}
          isNumber
          onChange={(firstSeed) => onChange({ firstSeed })}
        />
        <Field
          label="memory limit, MiB"
          value={form.memoryLimit}
          isNumber
          hint="none"
          onChange={(memoryLimit) => onChange({ memoryLimit })}
        />
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
      {form.method === 'halving' && (
        <div className="sweep-fields">
          <Field
            label="first cut after epochs"
            value={form.firstEpochs}
            isNumber
            onChange={(firstEpochs) => onChange({ firstEpochs })}
          />
          <Field
            label="one of so many goes on"
            value={form.factor}
            isNumber
            onChange={(factor) => onChange({ factor })}
          />
        </div>
      )}
      {form.method === 'search' && (
        <div className="sweep-fields">
          <Field
            label="points to try, at most"
            value={form.maxPoints}
            isNumber
            onChange={(maxPoints) => onChange({ maxPoints })}
          />
        </div>
      )}
      <WeightFields form={form} onChange={onChange} />
    </>
  );
}

interface FieldProps {
  label: string;
  value: string;
  isNumber?: boolean;
  hint?: string;
  onChange: (text: string) => void;
}

function Field({ label, value, isNumber = false, hint, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className={`field ${isNumber ? '' : 'sweep-list'}`}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        inputMode={isNumber ? 'decimal' : 'text'}
        autoComplete="off"
        placeholder={hint}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
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
