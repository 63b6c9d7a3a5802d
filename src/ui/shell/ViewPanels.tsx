import { Activity, type ReactNode } from 'react';
import { LazyPart } from '../shared/LazyPart.tsx';
import { TABS, TRAIN_VIEW, VIEWS } from '../views.tsx';
import { useViews } from './ViewContext.tsx';
import { panelId, tabId } from './ViewTabs.tsx';

/**
 * The views that were visited; one is visible. The others keep their state (a half-filled field, a scroll position),
 * but cost nothing: their effects and subscriptions are undone while they are hidden.
 * @param train The three moves.
 */
export function ViewPanels({ train }: { train: ReactNode }) {
  const { view, visited } = useViews();
  if (TABS.length < 2) return train;
  return TABS.filter(({ id }) => visited.includes(id)).map(({ id }) => (
    <Activity key={id} mode={id === view ? 'visible' : 'hidden'}>
      <div id={panelId(id)} role="tabpanel" aria-labelledby={tabId(id)}>
        {id === TRAIN_VIEW ? train : <Parts view={id} />}
      </div>
    </Activity>
  ));
}

function Parts({ view }: { view: string }) {
  const parts = VIEWS.find(({ id }) => id === view)?.parts ?? [];
  return (
    <div className="view-parts">
      {parts.map(({ name, load }) => (
        <LazyPart key={name} name={name} load={load} />
      ))}
    </div>
  );
}
