/** Parts of the page that an embedded view can do without, with their names for people. */
export const EMBED_PARTS = {
  header: 'title and share',
  tabs: 'other views',
  presets: 'presets',
  data: 'data',
  schedule: '(k, n)',
  train: 'train',
  settings: 'network, neuron and optimizer',
} as const;

export type EmbedPart = keyof typeof EMBED_PARTS;

export interface EmbedChoice {
  /** True inside somebody's lesson: no title, no margins. */
  isEmbedded: boolean;
  hidden: ReadonlySet<EmbedPart>;
}

/** What is hidden where the address says `?embed` alone. */
export const EMBED_DEFAULT: readonly EmbedPart[] = ['header', 'tabs', 'presets', 'settings'];

/** Reads the query of the page's address: `?embed` or `?embed=hide.header,tabs`. Names that are no part are passed over. */
export function readEmbed(query: string): EmbedChoice {
  const value = new URLSearchParams(query).get('embed');
  if (value === null) return { isEmbedded: false, hidden: new Set() };
  const names = value.startsWith('hide.') ? value.slice(5).split(',') : EMBED_DEFAULT;
  const hidden = names.filter((name): name is EmbedPart => Object.hasOwn(EMBED_PARTS, name));
  // A view without anything to see would be of no use.
  const isEmpty = (['data', 'schedule', 'train'] as const).every((part) => hidden.includes(part));
  return { isEmbedded: true, hidden: new Set(isEmpty ? EMBED_DEFAULT : hidden) };
}

/** Address of an embedded view. @param address Of the page, as a share link: with its fragment. */
export function embedAddress(address: string, hidden: readonly EmbedPart[]): string {
  const [page, fragment = ''] = address.split('#');
  return `${page.split('?')[0]}?embed=hide.${hidden.join(',')}#${fragment}`;
}

/** HTML for a lesson's page. */
export function embedCode(address: string, hidden: readonly EmbedPart[]): string {
  const source = embedAddress(address, hidden).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${source}" title="Spikelet: train a spiking network" width="100%" height="720" style="border:0" allow="clipboard-write"></iframe>`;
}
