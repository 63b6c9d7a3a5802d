import { type EmbedPart, readEmbed } from '../../session/embed.ts';

/** Decided by the address, once: it does not change while the page is open. */
const choice = readEmbed(location.search);

/** False for a part that the lesson around this page does without. */
export function isShown(part: EmbedPart): boolean {
  return !choice.hidden.has(part);
}

/** Marks the page, so that style sheets can do without its margins. */
export function markEmbedded(root: HTMLElement): void {
  if (!choice.isEmbedded) return;
  root.dataset.embed = '';
}
