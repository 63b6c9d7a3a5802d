import { useEffect, useId, useRef, useState } from 'react';
import { FieldLabel } from './FieldLabel.tsx';
import type { TermId } from './terms.ts';

interface NumberFieldProps {
  label: string;
  value: number;
  /** Called with what was typed when the field is left or Enter is pressed. @returns Why it was refused, or null. */
  onCommit: (text: string) => string | null;
  step?: number | 'any';
  min?: number;
  max?: number;
  unit?: string;
  /** Takes a number over while it is typed, after a short pause, and at once from the arrows. */
  isLive?: boolean;
  /** Explains the word beside the label. */
  term?: TermId;
}

/** Long enough for the next digit. */
const PAUSE_MS = 400;

/** A number that is taken over when the field is left: half-typed values never reach the session. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, onCommit, step = 1, min, max, unit, isLive = false, term } = props;
  const [text, setText] = useState(String(value));
  const [refusal, setRefusal] = useState<string | null>(null);
  const id = useId();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    setText(String(value));
    setRefusal(null);
  }, [value]);

  const commit = (typed = text) => {
    clearTimeout(timer.current);
    if (typed === String(value)) return;
    setRefusal(onCommit(typed));
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <div className="field">
      <FieldLabel htmlFor={id} term={term}>
        {label}
        {unit ? `, ${unit}` : ''}
      </FieldLabel>
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
        onChange={({ target, nativeEvent }) => {
          setText(target.value);
          if (!isLive) return;
          clearTimeout(timer.current);
          // Only typed text says how it came in; the arrows do not.
          const isTyped = nativeEvent instanceof InputEvent && nativeEvent.inputType !== '';
          timer.current = setTimeout(() => commit(target.value), isTyped ? PAUSE_MS : 0);
        }}
        onBlur={() => commit()}
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
