import { useEffect } from 'react';
import { useActions } from '../shared/sessionContext.tsx';

/** Inputs that undo their own text. */
const OWN_UNDO =
  'input:not([type="range"], [type="checkbox"], [type="radio"], [type="file"]), textarea, [contenteditable]';

/** What a key press asks for; null where the field that has the focus undoes its own text. */
export function undoKey(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
  return key === 'y' && !event.shiftKey ? 'redo' : null;
}

/** Ctrl+Z takes the newest change of a setting back; Ctrl+Shift+Z and Ctrl+Y make it again. Command on a Mac. */
export function useUndoKeys(): void {
  const { undo, redo } = useActions();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const what = undoKey(event);
      if (!what || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(OWN_UNDO)) return;
      event.preventDefault();
      if (what === 'undo') undo();
      else redo();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [undo, redo]);
}
