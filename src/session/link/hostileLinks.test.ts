import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../core/random.ts';
import type { TrainerRequest } from '../../trainer/messages.ts';
import { decodeLink, encodeLink } from '../linkCodec.ts';
import type { DataPort } from '../ports.ts';
import { checkSession, parseSession } from '../session.ts';
import { createSessionActions } from '../sessionActions.ts';
import { createSessionStore } from '../sessionStore.ts';
import { anySession, anySharedRun } from './testSupport.ts';

const LINKS = 10_000;
/** On a machine that is busy with other tests. */
const TIMEOUT_MS = 240_000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_&=%.#+ \u00e9\u{1f600}';

/** A page whose trainer and data only remember what was asked of them. */
function watchedPage() {
  const asked: string[] = [];
  const refuse = (what: string) => async (): Promise<never> => {
    asked.push(what);
    throw new Error(`${what} was called`);
  };
  const data: DataPort = {
    generate: refuse('generate'),
    importFiles: refuse('importFiles'),
    encode: refuse('encode'),
    recording: refuse('recording'),
  };
  const store = createSessionStore();
  const actions = createSessionActions(store, {
    trainer: { post: ({ type }: TrainerRequest) => asked.push(type), onMessage: () => {} },
    data,
    page: {
      pageAddress: () => '',
      showFragment: () => asked.push('showFragment'),
      visitFragment: () => asked.push('visitFragment'),
      storeMemoryBudget: () => asked.push('storeMemoryBudget'),
      copyText: async () => false,
    },
  });
  return { store, actions, asked };
}

describe('hostile links', () => {
  it(
    '10,000 random and mutated ones: no exception, no work, always a usable session and a listed repair',
    () => {
      const whole = fc
        .sample(fc.tuple(anySession, fc.option(anySharedRun, { nil: undefined })), { numRuns: 200, seed: 8 })
        .map(([session, run]) => encodeLink(session, run));
      const random = createRandom(8, 'test', 1);
      const pick = (text: string) => {
        const letters = Array.from(text);
        return letters[random.integer(letters.length)];
      };
      const mutate = (text: string): string => {
        const at = random.integer(text.length);
        const length = 1 + random.integer(12);
        switch (random.integer(6)) {
          case 0:
            return text.slice(0, at) + pick(LETTERS) + text.slice(at + 1);
          case 1:
            return text.slice(0, at) + text.slice(at + length);
          case 2:
            return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
          case 3:
            return text.slice(0, at);
          case 4: {
            const other = whole[random.integer(whole.length)];
            return text.slice(0, at) + other.slice(random.integer(other.length));
          }
          default:
            return Array.from({ length }, () => pick(LETTERS)).join('');
        }
      };

      const { store, actions, asked } = watchedPage();
      expect(asked).toEqual(['connect']);
      let opened = 0;
      while (opened < LINKS) {
        const link = whole[opened % whole.length];
        let text = mutate(link);
        if (random.integer(4) === 0 && text !== '') text = mutate(text);
        // A link that is whole, or none at all, needs no repair.
        if (text === '' || text === '#' || whole.includes(text.replace(/^#/, ''))) continue;
        const decoded = decodeLink(text);
        if (decoded.problems.length === 0) throw new Error(`Nothing was listed for ${text} (from ${link}).`);
        checkSession(parseSession(decoded.session));
        actions.openLink(decoded);
        opened++;
      }
      expect(asked).toEqual(['connect']);
      expect(store.getState()).toMatchObject({ status: 'idle', run: null, dataJob: null, problems: [] });
      expect(store.getState().repairs.length).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it('are told from whole ones', () => {
    expect(decodeLink(encodeLink(fc.sample(anySession, { numRuns: 1, seed: 3 })[0])).problems).toEqual([]);
  });
});
