import { useEffect, useState } from 'react';
import { Icon } from '../shared/Icon.tsx';

/** Steps shown per second while it plays. */
const STEPS_PER_SECOND = 6;

interface StepBarProps {
  step: number;
  stepCount: number;
  onStep: (step: number) => void;
}

/** The time step that all pictures show. It plays on demand only. */
export function StepBar({ step, stepCount, onStep }: StepBarProps) {
  const [isPlaying, setIsPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => onStep((step + 1) % stepCount), 1000 / STEPS_PER_SECOND);
    return () => clearTimeout(timer);
  }, [isPlaying, step, stepCount, onStep]);
  const go = (next: number) => {
    setIsPlaying(false);
    onStep(Math.max(0, Math.min(stepCount - 1, next)));
  };
  return (
    <div className="step-bar">
      <button
        type="button"
        className="button icon"
        aria-label={isPlaying ? 'Stop the steps' : 'Play the steps'}
        onClick={() => setIsPlaying(!isPlaying)}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <input
        type="range"
        aria-label="Time step"
        min={0}
        max={stepCount - 1}
        step={1}
        value={step}
        aria-valuetext={`step ${step + 1} of ${stepCount}`}
        onChange={(event) => go(Number(event.target.value))}
      />
      <span className="small numbers step-text">
        step <b>{step + 1}</b> of {stepCount}
      </span>
    </div>
  );
}
