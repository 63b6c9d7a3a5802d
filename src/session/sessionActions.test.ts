import { beforeEach, describe, expect, it } from 'vitest';
import type { EncodedDataset } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import type { IterationMetrics, TrainerMessage, TrainerRequest } from '../trainer/messages.ts';
import { decodeLink } from './linkCodec.ts';
import type { DataPort, DataSummary, JobOptions } from './ports.ts';
import { createSessionActions, type SessionActions } from './sessionActions.ts';
import { createSessionStore, pendingChanges, type SessionStore, shownSummary } from './sessionStore.ts';

const summary = (change: Partial<DataSummary> = {}): DataSummary => ({
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
  ...change,
});

function encoded(): EncodedDataset {
  const labels = Int32Array.from({ length: 30 }, (_, i) => i % 10);
  return {
    kind: 'events',
    name: 'some set',
    fingerprint: 'a'.repeat(64),
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

class FakeData implements DataPort {
  calls: string[] = [];
  imported = summary({ name: 'dropped', synthetic: false });
  /** Resolves the job by hand when set. */
  gate: Promise<void> | null = null;
  async generate(kind: string, _counts: object, options?: JobOptions): Promise<DataSummary> {
    this.calls.push(`generate ${kind}`);
    options?.onProgress?.({ done: 1, total: 2, label: 'generating' });
    await this.gate;
    return summary();
  }
  async importFiles(): Promise<DataSummary> {
    const { gate } = this;
    this.calls.push('import');
    await gate;
    return this.imported;
  }
  async encode(): Promise<EncodedDataset> {
    this.calls.push('encode');
    return encoded();
  }
  async recording(): Promise<never> {
    throw new AppError('no-such-recording', 'There is no recording 7.', 'Choose another.');
  }
}

let sent: TrainerRequest[];
let say: (message: TrainerMessage) => void;
let data: FakeData;
let store: SessionStore;
let actions: SessionActions;
let fragment: string;

const types = () => sent.map(({ type }) => type);
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

beforeEach(() => {
  sent = [];
  fragment = '';
  data = new FakeData();
  store = createSessionStore();
  actions = createSessionActions(store, {
    trainer: {
      post: (request) => sent.push(request),
      onMessage: (listener) => {
        say = listener;
      },
    },
    data,
    page: {
      pageAddress: () => 'http://here/',
      showFragment: (text) => {
        fragment = text;
      },
      visitFragment: (_before, after) => {
        fragment = after;
      },
      storeMemoryBudget: () => {},
      copyText: async () => true,
    },
  });
  say({
    type: 'adapter',
    adapter: {
      vendor: 'v',
      architecture: 'a',
      description: 'd',
      software: true,
      features: [],
      maxBufferSize: 1,
      maxStorageBufferBindingSize: 1,
    },
  });
});

async function train(): Promise<void> {
  await actions.start();
  say({ type: 'planned', forecastBytes: 5, measuredBytes: 5, parameterCount: 3 });
  say({ type: 'status', status: 'running' });
}

describe('starting', () => {
  it('generates, encodes, configures, and starts only when the plan is there', async () => {
    await actions.start();
    expect(data.calls).toEqual(['generate saccadeDigits', 'encode']);
    expect(types()).toEqual(['connect', 'configure']);
    say({ type: 'planned', forecastBytes: 5, measuredBytes: 5, parameterCount: 3 });
    expect(types()).toEqual(['connect', 'configure', 'start']);
    expect(store.getState().run).toMatchObject({ forecastBytes: 5, trainSamples: 20, testSamples: 10 });
  });

  it('goes on after a pause without a new run', async () => {
    await train();
    actions.pause();
    say({ type: 'status', status: 'paused' });
    await actions.start();
    expect(types()).toEqual(['connect', 'configure', 'start', 'pause', 'start']);
  });

  it('begins a new run when a setting changed that weights cannot survive', async () => {
    await train();
    say({ type: 'status', status: 'paused' });
    actions.changeSetting('beta', 0.9);
    expect(pendingChanges(store.getState())).toEqual(['beta']);
    await actions.step();
    say({ type: 'planned', forecastBytes: 5, measuredBytes: 5, parameterCount: 3 });
    expect(types()).toEqual(['connect', 'configure', 'start', 'configure', 'step']);
    expect(data.calls).toEqual(['generate saccadeDigits', 'encode', 'encode']);
  });

  it('is stopped by pause while recordings are prepared', async () => {
    let open = () => {};
    data.gate = new Promise((resolve) => {
      open = resolve;
    });
    const started = actions.start();
    actions.pause();
    open();
    await started;
    expect(types()).not.toContain('configure');
    expect(store.getState()).toMatchObject({ status: 'idle', dataJob: null, problems: [] });
  });

  it('keeps edits that are made while recordings are prepared, as pending', async () => {
    let open = () => {};
    data.gate = new Promise((resolve) => {
      open = resolve;
    });
    const started = actions.start();
    await Promise.resolve();
    open();
    await Promise.resolve();
    actions.changeSetting('epochs', 3);
    await started;
    expect(store.getState().settings.epochs).toBe(3);
  });
});

describe('while dropped files are read', () => {
  it('no run begins, so that none trains on what was there before; afterwards it trains on them', async () => {
    await actions.loadBuiltIn('saccadeDigits');
    let open = () => {};
    data.gate = new Promise((resolve) => {
      open = resolve;
    });
    const dropped = actions.dropFiles([{ path: 'a.bin', blob: new Blob() }]);
    expect(store.getState().isImporting).toBe(true);
    await actions.start();
    expect(types()).not.toContain('configure');
    open();
    await dropped;
    expect(store.getState().isImporting).toBe(false);
    expect(store.getState().settings.data.source).toBe('files');
    await actions.start();
    expect(types()).toContain('configure');
  });

  it('the page reads on when one drop took the place of another, until the second is done', async () => {
    const gates = [() => {}, () => {}];
    const drops = [0, 1].map(async (i) => {
      data.gate = new Promise((resolve) => {
        gates[i] = resolve;
      });
      await actions.dropFiles([{ path: `${i}.bin`, blob: new Blob() }]);
    });
    await Promise.resolve();
    gates[0]();
    await drops[0];
    expect(store.getState().isImporting).toBe(true);
    gates[1]();
    await drops[1];
    expect(store.getState().isImporting).toBe(false);
  });
});

describe('while training', () => {
  it('re-plans for (k, n), keeps the run, and marks the change', async () => {
    await train();
    say({ type: 'iteration', metrics: metrics(8) });
    actions.setSchedule({ truncationInterval: 99, blockSize: 1 });
    expect(sent.at(-1)).toEqual({
      type: 'setSchedule',
      schedule: { truncationInterval: 20, blockSize: 1 },
    });
    expect(store.getState().marks).toEqual([{ epoch: 0.5, label: 'k 20, n 1' }]);
    expect(pendingChanges(store.getState())).toEqual([]);
  });

  it('sends a new learning rate without a new run, and refuses a bad one', async () => {
    await train();
    expect(actions.changeSetting('lr', 0.02)).toBeNull();
    expect(sent.at(-1)).toEqual({ type: 'setLearningRate', learningRate: 0.02 });
    expect(actions.changeSetting('lr', -1)?.code).toBe('setting-invalid');
    expect(store.getState().settings.optimizer.learningRate).toBe(0.02);
  });

  it('shows an error of the trainer, and prepares everything anew at the next start', async () => {
    await train();
    say({ type: 'error', error: { code: 'device-lost', message: 'The GPU is gone.', hint: 'Start again.' } });
    expect(store.getState()).toMatchObject({ status: 'failed', problems: [{ code: 'device-lost' }] });
    await actions.start();
    expect(types().filter((type) => type === 'configure')).toHaveLength(2);
  });

  it('that is rewound begins with the settings of now: its link may hold its results again', async () => {
    await train();
    say({ type: 'iteration', metrics: metrics(8) });
    actions.setSchedule({ truncationInterval: 3 });
    expect(store.getState().run?.changedMidway).toBe(true);
    actions.rewind();
    expect(store.getState().run?.changedMidway).toBe(false);

    say({ type: 'iteration', metrics: metrics(8) });
    say({ type: 'status', status: 'finished' });
    actions.setSchedule({ truncationInterval: 2 });
    actions.rewind();
    expect(types().slice(-2)).toEqual(['setSchedule', 'rewind']);
    const { run, marks } = store.getState();
    expect(run?.settings.schedule.truncationInterval).toBe(2);
    expect([run?.changedMidway, marks]).toEqual([false, []]);
  });

  it('rewinds to an empty record', async () => {
    await train();
    say({ type: 'iteration', metrics: metrics(1) });
    actions.rewind();
    expect(store.getState()).toMatchObject({ iteration: null, epochs: [], marks: [] });
    expect(store.getState().history.points).toEqual([]);
  });
});

describe('data', () => {
  it('takes name, classes, counts and frame from dropped files', async () => {
    data.imported = summary({ name: 'cards', synthetic: false, sensor: { width: 16, height: 20 } });
    await actions.dropFiles([{ path: 'a.bin', blob: new Blob() }]);
    const { settings } = store.getState();
    expect(settings.data).toMatchObject({ source: 'files', name: 'cards', trainCount: 20, testCount: 10 });
    expect(settings.encoding).toMatchObject({ width: 16, height: 20 });
  });

  it('lists every file when no file of a drop can be used, and keeps the set that was loaded', async () => {
    await actions.loadBuiltIn('saccadeDigits');
    const problem = { file: 'x.bin', error: { code: 'truncated', message: 'm', hint: 'h' } };
    data.imported = summary({ recordingCount: 0, problems: [problem] });
    await actions.dropFiles([{ path: 'x.bin', blob: new Blob() }]);
    const state = store.getState();
    expect(state.importProblems).toEqual([problem]);
    expect(state.problems[0].code).toBe('no-recordings-loaded');
    expect(state.settings.data.source).toBe('saccadeDigits');
    expect(state.summary?.recordingCount).toBeGreaterThan(0);
    expect(state.problems[0].message).toBe('x.bin gave no recording.');
    await actions.start();
    expect(data.calls).toEqual(['generate saccadeDigits', 'import', 'encode']);
    data.imported = summary({ recordingCount: 1 });
    await actions.dropFiles([{ path: 'y.bin', blob: new Blob() }]);
    expect(store.getState().problems.map(({ code }) => code)).not.toContain('no-recordings-loaded');
    expect(store.getState().announcement).toContain('1 recording loaded, 0 problems.');
  });

  it('a second drop during a run makes the run out of date', async () => {
    await actions.dropFiles([{ path: 'a.bin', blob: new Blob() }]);
    await train();
    expect(pendingChanges(store.getState())).toEqual([]);
    await actions.dropFiles([{ path: 'b.bin', blob: new Blob() }]);
    expect(pendingChanges(store.getState())).toEqual(['files']);
  });

  it('lists a recording that cannot be shown instead of throwing', async () => {
    expect(await actions.recording(7)).toBeNull();
    expect(store.getState().problems[0].message).toBe('There is no recording 7.');
  });
});

describe('links', () => {
  it('share what decodes to the same settings', async () => {
    actions.setSchedule({ truncationInterval: 3 });
    const { address } = await actions.share();
    expect(address).toBe(`http://here/#${fragment}`);
    expect(decodeLink(fragment).session).toEqual(store.getState().settings);
  });

  it('start nothing when opened, and warn when other files are trained than were shared', async () => {
    actions.openLink(
      decodeLink(
        await linkTo({ data: 'files', name: 'cards', fingerprint: 'b'.repeat(64), train: 12, test: 5 }),
      ),
    );
    expect(data.calls).toEqual([]);
    expect(types()).toEqual(['connect']);
    await actions.start();
    expect(store.getState().problems[0].code).toBe('no-recordings');
    await actions.dropFiles([{ path: 'a.zip', blob: new Blob() }]);
    await actions.start();
    expect(store.getState().problems.map(({ code }) => code)).toContain('data-differs');
    expect(store.getState().run).toMatchObject({ trainSamples: 12, testSamples: 5 });
  });
});

async function linkTo(values: Record<string, unknown>): Promise<string> {
  const { encodeLink } = await import('./linkCodec.ts');
  const { defaultSession } = await import('./session.ts');
  const { applySetting } = await import('./sessionFields.ts');
  let session = defaultSession();
  for (const [name, value] of Object.entries(values)) session = applySetting(session, name, value);
  return encodeLink(session);
}

describe('a preset', () => {
  it('stops a set that is being made for other settings', async () => {
    let open = () => {};
    data.gate = new Promise((resolve) => {
      open = resolve;
    });
    const loading = actions.loadBuiltIn('movingGestures');
    actions.choosePreset('vgg11-ncaltech101');
    const { settings } = store.getState();
    open();
    await loading;
    expect(store.getState()).toMatchObject({ settings, summary: null, dataJob: null, problems: [] });
  });

  it('keeps files that fit, and leaves those that do not to come back with undo', async () => {
    data.imported = summary({ name: 'dropped', sensor: { width: 128, height: 128 }, synthetic: false });
    await actions.dropFiles([{ path: 'a.bin', blob: new Blob() }]);
    expect(actions.choosePreset('lenet2-dvsgesture').keepsData).toBe(true);
    expect(store.getState().settings.data).toMatchObject({ source: 'files', classCount: 10 });
    expect(actions.choosePreset('alexnet-cifar10').keepsData).toBe(false);
    expect(shownSummary(store.getState())).toBeNull();
    actions.undo();
    expect(shownSummary(store.getState())?.name).toBe('dropped');
    expect(store.getState().settings.network.layers).toHaveLength(6);
  });

  it('gives way to a built-in set of usual size', async () => {
    actions.choosePreset('lenet1-emnist');
    await actions.loadBuiltIn('movingGestures');
    expect(store.getState().settings.data).toMatchObject({ source: 'movingGestures', trainCount: 500 });
  });
});

describe('without a GPU', () => {
  it('says why and starts nothing, while data and settings work', async () => {
    store = createSessionStore();
    actions = createSessionActions(store, {
      trainer: null,
      gpuProblem: { code: 'webgpu-missing', message: 'No WebGPU.', hint: 'Update.' },
      data,
      page: {
        pageAddress: () => '',
        showFragment: () => {},
        visitFragment: () => {},
        storeMemoryBudget: () => {},
        copyText: async () => false,
      },
    });
    await actions.start();
    await actions.loadBuiltIn('movingGestures');
    actions.setSchedule({ truncationInterval: 2 });
    const state = store.getState();
    expect(state.gpu).toMatchObject({ state: 'missing', problem: { code: 'webgpu-missing' } });
    expect(state.summary?.recordingCount).toBe(30);
    expect(state.settings.schedule.truncationInterval).toBe(2);
    expect(state.status).toBe('idle');
  });
});
