import { type ReactNode, useEffect, useId, useState } from 'react';

interface TypedFieldProps {
  label: ReactNode;
  /** The value in use, as text. */
  value: string;
  /** Called with every change of the text. @returns Why it was refused, or null. */
  onType: (text: string) => string | null;
  placeholder?: string;
}

/**
 * A number that is taken over as it is typed. A text that is refused stays in the field, with the reason and the value
 * that stays in use, until it is corrected or the field is left.
 */
export function TypedField({ label, value, onType, placeholder }: TypedFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const id = useId();

  // A value that changed elsewhere (undo, a preset) outdates what stands in the field.
  useEffect(() => {
    setDraft((text) => (text !== null && sameNumber(text, value) ? text : null));
    setRefusal(null);
  }, [value]);

  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        inputMode="decimal"
        autoComplete="off"
        placeholder={placeholder}
        value={draft ?? value}
        aria-invalid={refusal !== null}
        aria-describedby={refusal ? `${id}-error` : undefined}
        onChange={(event) => {
          setDraft(event.target.value);
          setRefusal(onType(event.target.value));
        }}
        onBlur={() => {
          setDraft(null);
          setRefusal(null);
        }}
      />
      {refusal && (
        <span id={`${id}-error`} className="field-error" role="alert">
          {refusal} {value === '' ? '' : `${value} stays in use.`}
        </span>
      )}
    </div>
  );
}

/** `5.` and `05` mean 5: they may stand while someone types on. */
function sameNumber(text: string, value: string): boolean {
  return text.trim() === value || (text.trim() !== '' && Number(text) === Number(value));
}
