import { MEMORY_BUDGET_LIMITS } from '../../session/settingsActions.ts';

const KEY = 'spikelet.memoryBudget';

/** The memory budget of this device that was chosen on an earlier visit, bytes; null when there is none. */
export function storedMemoryBudget(): number | null {
  try {
    const bytes = Number(localStorage.getItem(KEY));
    const { low, high } = MEMORY_BUDGET_LIMITS;
    return Number.isInteger(bytes) && bytes >= low && bytes <= high ? bytes : null;
  } catch {
    // Storage can be switched off; the budget then lasts as long as the page.
    return null;
  }
}

/** Remembers the budget on this device; null forgets it. */
export function storeMemoryBudget(bytes: number | null): void {
  try {
    if (bytes === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, String(bytes));
  } catch {
    // See above.
  }
}
