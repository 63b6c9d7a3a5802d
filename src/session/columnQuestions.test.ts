import { describe, expect, it } from 'vitest';
import { createColumnQuestions } from './columnQuestions.ts';
import type { ColumnChoice, DataPort, TextPreview } from './ports.ts';
import { createSessionStore } from './sessionStore.ts';

const CHOICE: ColumnChoice = { columnCount: 5, roles: { t: 1, x: 2, y: 3, p: 4 }, timeUnitUs: 1 };
const PREVIEW: TextPreview = {
  file: 'a.csv',
  columnCount: 5,
  columnNames: [null, null, null, null, null],
  preamble: [],
  rows: [['7', '1', '2', '3', '1']],
  guess: null,
  named: [null, null, null, null, null],
  problem: null,
};

function questions(preview: TextPreview | null) {
  const store = createSessionStore();
  const data = { previewColumns: async () => preview } as unknown as DataPort;
  return { store, ...createColumnQuestions(store, data) };
}

const asked = async (store: ReturnType<typeof createSessionStore>) => {
  while (store.getState().columnQuestion === null) await Promise.resolve();
  return store.getState().columnQuestion;
};

describe('the question about columns', () => {
  it('waits for an answer, and the next drop begins with it where it cannot be told', async () => {
    const { store, ask, answer } = questions(PREVIEW);
    const { signal } = new AbortController();
    const first = ask([], signal);
    expect(await asked(store)).toMatchObject({ file: 'a.csv', guess: null });
    answer(CHOICE);
    expect(await first).toEqual(CHOICE);
    expect(store.getState().columnQuestion).toBeNull();
    const second = ask([], signal);
    expect((await asked(store))?.guess).toEqual(CHOICE);
    answer(CHOICE);
    await second;
  });

  it('is not put where no text was dropped', async () => {
    const { store, ask } = questions(null);
    expect(await ask([], new AbortController().signal)).toBeUndefined();
    expect(store.getState().columnQuestion).toBeNull();
  });

  it('goes away when the import is cancelled', async () => {
    const { store, ask } = questions(PREVIEW);
    const controller = new AbortController();
    const answered = ask([], controller.signal);
    await asked(store);
    controller.abort(new Error('cancelled'));
    await expect(answered).rejects.toThrow('cancelled');
    expect(store.getState().columnQuestion).toBeNull();
  });
});
