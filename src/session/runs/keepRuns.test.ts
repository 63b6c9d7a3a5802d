import { beforeEach, describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
import { createMemoryStore } from '../../storage/memoryStore.ts';
import { CHECKPOINT_FILE, checkpointName } from '../../storage/runFiles.ts';
import { TwoSlots } from '../../storage/twoSlots.ts';
import type { IterationMetrics, TrainerMessage, TrainerRequest } from '../../trainer/messages.ts';
import type { DataPort, DataSummary } from '../ports.ts';
import { createSessionActions, type SessionActions } from '../sessionActions.ts';
import { createSessionStore, type SessionStore } from '../sessionStore.ts';
import { createRunLibrary, type RunLibrary } from './runLibrary.ts';

const SUMMARY: DataSummary = {
  kind: 'events',
  name: 'some set',
  synthetic: true,
  sensor: { width: 34, height: 34 },
  channels: 2,
  classes: Array.from({ length: 10 }, (_, i) => ({ name: String(i), train: 2, test: 1 })),
  recordingCount: 30,
  eventsPerSecond: 1000,
  durationUs: 300_000,
  problems: [],
};

function encoded(fingerprint: string): EncodedDataset {
  const labels = Int32Array.from({ length: 30 }, (_, i) => i % 10);
  return {
    kind: 'events',
    name: 'some set',
    fingerprint,
    synthetic: true,
    shape: { channels: 2, height: 34, width: 34 },
    stepCount: 20,
    classNames: Array.from({ length: 10 }, (_, i) => String(i)),
    bits: new Uint32Array(30 * 20 * 73),
    pixels: null,
    labels,
    split: Uint8Array.from(labels, (_, i) => (i < 20 ? 0 : 1)),
  };
}

const metrics = (iteration: number): IterationMetrics => ({
  iteration,
  epoch: 0,
  epochIteration: iteration,
  epochIterations: 16,
  lossPerBlock: [0.1, 0.2],
  runningAccuracyPerBlock: [0.5, 0.6],
  samplesPerSecond: 100,
  secondsLeft: 10,
  liveBytes: 10,
  peakBytes: 20,
});

/** One tab of the browser, with the storage that all tabs share. */
function openTab(library: RunLibrary) {
  const sent: TrainerRequest[] = [];
  let say: (message: TrainerMessage) => void = () => {};
  const data = { fingerprint: 'a'.repeat(64) };
  const port: DataPort = {
    generate: async () => SUMMARY,
    importFiles: async () => ({ ...SUMMARY, name: 'dropped', synthetic: false }),
    encode: async () => encoded(data.fingerprint),
    recording: () => Promise.reject(new Error('not asked for')),
  };
  const store: SessionStore = createSessionStore();
  const actions: SessionActions = createSessionActions(store, {
    trainer: {
      post: (request) => sent.push(request),
      onMessage: (listener) => {
        say = listener;
      },
    },
    data: port,
    page: {
      pageAddress: () => '',
      showFragment: () => {},
      visitFragment: () => {},
      storeMemoryBudget: () => {},
      copyText: async () => true,
    },
    runs: library,
  });
  const limits = { maxBufferSize: 1, maxStorageBufferBindingSize: 1 };
  const adapter = { vendor: '', architecture: '', description: '', software: true, features: [], ...limits };
  say({ type: 'adapter', adapter });
  const planned = () => say({ type: 'planned', forecastBytes: 5, measuredBytes: 5, parameterCount: 3 });
  const configured = () => sent.filter((request) => request.type === 'configure').at(-1);
  return { sent, say: (message: TrainerMessage) => say(message), data, store, actions, planned, configured };
}

type Tab = ReturnType<typeof openTab>;

let files: ReturnType<typeof createMemoryStore>;
let library: RunLibrary;

beforeEach(() => {
  files = createMemoryStore();
  library = createRunLibrary(async () => files);
});

/** Trains to iteration 7 and keeps a checkpoint, as the trainer would. @returns The run's id. */
async function trainAWhile(tab: Tab): Promise<string> {
  await tab.actions.start();
  tab.planned();
  tab.say({ type: 'status', status: 'running' });
  tab.say({ type: 'iteration', metrics: metrics(7) });
  const id = tab.configured()?.keep?.id ?? '';
  await new TwoSlots(files, checkpointName(id), CHECKPOINT_FILE).write({}, [], 64);
  tab.say({ type: 'checkpoint', iteration: 7, epoch: 0, bytes: 10 });
  await settled(async () => (await library.list()).runs.length > 0);
  return id;
}

async function settled(isSo: () => Promise<boolean>): Promise<void> {
  await expect.poll(isSo).toBe(true);
}

describe('a run that is trained', () => {
  it('is kept with its first checkpoint, and marked as going on', async () => {
    const tab = openTab(library);
    const id = await trainAWhile(tab);
    expect(tab.configured()?.keep).toEqual({ id, resume: false });
    const { summary, figures } = await library.read(id);
    expect(summary).toMatchObject({
      name: 'some set, k 5, n 2',
      status: 'training',
      iteration: 7,
      isKept: false,
    });
    expect(figures.iteration).toEqual(metrics(7));
    expect(figures.history.points).toHaveLength(1);

    tab.say({ type: 'status', status: 'finished' });
    await settled(async () => (await library.read(id)).summary.status === 'finished');
  });

  it('stays kept when it is rewound: that is another run', async () => {
    const tab = openTab(library);
    const id = await trainAWhile(tab);
    tab.actions.rewind();
    const rewind = tab.sent.at(-1);
    expect(rewind).toMatchObject({ type: 'rewind' });
    expect(rewind?.type === 'rewind' && rewind.keep?.id).not.toBe(id);
    expect((await library.read(id)).summary.iteration).toBe(7);
  });

  it('is offered after a reload, starts nothing by itself, and goes on from its checkpoint when asked to', async () => {
    const id = await trainAWhile(openTab(library));
    const tab = openTab(library);
    await tab.actions.findInterrupted();
    expect(tab.store.getState().kept.offer?.id).toBe(id);
    expect(tab.sent.map(({ type }) => type)).toEqual(['connect']);

    expect(await tab.actions.openRun(id)).toBe(true);
    expect(tab.sent.map(({ type }) => type)).toEqual(['connect']);
    expect(tab.store.getState()).toMatchObject({ status: 'paused', iteration: metrics(7) });
    // By it, stored recordings are found.
    expect(tab.store.getState().settings.data.fingerprint).toBe('a'.repeat(64));
    await tab.actions.start();
    expect(tab.configured()?.keep).toEqual({ id, resume: true });
    tab.say({ type: 'status', status: 'preparing' });
    const { schedule, optimizer } = tab.store.getState().settings;
    tab.say({
      type: 'restored',
      metrics: metrics(6),
      schedule,
      learningRate: optimizer.learningRate,
      epochs: [],
    });
    tab.planned();
    expect(tab.sent.at(-1)).toEqual({ type: 'start' });
    // What came after the checkpoint is trained again, so it is not shown.
    expect(tab.store.getState().iteration?.iteration).toBe(6);
    expect(tab.store.getState().history.points).toEqual([]);
    expect(tab.store.getState().kept).toMatchObject({ currentId: id, openId: null, offer: null });
  });

  it('is not offered again once that was declined, nor when it had ended', async () => {
    await trainAWhile(openTab(library));
    const tab = openTab(library);
    await tab.actions.findInterrupted();
    await tab.actions.declineOffer();
    const later = openTab(library);
    await later.actions.findInterrupted();
    expect(later.store.getState().kept.offer).toBeNull();
    expect(later.store.getState().kept.runs).toHaveLength(1);
  });

  it('is told a (k, n) that was chosen before it was loaded', async () => {
    const id = await trainAWhile(openTab(library));
    const tab = openTab(library);
    await tab.actions.openRun(id);
    tab.actions.setSchedule({ truncationInterval: 2 });
    expect(tab.sent.map(({ type }) => type)).toEqual(['connect']);
    await tab.actions.start();
    tab.say({ type: 'status', status: 'preparing' });
    const schedule = { truncationInterval: 5, blockSize: 2 };
    tab.say({ type: 'restored', metrics: metrics(7), schedule, learningRate: 0.05, epochs: [] });
    tab.planned();
    expect(tab.sent.slice(-2)).toEqual([
      { type: 'setSchedule', schedule: { truncationInterval: 2, blockSize: 2 } },
      { type: 'start' },
    ]);
  });

  it('does not go on with other recordings', async () => {
    const id = await trainAWhile(openTab(library));
    const tab = openTab(library);
    tab.data.fingerprint = 'b'.repeat(64);
    await tab.actions.openRun(id);
    await tab.actions.start();
    expect(tab.configured()).toBeUndefined();
    expect(tab.store.getState().problems.map(({ code }) => code)).toEqual(['run-data-missing']);
    expect(tab.store.getState().status).toBe('paused');
  });

  it('names the files to drop again, and goes on once they are there', async () => {
    const first = openTab(library);
    const drop = [{ path: 'set/a.aedat', blob: new Blob() }];
    await first.actions.dropFiles(drop);
    const id = await trainAWhile(first);
    const tab = openTab(library);
    await tab.actions.findInterrupted();
    await tab.actions.openRun(id);
    await tab.actions.start();
    const [problem] = tab.store.getState().problems;
    expect(problem).toMatchObject({ code: 'run-data-missing' });
    expect(problem.message).toContain('set/a.aedat');
    await tab.actions.dropFiles(drop);
    await tab.actions.start();
    expect(tab.configured()?.keep).toEqual({ id, resume: true });
  });

  it('can be tried again after another tab had it', async () => {
    const id = await trainAWhile(openTab(library));
    const tab = openTab(library);
    await tab.actions.openRun(id);
    for (let attempt = 0; attempt < 2; attempt++) {
      await tab.actions.start();
      expect(tab.configured()?.keep).toEqual({ id, resume: true });
      tab.say({ type: 'status', status: 'preparing' });
      tab.say({ type: 'error', error: { code: 'run-busy', message: 'Open elsewhere.', hint: '' } });
      tab.say({ type: 'status', status: 'failed' });
    }
    expect(tab.sent.filter(({ type }) => type === 'configure')).toHaveLength(2);
    expect(tab.store.getState().problems.map(({ code }) => code)).toEqual(['run-busy']);
  });

  it('begins a new run where the settings were changed after it was opened', async () => {
    const id = await trainAWhile(openTab(library));
    const tab = openTab(library);
    await tab.actions.openRun(id);
    tab.actions.changeSetting('batch', 7);
    await tab.actions.start();
    expect(tab.configured()?.keep?.resume).toBe(false);
    expect(tab.configured()?.keep?.id).not.toBe(id);
  });
});

describe('opening a kept run', () => {
  it('first pauses and keeps the run that is being trained, and shows nothing of it afterwards', async () => {
    const id = await trainAWhile(openTab(library));
    const tab = openTab(library);
    const other = await trainAWhile(tab);
    tab.say({ type: 'iteration', metrics: metrics(9) });
    const opened = tab.actions.openRun(id);
    expect(tab.sent.at(-1)).toEqual({ type: 'pause' });
    tab.say({ type: 'status', status: 'paused' });
    expect(await opened).toBe(true);
    expect((await library.read(other)).summary).toMatchObject({ status: 'paused', iteration: 9 });
    tab.say({ type: 'iteration', metrics: metrics(10) });
    tab.say({ type: 'status', status: 'running' });
    expect(tab.store.getState()).toMatchObject({ status: 'paused', iteration: metrics(7) });
  });

  it('says that it is gone when another tab deleted it', async () => {
    const id = await trainAWhile(openTab(library));
    const tab = openTab(library);
    await library.remove(id);
    expect(await tab.actions.openRun(id)).toBe(false);
    expect(tab.store.getState().problems.map(({ code }) => code)).toEqual(['run-missing']);
  });
});

describe('storage that fails', () => {
  it('is said, and training goes on', async () => {
    const tab = openTab(library);
    await tab.actions.start();
    tab.planned();
    tab.say({ type: 'status', status: 'running' });
    tab.say({
      type: 'notice',
      problem: { code: 'storage-full', message: 'No more space.', hint: 'Training goes on from memory.' },
    });
    expect(tab.store.getState().status).toBe('running');
    expect(tab.store.getState().problems.map(({ code }) => code)).toEqual(['storage-full']);
  });

  it('is said once, not with every checkpoint, and again when it comes back', async () => {
    const fails = { isFull: true, saves: 0 };
    const tab = openTab({
      ...library,
      async save(record) {
        fails.saves++;
        if (fails.isFull) throw new AppError('storage-full', `No space for save ${fails.saves}.`);
        await library.save(record);
      },
    });
    await tab.actions.start();
    tab.planned();
    tab.say({ type: 'status', status: 'running' });
    tab.say({ type: 'iteration', metrics: metrics(7) });
    const codes = () => tab.store.getState().problems.map(({ code }) => code);
    const keep = async () => {
      const { saves } = fails;
      tab.say({ type: 'checkpoint', iteration: 7, epoch: 0, bytes: 0 });
      await settled(async () => fails.saves > saves);
    };
    await keep();
    await settled(async () => codes().length > 0);
    expect(codes()).toEqual(['storage-full']);
    tab.actions.dismissProblem(tab.store.getState().problems[0].id);
    await keep();
    await keep();
    expect(codes()).toEqual([]);
    fails.isFull = false;
    await keep();
    await settled(async () => (await library.list()).runs.length > 0);
    fails.isFull = true;
    await keep();
    await settled(async () => codes().length > 0);
    expect(codes()).toEqual(['storage-full']);
  });

  it('shows an empty list and the reason where the browser refuses', async () => {
    const tab = openTab(createRunLibrary(() => Promise.reject(new DOMException('refused', 'SecurityError'))));
    await tab.actions.refreshRuns();
    const { kept } = tab.store.getState();
    expect(kept.runs).toEqual([]);
    expect(kept.problem).not.toBeNull();
  });
});

describe('a hidden tab', () => {
  it('takes a checkpoint and trains on, or pauses and goes on when it is back, as chosen', async () => {
    const tab = openTab(library);
    await trainAWhile(tab);
    tab.actions.tabHidden(true);
    expect(tab.sent.at(-1)).toEqual({ type: 'checkpoint' });
    tab.actions.tabHidden(false);
    expect(tab.sent.at(-1)).toEqual({ type: 'checkpoint' });

    tab.actions.setWhileHidden('pause');
    tab.actions.tabHidden(true);
    expect(tab.sent.at(-1)).toEqual({ type: 'pause' });
    tab.say({ type: 'status', status: 'paused' });
    tab.actions.tabHidden(false);
    await settled(async () => tab.sent.at(-1)?.type === 'start');
  });

  it('leaves a run alone that was paused by hand', async () => {
    const tab = openTab(library);
    await trainAWhile(tab);
    tab.actions.setWhileHidden('pause');
    tab.say({ type: 'status', status: 'paused' });
    const before = tab.sent.length;
    tab.actions.tabHidden(true);
    tab.actions.tabHidden(false);
    expect(tab.sent).toHaveLength(before);
  });
});
