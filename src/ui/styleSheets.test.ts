import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const UI = import.meta.dirname;

/** Classes with which a selector of a style sheet begins. */
function classesOf(text: string): string[] {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, '');
  const selectors = [...plain.matchAll(/([^{}]+)\{/g)].flatMap(([, list]) => list.split(','));
  return selectors.flatMap((selector) => /^\s*\.([a-z][\w-]*)/i.exec(selector)?.[1] ?? []);
}

/** Folders under src/ui by the classes that their sheets style; '.' is the sheets of the whole page. */
function foldersByClass(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const path of readdirSync(UI, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.css')) continue;
    for (const name of classesOf(readFileSync(join(UI, path), 'utf8')))
      found.set(name, (found.get(name) ?? new Set()).add(dirname(path)));
  }
  return found;
}

describe('style sheets', () => {
  it('are read by the classes that their selectors begin with', () => {
    expect(classesOf('.a, .b .c { x: y } /* .d {} */ @media (x) { .e:hover {} } #f .g {}')).toEqual([
      'a',
      'b',
      'e',
    ]);
  });

  it('give no class a second meaning: a sheet that comes with a view stays when another view is shown', () => {
    const found = foldersByClass();
    expect(found.size).toBeGreaterThan(100);
    const shared = [...found].filter(([, folders]) => folders.size > 1 && !folders.has('.'));
    expect(shared.map(([name, folders]) => `${name}: ${[...folders].join(', ')}`)).toEqual([]);
  });
});
