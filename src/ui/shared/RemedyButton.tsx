import type { ErrorData } from '../../core/errors.ts';
import { useActions } from './sessionContext.tsx';

/** Sets what an error names as its cure: "Set k = 4, n = 1, batch = 16". Nothing where the error names none. */
export function RemedyButton({ problem, onDone }: { problem: ErrorData; onDone?: () => void }) {
  const { changeSettings } = useActions();
  const { remedy } = problem;
  if (!remedy) return null;
  const text = Object.entries(remedy)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
  return (
    <button
      type="button"
      className="button small"
      onClick={() => {
        if (changeSettings(remedy, 'remedy') === null) onDone?.();
      }}
    >
      Set {text}
    </button>
  );
}
