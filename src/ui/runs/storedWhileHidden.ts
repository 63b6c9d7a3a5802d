import { isWhileHidden, type WhileHidden } from '../../session/runs/hiddenTab.ts';

const KEY = 'spikelet.whileHidden';

/** What the visitor chose on this device; to go on training, where nothing was chosen. */
export function storedWhileHidden(): WhileHidden {
  try {
    const stored = localStorage.getItem(KEY);
    return isWhileHidden(stored) ? stored : 'train';
  } catch {
    return 'train';
  }
}

export function storeWhileHidden(choice: WhileHidden): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage can be switched off; the choice then holds until the page is closed.
  }
}
