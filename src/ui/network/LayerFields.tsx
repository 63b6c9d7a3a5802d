import { useId } from 'react';
import type { LayerSpec } from '../../core/network.ts';
import type { NeuronParameters } from '../../core/neuron.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { TypedField } from '../shared/TypedField.tsx';
import { type LayerField, layerFields, NEURON_FIELDS, readNumber } from './layerFields.ts';

interface LayerFieldsProps {
  name: string;
  spec: LayerSpec;
  /** @param label What changed, for the undo button. @returns Why it was refused, or null. */
  onChange: (change: Record<string, unknown>, label: string) => string | null;
}

/** Every field of one layer; values are taken over as they are typed. */
export function LayerFields({ name, spec, onChange }: LayerFieldsProps) {
  const values = spec as unknown as Record<string, unknown>;
  return (
    <div className="layer-fields">
      {layerFields(spec).map((field) => (
        <Field
          key={field.key}
          field={field}
          owner={name}
          value={values[field.key]}
          onChange={(value) =>
            // No dropout and no batch norm are the absence of the field, as in sessions that never had one.
            onChange(
              { [field.key]: field.key !== 'bias' && !value && isOptional(field.key) ? undefined : value },
              `${field.label} of ${name}`,
            )
          }
        />
      ))}
      {(spec.kind === 'conv' || spec.kind === 'linear') && (
        <OwnNeuron
          name={name}
          own={spec.neuron ?? {}}
          onChange={(neuron, label) =>
            onChange({ neuron: Object.keys(neuron).length > 0 ? neuron : undefined }, label)
          }
        />
      )}
    </div>
  );
}

function isOptional(key: string): boolean {
  return key === 'batchNorm' || key === 'dropout';
}

interface FieldProps {
  field: LayerField;
  owner: string;
  value: unknown;
  onChange: (value: unknown) => string | null;
}

function Field({ field, owner, value, onChange }: FieldProps) {
  const id = useId();
  if (field.type === 'number') {
    return (
      <TypedField
        label={field.label}
        value={String(value ?? 0)}
        onType={(text) => {
          const read = readNumber(field, owner, text);
          return 'refusal' in read ? read.refusal : onChange(read.value);
        }}
      />
    );
  }
  if (field.type === 'flag') {
    return (
      <label className="check-field">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        {field.label}
      </label>
    );
  }
  return (
    <div className="field">
      <label htmlFor={id}>{field.label}</label>
      <select
        id={id}
        className="select"
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
      >
        {Object.entries(field.options).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface OwnNeuronProps {
  name: string;
  own: Partial<NeuronParameters>;
  onChange: (own: Partial<NeuronParameters>, label: string) => string | null;
}

/** Constants of this layer's neurons where they differ from the network's; an empty field takes the network's. */
function OwnNeuron({ name, own, onChange }: OwnNeuronProps) {
  const shared = useSession((state) => state.settings.neuron);
  const count = Object.keys(own).length;

  const change = (key: string, label: string, value: unknown) => {
    const { [key as keyof NeuronParameters]: _before, ...rest } = own;
    return onChange(value === undefined ? rest : { ...rest, [key]: value }, `${label} of ${name}`);
  };

  return (
    <details className="own-neuron">
      <summary className="small">
        Neuron constants of its own: {count === 0 ? 'none' : Object.keys(own).join(', ')}
      </summary>
      <div className="layer-fields">
        {NEURON_FIELDS.map((field) => {
          const key = field.key as keyof NeuronParameters;
          const value = own[key];
          if (field.type === 'choice') {
            const options = {
              '': `the network’s (${field.options[String(shared[key])]})`,
              ...field.options,
            };
            return (
              <Field
                key={key}
                field={{ ...field, options }}
                owner={name}
                value={value ?? ''}
                onChange={(text) =>
                  change(
                    key,
                    field.label,
                    text === '' ? undefined : key === 'detachReset' ? text === 'true' : text,
                  )
                }
              />
            );
          }
          return (
            <TypedField
              key={key}
              label={field.label}
              value={value === undefined ? '' : String(value)}
              placeholder={String(shared[key])}
              onType={(text) => {
                if (text.trim() === '') return change(key, field.label, undefined);
                const read = readNumber(field, name, text);
                return 'refusal' in read ? read.refusal : change(key, field.label, read.value);
              }}
            />
          );
        })}
      </div>
    </details>
  );
}
