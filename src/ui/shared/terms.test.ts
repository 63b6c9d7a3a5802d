import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultSession } from '../../session/session.ts';
import { applySetting } from '../../session/sessionFields.ts';
import { ANCHORS } from './anchors.ts';
import { TERMS, type Term, termOf } from './terms.ts';

const glossary = readFileSync(new URL('../../../docs/glossary.md', import.meta.url), 'utf8');
const all = Object.entries<Term>(TERMS);

describe('explanations of words', () => {
  it.each(all)('%s is a word of the glossary and points at a place of the page', (_id, { word, anchor }) => {
    expect(glossary).toContain(word);
    if (anchor) expect(Object.keys(ANCHORS)).toContain(anchor);
  });

  it('have questions of their own, and say numbers of the settings shown', () => {
    expect(new Set(all.map(([, { question }]) => question)).size).toBe(all.length);
    const settings = applySetting(applySetting(defaultSession(), 'k', 4), 'n', 1);
    expect(TERMS.k.text(settings)).toContain('Now k = 4: 5 intervals in 20 steps');
    expect(TERMS.n.text(settings)).toContain('Now n = 1: 4 blocks');
    expect(TERMS.beta.text(settings)).toContain('after 11 steps');
    expect(TERMS.beta.text(applySetting(settings, 'beta', 1))).not.toContain('NaN');
    expect(TERMS.beta.text(applySetting(settings, 'beta', 0))).not.toContain('NaN');
  });

  it('are found by the name of a setting', () => {
    expect(termOf('beta')).toBe('beta');
    expect(termOf('seed')).toBeUndefined();
  });
});
