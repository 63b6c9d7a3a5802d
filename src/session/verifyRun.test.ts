import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../trainer/messages.ts';
import { decodeLink } from './linkCodec.ts';
import { defaultSession } from './session.ts';
import { applySetting } from './sessionFields.ts';
import { createSessionStore, type RunState, type SessionState } from './sessionStore.ts';
import { compareWithShared, shareFragment, whyNotShared } from './verifyRun.ts';

const digestOf = (epoch: number, salt = 'a') => `${salt}${epoch}`.padEnd(64, '0');

const epoch = (index: number, salt = 'a'): EpochMetrics => ({
  epoch: index,
  trainAccuracyPerBlock: [0.5, 0.9],
  trainSamplesEvaluated: 10,
  testAccuracyPerBlock: [0.25, 0.75],
  testSamples: 4,
  earlyReadout: [0.75],
  loss: 0.125,
  lossPerBlock: [0.25, 0.125],
  seconds: 1,
  firingRates: [],
  digest: digestOf(index, salt),
});

const adapter = (architecture: string) => ({
  vendor: 'v',
  architecture,
  description: '',
  software: false,
  features: [],
  maxBufferSize: 1,
  maxStorageBufferBindingSize: 1,
});

const fingerprint = 'f'.repeat(64);
const settings = applySetting(applySetting(defaultSession(), 'seed', 5), 'fingerprint', fingerprint);

/** A page with a run of so many epochs. */
function pageWith(change: {
  epochs?: EpochMetrics[];
  run?: Partial<RunState>;
  architecture?: string;
}): SessionState {
  const store = createSessionStore(settings);
  store.setState({
    run: {
      settings,
      memoryBudget: null,
      dropCount: 0,
      datasetName: 'd',
      synthetic: true,
      fingerprint,
      classCount: 10,
      trainSamples: 1,
      testSamples: 1,
      forecastBytes: null,
      measuredBytes: null,
      parameterCount: null,
      ...change.run,
    },
    epochs: change.epochs ?? [epoch(0), epoch(1), epoch(2)],
    gpu: { state: 'ready', adapter: adapter(change.architecture ?? 'x'), problem: null },
  });
  return store.getState();
}

/** What whoever opens the link of that page gets. */
function received() {
  const { session, run, problems } = decodeLink(shareFragment(pageWith({})));
  expect(problems).toEqual([]);
  if (!run) throw new Error('The link holds no results.');
  return { session, run };
}

describe('a run that was shared', () => {
  it('brings digests, figures and the adapter along', () => {
    const { session, run } = received();
    expect(session).toEqual(settings);
    expect(run).toEqual({
      adapter: 'v x',
      digests: [0, 1, 2].map((index) => ({ epoch: index, digest: digestOf(index).slice(0, 16) })),
      final: { epoch: 2, testAccuracyPerBlock: [0.25, 0.75], trainAccuracy: 0.9, loss: 0.125 },
    });
  });

  it('is compared epoch by epoch while it is replayed', () => {
    const shared = received();
    const at = (epochs: EpochMetrics[]) => compareWithShared(shared, pageWith({ epochs }));
    expect(at([])).toMatchObject({ state: 'waiting', text: expect.stringContaining('75.0 % after epoch 2') });
    expect(at([epoch(0), epoch(1)])).toMatchObject({
      state: 'sameSoFar',
      text: 'Same as shared up to epoch 1 of 2, to the last bit.',
    });
    expect(at([epoch(0), epoch(1), epoch(2)])).toMatchObject({ state: 'same', reason: '' });
    expect(at([epoch(0), epoch(1), epoch(2), epoch(3)]).state).toBe('same');
  });

  it.each([
    ['another adapter', { architecture: 'y' }, 'from epoch 1 on', 'another adapter (v y; shared from v x)'],
    ['the same adapter', {}, 'from epoch 1 on', 'the same name (v x)'],
    [
      'other recordings',
      { run: { fingerprint: 'e'.repeat(64) } },
      'from epoch 1 on',
      'recordings are others (fingerprint eeeeeeee, not ffffffff)',
    ],
  ])('names the reason where it differs: %s', (_case, change, text, reason) => {
    const epochs = [epoch(0), epoch(1, 'b'), epoch(2, 'b')];
    const verdict = compareWithShared(received(), pageWith({ epochs, ...change }));
    expect(verdict.state).toBe('differs');
    expect(verdict.text).toContain(text);
    expect(verdict.reason).toContain(reason);
  });

  it('differs from the start where the initial weights do', () => {
    const verdict = compareWithShared(received(), pageWith({ epochs: [epoch(0, 'b')] }));
    expect(verdict.text).toContain('from the start');
    expect(verdict.reason).toContain('initial weights');
  });

  it('is not compared with a run of other settings', () => {
    const other = applySetting(settings, 'k', 3);
    const verdict = compareWithShared(received(), pageWith({ run: { settings: other } }));
    expect(verdict).toMatchObject({ state: 'other', reason: 'Changed: k.' });
  });

  it('is not shared where no link leads to its weights', () => {
    expect(whyNotShared(pageWith({}))).toBeNull();
    expect(whyNotShared(pageWith({ epochs: [] }))).toContain('no finished epoch yet. Train it, or open');
    expect(whyNotShared(pageWith({ run: { changedMidway: true } }))).toContain('changed while it ran');
    const moved = { ...pageWith({}), settings: applySetting(settings, 'lr', 0.5) };
    expect(whyNotShared(moved)).toBe('Settings were changed since (lr). Undo that, or train anew.');
    expect(decodeLink(shareFragment(moved)).run).toBeUndefined();
  });

  it('of many epochs is thinned, first and last kept', () => {
    const epochs = Array.from({ length: 401 }, (_, index) => epoch(index));
    const { run } = decodeLink(shareFragment(pageWith({ epochs })));
    const kept = run?.digests.map((each) => each.epoch) ?? [];
    expect(kept).toHaveLength(64);
    expect(kept.slice(0, 3)).toEqual([0, 1, 2]);
    expect(kept.at(-1)).toBe(400);
  });
});
