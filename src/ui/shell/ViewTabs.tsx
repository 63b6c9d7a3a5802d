import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { TABS } from '../views.tsx';
import { RunBar } from './RunBar.tsx';
import { useViews } from './ViewContext.tsx';

export const tabId = (view: string) => `tab-${view}`;
export const panelId = (view: string) => `view-${view}`;

/**
 * The views as tabs: arrow keys move, Home and End jump. Beside them the run, wherever its own panel is not in sight: in other
 * views, and on a phone, where the three moves stand one below the other.
 */
export function ViewTabs() {
  const { view, showView } = useViews();
  const list = useRef<HTMLDivElement>(null);
  const width = useElementWidth(list, 0);

  // On a phone the strip scrolls sideways; the chosen tab is always in sight, also after the phone was turned.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the width decides what is in sight.
  useEffect(() => {
    const strip = list.current;
    const chosen = strip?.querySelector<HTMLElement>(`#${tabId(view)}`);
    if (!strip || !chosen) return;
    const { offsetLeft, offsetWidth } = chosen;
    if (offsetLeft < strip.scrollLeft) strip.scrollLeft = offsetLeft;
    else if (offsetLeft + offsetWidth > strip.scrollLeft + strip.clientWidth)
      strip.scrollLeft = offsetLeft + offsetWidth - strip.clientWidth;
  }, [view, width]);

  const onKeyDown = (event: KeyboardEvent) => {
    const at = TABS.findIndex(({ id }) => id === view);
    const last = TABS.length - 1;
    const next: Record<string, number> = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    const { id } = TABS[next[event.key]];
    showView(id);
    list.current?.querySelector<HTMLElement>(`#${tabId(id)}`)?.focus();
  };

  if (TABS.length < 2) return null;
  return (
    <nav className="view-bar" data-view={view} aria-label="Views and the run">
      <div ref={list} className="view-tabs" role="tablist" aria-label="Views" onKeyDown={onKeyDown}>
        {TABS.map(({ id, name }) => (
          <button
            key={id}
            id={tabId(id)}
            type="button"
            role="tab"
            className="view-tab"
            aria-selected={id === view}
            aria-controls={id === view ? panelId(id) : undefined}
            tabIndex={id === view ? 0 : -1}
            onClick={() => showView(id)}
          >
            {name}
          </button>
        ))}
      </div>
      <RunBar />
    </nav>
  );
}
