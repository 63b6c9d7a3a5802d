import { describe, expect, it } from 'vitest';
import { createPinStore, currentRecord, MAX_PINS, type RunRecord } from './pinnedRuns.ts';
import { defaultSession } from './session.ts';
import { createSessionStore } from './sessionStore.ts';

const record: RunRecord = { epochs: [], points: [], marks: [], classCount: 10, forecastBytes: null };
const run = { settings: defaultSession(), record };

describe('pinned runs', () => {
  it('have names of their own, and are as many as can be told apart', () => {
    const store = createPinStore();
    expect(store.pin(run).label).toBe('k 5, n 2');
    expect(store.pin(run).label).toBe('k 5, n 2 #2');
    expect(store.pin({ ...run, label: 'of last night' }).label).toBe('of last night');
    for (let more = 0; more < MAX_PINS; more++) store.pin(run);
    const { pins } = store.getState();
    expect(pins).toHaveLength(MAX_PINS);
    expect(new Set(pins.map(({ label }) => label)).size).toBe(MAX_PINS);
    expect(new Set(pins.map(({ id }) => id)).size).toBe(MAX_PINS);
  });

  it('of a known id take the place of the older one', () => {
    const store = createPinStore();
    store.pin({ ...run, id: 'stored-1', label: 'a' });
    store.pin({ ...run, id: 'stored-1', label: 'a' });
    expect(store.getState().pins.map(({ label }) => label)).toEqual(['a']);
    store.unpin('stored-1');
    store.unpin('stored-1');
    expect(store.getState().pins).toEqual([]);
  });

  it('are taken from the run that the session holds', () => {
    expect(currentRecord(createSessionStore().getState())).toBeNull();
  });
});
