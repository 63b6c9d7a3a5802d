import { createContext, useContext } from 'react';

/* Apart from the registry, so that panels of the registry can show other views. */

export interface ViewChoice {
  /** Id of the view shown. */
  view: string;
  /** Views that were shown since the page was opened: their code is there and their state is kept. */
  visited: readonly string[];
  /** Shows a view of the registry; an unknown id changes nothing. */
  showView: (id: string) => void;
}

export const ViewContext = createContext<ViewChoice | null>(null);

/** The view shown, and how to show another: "see the raster" is `showView('inside')`. */
export function useViews(): ViewChoice {
  const choice = useContext(ViewContext);
  if (!choice) throw new Error('A component that chooses views stands outside ViewProvider.');
  return choice;
}
