import { describe, expect, it } from 'vitest';
import { TABS, TRAIN_VIEW, VIEWS } from './views.tsx';

describe('registry of views', () => {
  it('begins with the three moves, and gives every tab an id and a name of its own', () => {
    expect(TABS[0].id).toBe(TRAIN_VIEW);
    for (const key of ['id', 'name'] as const)
      expect(new Set(TABS.map((tab) => tab[key])).size).toBe(TABS.length);
    for (const { id } of TABS) expect(id).toMatch(/^[a-z]+$/);
  });

  it('has a tab for exactly those views that have something to show', () => {
    expect(TABS.slice(1).map(({ id }) => id)).toEqual(
      VIEWS.filter(({ parts }) => parts.length > 0).map(({ id }) => id),
    );
    expect(TABS.length).toBeGreaterThan(1);
  });
});
