import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** The rules that depend on the colours of a theme. */
export const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * Rules of accessibility that are broken, with the first place of each: readable when the test fails.
 * @param options.include Selector of the only part that is looked at; default: the whole page.
 * @param options.rules Names of the only rules that are applied; default: all.
 */
export async function violations(
  page: Page,
  { include, rules }: { include?: string; rules?: string[] } = {},
): Promise<string[]> {
  // One call in the page itself: the default sends every result, those of rules that hold too, to a blank page and back,
  // which takes longer than the rules. What it adds, frames of other origins, this page does not have.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  if (include !== undefined) axe.include(include);
  if (rules !== undefined) axe.withRules(rules);
  const { violations: found } = await axe.analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}
