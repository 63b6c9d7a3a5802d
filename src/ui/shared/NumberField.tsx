import { useEffect, useId, useState } from 'react';

interface NumberFieldProps {
  label: string;
  value: number;
  /** Called with what was typed when the field is left or Enter is pressed. @returns Why it was refused, or null. */
  onCommit: (text: string) => string | null;
  step?: number | 'any';
  min?: number;
  max?: number;
  unit?: string;
}

/** A number that is taken over when the field is left: half-typed values never reach the session. */
export function NumberField({ label, value, onCommit, step = 1, min, max, unit }: NumberFieldProps) {
  const [text, setText] = useState(String(value));
  const [refusal, setRefusal] = useState<string | null>(null);
  const id = useId();

  useEffect(() => {
    setText(String(value));
    setRefusal(null);
  }, [value]);

  const commit = () => {
    if (text === String(value)) return;
    setRefusal(onCommit(text));
  };

  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {unit ? `, ${unit}` : ''}
      </label>
      <input
        id={id}
        className="input"
        type="number"
        inputMode="decimal"
        value={text}
        step={step}
        min={min}
        max={max}
        aria-invalid={refusal !== null}
        aria-describedby={refusal ? `${id}-error` : undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
      {refusal && (
        <span id={`${id}-error`} className="field-error" role="alert">
          {refusal}
        </span>
      )}
    </div>
  );
}
