import type { ComponentType } from 'react';

/** One panel of a view; its code is fetched when the view is first shown. */
export interface ViewPart {
  /** What is loading, for people: "Loading the spike raster". */
  name: string;
  load: () => Promise<{ default: ComponentType }>;
}

/** One tab of the page. */
export interface View {
  id: string;
  /** The tab's text. */
  name: string;
  /** Panels, top to bottom. Each renders its own `<section className="panel" aria-labelledby=...>`. */
  parts: readonly ViewPart[];
}

/**
 * The views beside "Train" (the three moves: data, (k, n), train), in the order of their tabs.
 *
 * To add a panel, add a line to the `parts` of its view; to add a view, add an entry. A view without parts has no tab.
 * `load` must be written here, once: `() => import('./folder/Panel.tsx')` with a default export. Style sheets are
 * imported by the panel. A panel that is not shown keeps its state, but its effects are undone until it is shown again.
 */
export const VIEWS: readonly View[] = [
  {
    id: 'charts',
    name: 'Charts',
    parts: [{ name: 'charts', load: () => import('./charts/ChartsPanel.tsx') }],
  },
  {
    id: 'recording',
    name: 'Recording',
    parts: [{ name: 'player', load: () => import('./player/PlayerPanel.tsx') }],
  },
  {
    id: 'inside',
    name: 'Inside',
    parts: [
      { name: 'sample inspector', load: () => import('./inside/InsidePanel.tsx') },
      { name: 'doctor', load: () => import('./doctor/DoctorPanel.tsx') },
      { name: 'first-layer filters', load: () => import('./inside/FiltersPanel.tsx') },
      { name: 'confusion matrix', load: () => import('./inside/ConfusionPanel.tsx') },
    ],
  },
  {
    id: 'compare',
    name: 'Compare & sweep',
    parts: [{ name: 'sweep', load: () => import('./sweep/SweepPanel.tsx') }],
  },
  {
    id: 'cost',
    name: 'Cost',
    parts: [
      { name: 'cost panel', load: () => import('./cost/CostPanel.tsx') },
      { name: 'figures', load: () => import('./cost/FiguresPanel.tsx') },
    ],
  },
  {
    id: 'speed',
    name: 'Speed',
    parts: [
      { name: 'kernels', load: () => import('./speed/KernelsPanel.tsx') },
      { name: 'profile', load: () => import('./speed/ProfilePanel.tsx') },
    ],
  },
  {
    id: 'claims',
    name: 'Claims',
    parts: [{ name: 'claims', load: () => import('./claims/ClaimsPanel.tsx') }],
  },
  {
    id: 'takeaway',
    name: 'Take away',
    parts: [{ name: 'take-away', load: () => import('./takeAway/TakeAwayPanel.tsx') }],
  },
  {
    id: 'learn',
    name: 'Learn',
    parts: [
      { name: 'experiments', load: () => import('./learn/ExperimentsPanel.tsx') },
      { name: 'words', load: () => import('./learn/WordsPanel.tsx') },
    ],
  },
  { id: 'runs', name: 'Runs', parts: [{ name: 'runs', load: () => import('./runs/RunsPanel.tsx') }] },
  {
    id: 'data',
    name: 'Data sets',
    parts: [{ name: 'stored data sets', load: () => import('./datasets/DatasetsPanel.tsx') }],
  },
];

/** The view with the three moves; it is always there. */
export const TRAIN_VIEW = 'train';

/** Ids and names of the tabs that are shown. */
export const TABS: readonly Pick<View, 'id' | 'name'>[] = [
  { id: TRAIN_VIEW, name: 'Train' },
  ...VIEWS.filter(({ parts }) => parts.length > 0),
];
