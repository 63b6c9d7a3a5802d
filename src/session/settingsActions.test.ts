import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrainerRequest } from '../trainer/messages.ts';
import { decodeLink } from './linkCodec.ts';
import { presetSession } from './presetSession.ts';
import { defaultSession } from './session.ts';
import { createSessionStore, pendingChanges, type RunState, type SessionStore } from './sessionStore.ts';
import { createSettingsActions, JOIN_PAUSE_MS, type SettingsActions } from './settingsActions.ts';

let sent: TrainerRequest[];
let visited: { before: string; after: string }[];
let stored: (number | null)[];
let store: SessionStore;
let actions: SettingsActions;

const layers = () => store.getState().settings.network.layers;
const labels = () => store.getState().undoSteps.map(({ label }) => label);

/** A run that was configured with the settings shown now. */
function run(): RunState {
  const { settings, memoryBudget } = store.getState();
  return {
    settings,
    memoryBudget,
    dropCount: 0,
    datasetName: 'some set',
    synthetic: true,
    fingerprint: 'a'.repeat(64),
    classCount: 10,
    trainSamples: 20,
    testSamples: 10,
    forecastBytes: 1,
    measuredBytes: 1,
    parameterCount: 1,
  };
}

beforeEach(() => {
  sent = [];
  visited = [];
  stored = [];
  store = createSessionStore();
  actions = createSettingsActions(store, {
    trainer: { post: (request) => sent.push(request), onMessage: () => {} },
    page: {
      pageAddress: () => '',
      showFragment: () => {},
      visitFragment: (before, after) => visited.push({ before, after }),
      storeMemoryBudget: (bytes) => stored.push(bytes),
      copyText: async () => true,
    },
  });
});

describe('taking changes back', () => {
  it('goes back through every change, newest first', () => {
    const before = store.getState().settings;
    actions.changeSetting('layers', '8C5-32FC', 'layers', true);
    actions.changeSetting('batch', 7);
    expect(labels()).toEqual(['layers', 'batch']);
    actions.undo();
    expect(store.getState().settings.batchSize).toBe(before.batchSize);
    expect(layers()).toHaveLength(2);
    actions.undo();
    expect(store.getState().settings).toEqual(before);
    actions.undo();
    expect(store.getState().settings).toEqual(before);
  });

  it('joins what is typed into one field, but not two steps of the same name', () => {
    const before = store.getState().settings;
    for (const batch of [1, 12, 128]) actions.changeSetting('batch', batch);
    expect(labels()).toEqual(['batch']);
    actions.undo();
    expect(store.getState().settings).toEqual(before);
    for (const text of ['8C5-32FC', '8C5-32FC-32FC'])
      actions.changeSetting('layers', text, 'add a layer', true);
    expect(labels()).toEqual(['add a layer', 'add a layer']);
  });

  it('remembers no change that was refused or changed nothing', () => {
    expect(actions.changeSetting('batch', 0)?.code).toBe('setting-invalid');
    expect(actions.changeSetting('batch', store.getState().settings.batchSize)).toBeNull();
    expect(labels()).toEqual([]);
  });

  it('takes several settings over together, or none of them', () => {
    expect(actions.changeSettings({ k: 2, n: 1, batch: 0 }, 'remedy')?.code).toBe('setting-invalid');
    expect(store.getState().settings).toEqual(defaultSession());
    expect(actions.changeSettings({ k: 2, n: 1, batch: 4 }, 'remedy')).toBeNull();
    expect(store.getState().settings).toMatchObject({
      schedule: { truncationInterval: 2, blockSize: 1 },
      batchSize: 4,
    });
    actions.undo();
    expect(store.getState().settings).toEqual(defaultSession());
  });
});

describe('making changes again', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const redoLabels = () => store.getState().redoSteps.map(({ label }) => label);

  it('goes forward through what was taken back, in the order in which it was made', () => {
    const states = [store.getState().settings];
    for (const [name, value] of [
      ['batch', 7],
      ['epochs', 3],
      ['lr', 0.01],
    ] as const) {
      actions.changeSetting(name, value);
      states.push(store.getState().settings);
    }
    actions.undo('epochs');
    expect(store.getState().settings).toEqual(states[1]);
    expect(redoLabels()).toEqual(['lr', 'epochs']);
    actions.redo();
    expect(store.getState().settings).toEqual(states[2]);
    actions.redo();
    expect(store.getState().settings).toEqual(states[3]);
    expect(labels()).toEqual(['batch', 'epochs', 'lr']);
    actions.redo();
    expect(store.getState().settings).toEqual(states[3]);
    for (let i = 0; i < 3; i++) actions.undo();
    expect(store.getState().settings).toEqual(states[0]);
  });

  it('forgets what was taken back when something else is changed, and keeps it when a change is refused', () => {
    actions.changeSetting('batch', 7);
    actions.undo();
    expect(actions.changeSetting('epochs', 0)?.code).toBe('setting-invalid');
    expect(redoLabels()).toEqual(['batch']);
    actions.changeSetting('batch', 8);
    expect(redoLabels()).toEqual([]);
    actions.undo();
    expect(store.getState().settings).toEqual(defaultSession());
  });

  it('hands (k, n) to the run that is under way', () => {
    store.setState({ run: run(), status: 'running' });
    actions.setSchedule({ truncationInterval: 3 });
    actions.undo();
    actions.redo();
    expect(
      sent.map((request) => ('schedule' in request ? request.schedule.truncationInterval : null)),
    ).toEqual([3, 5, 3]);
  });

  it('takes a drag back as one change, and two drags with a pause between them one by one', () => {
    for (const truncationInterval of [6, 7, 8]) actions.setSchedule({ truncationInterval });
    vi.advanceTimersByTime(JOIN_PAUSE_MS - 1);
    actions.setSchedule({ truncationInterval: 9 });
    expect(labels()).toEqual(['(k, n)']);
    vi.advanceTimersByTime(JOIN_PAUSE_MS);
    actions.setSchedule({ truncationInterval: 12 });
    expect(labels()).toEqual(['(k, n)', '(k, n)']);
    actions.undo();
    expect(store.getState().settings.schedule.truncationInterval).toBe(9);
  });
});

describe('a run that is under way', () => {
  beforeEach(() => store.setState({ run: run(), status: 'running' }));

  it('follows (k, n) and the learning rate, and their undo', () => {
    actions.setSchedule({ truncationInterval: 3 });
    actions.changeSetting('lr', 0.01);
    actions.undo();
    actions.undo();
    expect(sent).toEqual([
      { type: 'setSchedule', schedule: { truncationInterval: 3, blockSize: 2 } },
      { type: 'setLearningRate', learningRate: 0.01 },
      { type: 'setLearningRate', learningRate: 0.05 },
      { type: 'setSchedule', schedule: { truncationInterval: 5, blockSize: 2 } },
    ]);
  });

  it('is never given an n that its own network does not have', () => {
    actions.changeSetting('layers', '6C5-AP2-16C5-AP2-120C5-84FC-64FC-32FC');
    actions.setSchedule({ blockSize: 6 });
    expect(sent).toEqual([{ type: 'setSchedule', schedule: { truncationInterval: 5, blockSize: 4 } }]);
  });

  it('is left alone by a preset and by the rate of another optimizer', () => {
    actions.changeSetting('optimizer', 'adam');
    actions.choosePreset('lenet2-dvsgesture');
    expect(sent).toEqual([]);
    expect(pendingChanges(store.getState())).toContain('layers');
  });

  it('takes up a memory budget only when it begins anew', () => {
    expect(actions.setMemoryBudget(2 ** 24)).toBeNull();
    expect(pendingChanges(store.getState())).toEqual(['memory budget']);
    expect(sent).toEqual([]);
  });
});

describe('a run that is finished', () => {
  it('keeps the (k, n) and the learning rate that it was trained with; the next run has the new ones', () => {
    const trained = run();
    store.setState({ run: trained, status: 'finished' });
    expect(pendingChanges(store.getState())).toEqual([]);
    actions.setSchedule({ truncationInterval: 3 });
    actions.changeSetting('lr', 0.01);
    expect(sent).toEqual([]);
    expect(store.getState().run).toBe(trained);
    expect(pendingChanges(store.getState())).toEqual(['k', 'lr']);
    actions.undo();
    actions.undo();
    expect(pendingChanges(store.getState())).toEqual([]);
  });
});

describe('a finished run that is rewound', () => {
  it('takes up (k, n) and learning rate', () => {
    store.setState({ run: run(), status: 'finished' });
    actions.setSchedule({ truncationInterval: 3 });
    actions.changeSetting('lr', 0.01);
    actions.takeUpSettings();
    expect(sent).toEqual([
      { type: 'setSchedule', schedule: { truncationInterval: 3, blockSize: 2 } },
      { type: 'setLearningRate', learningRate: 0.01 },
    ]);
    expect(pendingChanges(store.getState())).toEqual([]);
  });
});

describe('presets', () => {
  it('replace all settings; Back and undo return', () => {
    actions.changeSetting('batch', 9);
    const before = store.getState().settings;
    const { settings, keepsData } = actions.choosePreset('lenet1-emnist');
    expect(keepsData).toBe(false);
    expect(store.getState().settings).toEqual(settings);
    expect(settings).toEqual(presetSession('lenet1-emnist'));
    expect(decodeLink(visited[0].before).session).toEqual(before);
    expect(decodeLink(visited[0].after)).toEqual({ session: settings, problems: [] });
    actions.setSchedule({ truncationInterval: 2 });
    actions.undo('preset lenet1-emnist');
    expect(store.getState().settings).toEqual(before);
    expect(labels()).toEqual(['batch']);
    actions.undo('preset lenet1-emnist');
    expect(store.getState().settings).toEqual(before);
  });
});

describe('opening another session', () => {
  it('leaves the run alone; Back and undo return', () => {
    store.setState({ run: run(), status: 'running' });
    const before = store.getState().settings;
    const other = presetSession('lenet1-emnist');
    actions.openSession(other, 'experiment: k = 1');
    expect(store.getState().settings).toEqual(other);
    expect(sent).toEqual([]);
    expect(decodeLink(visited[0].before).session).toEqual(before);
    expect(decodeLink(visited[0].after).session).toEqual(other);
    actions.undo();
    expect(store.getState().settings).toEqual(before);
  });
});

describe('the memory budget', () => {
  it('is kept on the device, and not in the session', () => {
    const before = store.getState().settings;
    actions.setMemoryBudget(2 ** 30);
    actions.setMemoryBudget(null);
    expect(stored).toEqual([2 ** 30, null]);
    expect(store.getState().settings).toBe(before);
  });

  it.each([0, 2 ** 20 - 1, 2 ** 20 + 0.5, 2 ** 41, Number.NaN])('refuses %s bytes', (bytes) => {
    expect(actions.setMemoryBudget(bytes)?.code).toBe('memory-budget-invalid');
    expect(store.getState().memoryBudget).toBeNull();
    expect(stored).toEqual([]);
  });
});
