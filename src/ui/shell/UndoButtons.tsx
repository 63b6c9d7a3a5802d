import { Icon } from '../shared/Icon.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';

/** Takes settings back and forth; the keys are in `useUndoKeys`. */
export function UndoButtons() {
  const undoLabel = useSession((state) => state.undoSteps[state.undoSteps.length - 1]?.label ?? null);
  const redoLabel = useSession((state) => state.redoSteps[state.redoSteps.length - 1]?.label ?? null);
  const { undo, redo } = useActions();
  return (
    <>
      <HistoryButton name="Undo" keys="Ctrl+Z" label={undoLabel} icon="undo" onClick={() => undo()} />
      <HistoryButton name="Redo" keys="Ctrl+Shift+Z" label={redoLabel} icon="redo" onClick={redo} />
    </>
  );
}

interface HistoryButtonProps {
  name: string;
  keys: string;
  /** The change it is about; null = there is none. */
  label: string | null;
  icon: 'undo' | 'redo';
  onClick: () => void;
}

function HistoryButton({ name, keys, label, icon, onClick }: HistoryButtonProps) {
  const text = label === null ? `${name} a change of the settings` : `${name}: ${label}`;
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-label={text}
      title={`${text} (${keys})`}
      disabled={label === null}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
