import { useEffect, useId, useState } from 'react';

interface ScheduleStepperProps {
  symbol: 'k' | 'n';
  label: string;
  value: number;
  high: number;
  /** Name of the largest value: T or L. */
  highName: string;
  onChange: (value: number) => void;
}

/** k or n as a number with a smaller and a larger button. */
export function ScheduleStepper({ symbol, label, value, high, highName, onChange }: ScheduleStepperProps) {
  const [text, setText] = useState(String(value));
  const id = useId();
  useEffect(() => setText(String(value)), [value]);

  const commit = () => {
    const number = Number(text);
    if (Number.isFinite(number) && text.trim() !== '')
      onChange(Math.min(high, Math.max(1, Math.round(number))));
    setText(String(value));
  };

  return (
    <div className={`stepper stepper-${symbol}`}>
      <label htmlFor={id}>
        <b>{symbol}</b> <span className="stepper-label">{label}</span>
      </label>
      <div className="stepper-row">
        <button
          type="button"
          aria-label={`Smaller ${symbol}`}
          disabled={value <= 1}
          onClick={() => onChange(value - 1)}
        >
          −
        </button>
        <input
          id={id}
          inputMode="numeric"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit();
            if (event.key === 'ArrowUp') onChange(Math.min(high, value + 1));
            if (event.key === 'ArrowDown') onChange(Math.max(1, value - 1));
          }}
        />
        <button
          type="button"
          aria-label={`Larger ${symbol}`}
          disabled={value >= high}
          onClick={() => onChange(value + 1)}
        >
          +
        </button>
        <span className="stepper-high numbers">
          of {highName} = {high}
        </span>
      </div>
    </div>
  );
}
