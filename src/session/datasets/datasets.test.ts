import { describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import { decodeLink, encodeLink } from '../linkCodec.ts';
import type { DataPort, DataSummary, ImportPlan, StoredSetFacts } from '../ports.ts';
import { defaultSession, parseSession } from '../session.ts';
import { createSessionActions } from '../sessionActions.ts';
import { applySetting } from '../sessionFields.ts';
import { createSessionStore, dataIsStale } from '../sessionStore.ts';
import { sessionForStored } from './storedSession.ts';

const summary = (change: Partial<DataSummary> = {}): DataSummary => ({
  kind: 'events',
  name: 'dropped',
  synthetic: false,
  sensor: { width: 40, height: 40 },
  channels: 2,
  classes: [
    { name: 'a', train: 3, test: 1 },
    { name: 'b', train: 3, test: 1 },
  ],
  recordingCount: 8,
  eventsPerSecond: 10,
  durationUs: 1000,
  problems: [],
  ...change,
});

const PLAN: ImportPlan = {
  kind: 'recordings',
  name: 's',
  fileCount: 8,
  byteCount: 80,
  rule: 'folders',
  classes: [],
  unlabelled: { files: 0, example: '' },
  split: 'given',
  problems: [],
};

const FINGERPRINT = 'c'.repeat(64);

const STORED: StoredSetFacts = {
  file: 'set-1',
  bytes: 5000,
  name: 'kept',
  fingerprint: FINGERPRINT,
  synthetic: false,
  kind: 'events',
  shape: { channels: 1, height: 17, width: 20 },
  stepCount: 6,
  classNames: ['a', 'b', 'c'],
  maxCount: 7,
  sampleCount: 9,
  trainCount: 5,
  storedAt: '2026-01-02T03:04:05.000Z',
  encoding: {
    stepDurationUs: 4000,
    stepCount: 6,
    frame: { height: 17, width: 20 },
    binning: 'counts',
    maxCount: 7,
    polarity: 'merged',
  },
};

function setUp(change: Partial<DataPort> = {}) {
  const calls: { job: string; settings?: unknown }[] = [];
  const data: DataPort = {
    generate: async () => summary({ synthetic: true }),
    importFiles: async (_, settings) => {
      calls.push({ job: 'import', settings });
      return summary();
    },
    planImport: async (_, { classes }) => {
      calls.push({ job: 'plan', settings: classes });
      if (classes?.pattern === '(') throw new AppError('bad-class-pattern', 'It is no pattern.');
      return { ...PLAN, rule: classes?.rule === 'pattern' ? 'pattern' : 'folders' };
    },
    encode: async () => ({}) as EncodedDataset,
    recording: async () => Promise.reject(new AppError('no-such-recording', 'There is none.')),
    openStored: async (fingerprint) => {
      calls.push({ job: 'open' });
      return fingerprint === FINGERPRINT ? summary({ name: 'kept', storedEncoding: STORED.encoding }) : null;
    },
    ...change,
  };
  const store = createSessionStore();
  const actions = createSessionActions(store, {
    trainer: null,
    data,
    page: {
      pageAddress: () => '',
      showFragment: () => {},
      visitFragment: () => {},
      storeMemoryBudget: () => {},
      copyText: async () => true,
    },
  });
  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { store, actions, calls, until };
}

const FILES = [{ path: 'a/1.bin', blob: new Blob([]) }];

describe('a drop of several recordings', () => {
  it('waits until classes and split are confirmed, and keeps what was decided about the split', async () => {
    const { store, actions, calls, until } = setUp();
    const dropped = actions.dropFiles(FILES);
    await until(() => store.getState().importQuestion !== null);
    actions.changeImport({ rule: 'pattern', pattern: '(' });
    await until(() => store.getState().importQuestion?.problem !== undefined);
    expect(store.getState().importQuestion).toMatchObject({
      plan: PLAN,
      problem: { code: 'bad-class-pattern' },
    });
    const classes = { rule: 'pattern' as const, pattern: 'x', split: 'seeded' as const };
    actions.changeImport(classes);
    await until(() => store.getState().importQuestion?.plan.rule === 'pattern');
    actions.answerImport({ classes, keepDamaged: false, splitSeed: 5, testFraction: 0.4 });
    await dropped;
    expect(calls.at(-1)).toMatchObject({
      job: 'import',
      settings: { classes, keepDamaged: false, splitSeed: 5, testFraction: 0.4 },
    });
    const { settings, importQuestion } = store.getState();
    expect(importQuestion).toBeNull();
    expect(settings.data).toMatchObject({
      source: 'files',
      splitSeed: 5,
      testFraction: 0.4,
      split: 'seeded',
    });
    expect(decodeLink(encodeLink(settings)).session.data).toMatchObject({ splitSeed: 5, split: 'seeded' });

    await actions.keepDamaged();
    expect(calls.at(-1)).toMatchObject({ settings: { classes, keepDamaged: true, splitSeed: 5 } });
  });

  it('is left when the question is cancelled', async () => {
    const { store, actions, calls, until } = setUp();
    const dropped = actions.dropFiles(FILES);
    await until(() => store.getState().importQuestion !== null);
    actions.cancelDataJob();
    await dropped;
    expect(store.getState()).toMatchObject({ importQuestion: null, dataJob: null, summary: null });
    expect(calls.map(({ job }) => job)).toEqual(['plan']);
  });

  it.each<Partial<ImportPlan>>([{ kind: 'images' }, { kind: 'spikes' }, { fileCount: 1 }])(
    'is not asked about %j',
    async (change) => {
      const { actions, calls } = setUp({ planImport: async () => ({ ...PLAN, ...change }) });
      await actions.dropFiles(FILES);
      expect(calls.map(({ job }) => job)).toEqual(['import']);
    },
  );
});

describe('stored data sets', () => {
  it('bring the settings that their frames were made with', () => {
    const session = sessionForStored(defaultSession(), STORED);
    expect(session?.data).toMatchObject({
      source: 'files',
      name: 'kept',
      fingerprint: FINGERPRINT,
      classCount: 3,
      trainCount: 5,
      testCount: 4,
    });
    expect(session?.encoding).toMatchObject({
      stepDurationUs: 4000,
      stepCount: 6,
      width: 20,
      height: 17,
      channels: 1,
      binning: 'counts',
      maxCount: 7,
      polarity: 'merged',
      denoiseUs: 0,
    });
    expect(session && parseSession(session)).toEqual(session);
    expect(session?.schedule.truncationInterval).toBeLessThanOrEqual(6);
    expect(sessionForStored(defaultSession(), { file: 'x', bytes: 1 })).toBeNull();
  });

  it('become the data of the session', async () => {
    const { store, actions } = setUp();
    await actions.openStored(STORED);
    const state = store.getState();
    expect(state.summary?.name).toBe('kept');
    expect(dataIsStale(state)).toBe(false);
    expect(state.settings.data.fingerprint).toBe(FINGERPRINT);
  });

  it('that are gone leave everything as it was, and say so', async () => {
    const { store, actions } = setUp({ openStored: async () => null });
    const before = store.getState().settings;
    await actions.openStored(STORED);
    expect(store.getState().settings).toBe(before);
    expect(store.getState().problems.map(({ code }) => code)).toEqual(['no-recordings']);
  });

  it('open with a link that names them, and nothing is said of one that is not there', async () => {
    for (const fingerprint of [FINGERPRINT, 'd'.repeat(64)]) {
      const { store, actions, calls, until } = setUp();
      const session = applySetting(
        applySetting(defaultSession(), 'data', 'files'),
        'fingerprint',
        fingerprint,
      );
      actions.openLink(decodeLink(encodeLink(session)));
      await until(() => calls.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(store.getState().summary?.name).toBe(fingerprint === FINGERPRINT ? 'kept' : undefined);
      expect(store.getState().problems).toEqual([]);
    }
  });
});
