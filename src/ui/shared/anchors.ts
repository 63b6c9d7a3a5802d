import { createStore } from 'zustand/vanilla';

/**
 * Places of the page that texts point at: an explanation shows the real thing, the lesson marks the real control. Every
 * entry is looked up by its selector in e2e/app/lesson.spec.ts, so that none can go out of date. `upTo` is the last part that
 * must be in sight; default: all of the place.
 */
export const ANCHORS = {
  data: { view: 'train', selector: '.panel-data .set-cards', name: 'the built-in recordings' },
  recording: {
    view: 'train',
    selector: '.panel-data .player',
    upTo: '.player-controls',
    name: 'the recording',
  },
  frames: { view: 'train', selector: '.panel-data .encoding', name: 'the frames' },
  k: { view: 'train', selector: '.stepper-k, .grid-box', name: 'k and the intervals' },
  n: { view: 'train', selector: '.stepper-n, .grid-box', name: 'n and the blocks' },
  grid: { view: 'train', selector: '.grid-box', name: 'the unrolled network' },
  forecast: { view: 'train', selector: '.forecast', name: 'the forecast' },
  transport: { view: 'train', selector: '.panel-train .transport', name: 'Train' },
  accuracy: { view: 'train', selector: '.panel-train .figures', name: 'the figures' },
  settings: { view: 'train', selector: '.panel-settings', name: 'the settings' },
  charts: { view: 'charts', selector: '.panel', name: 'the charts' },
  cost: { view: 'cost', selector: '.panel', name: 'the costs' },
} as const satisfies Record<string, { view: string; selector: string; upTo?: string; name: string }>;

export type AnchorId = keyof typeof ANCHORS;

/** The place that was asked for last, while it is marked. */
export const shownPlace = createStore<{ anchor: AnchorId | null }>(() => ({ anchor: null }));

/** How long a place stays marked that was asked for, milliseconds. */
const SHOWN_MS = 4000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Marks a place for a while, in the view that is shown: `Spotlight` follows. */
export function markPlace(anchor: AnchorId): void {
  clearTimeout(timer);
  shownPlace.setState({ anchor });
  timer = setTimeout(() => shownPlace.setState({ anchor: null }), SHOWN_MS);
}
