import { type ReactNode, useMemo, useState } from 'react';
import { TABS, TRAIN_VIEW } from '../views.tsx';
import { type ViewChoice, ViewContext } from './viewChoice.ts';

export { useViews } from './viewChoice.ts';

/** Remembered for this tab of the browser: a reload returns to the view, a new visit begins with the three moves. */
const KEY = 'spikelet.view';

const isView = (id: string | null): id is string => TABS.some((tab) => tab.id === id);

function storedView(): string {
  try {
    const id = sessionStorage.getItem(KEY);
    return isView(id) ? id : TRAIN_VIEW;
  } catch {
    // Storage can be switched off; every load then begins with the three moves.
    return TRAIN_VIEW;
  }
}

/** Holds which view is shown. */
export function ViewProvider({ children }: { children: ReactNode }) {
  const [view, setView] = useState(storedView);
  const [visited, setVisited] = useState<readonly string[]>([view]);
  const choice = useMemo<ViewChoice>(
    () => ({
      view,
      visited,
      showView(id) {
        if (!isView(id)) return;
        try {
          sessionStorage.setItem(KEY, id);
        } catch {
          // See above.
        }
        setView(id);
        setVisited((before) => (before.includes(id) ? before : [...before, id]));
      },
    }),
    [view, visited],
  );
  return <ViewContext value={choice}>{children}</ViewContext>;
}
