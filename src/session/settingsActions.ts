import { AppError, type ErrorData, toErrorData } from '../core/errors.ts';
import type { Schedule } from '../core/schedule.ts';
import { encodeLink, sameValue } from './linkCodec.ts';
import type { SessionPorts } from './ports.ts';
import { choosePresetFor, type DataShape, type PresetChoice } from './presetChoice.ts';
import { clampSchedule } from './runPreparation.ts';
import { defaultSession, expectedMeta, type Session } from './session.ts';
import { applySetting, findField } from './sessionFields.ts';
import { MAX_UNDO_STEPS, type SessionState, type SessionStore, shownSummary } from './sessionStore.ts';

/** Smallest and largest memory budget, bytes: 1 MiB to 1 TiB. */
export const MEMORY_BUDGET_LIMITS = { low: 2 ** 20, high: 2 ** 40 } as const;

/** What the visitor can do to the settings. Every change but the memory budget can be taken back. */
export interface SettingsActions {
  setSchedule(change: Partial<Schedule>): void;
  /**
   * @param label What the change is, for the undo button; the setting's short name when absent. Consecutive changes of one
   *   label count as one (typing, dragging) while no pause of {@link JOIN_PAUSE_MS} lies between them, unless `isStep`.
   * @returns Why the value was refused, or null.
   */
  changeSetting(name: string, value: unknown, label?: string, isStep?: boolean): ErrorData | null;
  /** Several settings (short names) at once, or none of them. @returns Why one was refused, or null. */
  changeSettings(values: Record<string, unknown>, label: string): ErrorData | null;
  /** Puts another session in the place of all settings; Back in the browser and undo return. Starts nothing. */
  openSession(session: Session, label: string): void;
  /** Puts a preset in the place of all settings; Back in the browser returns. @throws AppError `preset-unknown`. */
  choosePreset(name: string): PresetChoice;
  /** Takes the newest change back; with a label, all changes down to the newest one of that label, itself included. */
  undo(label?: string): void;
  /** For a run that is rewound: it takes up what it was not told while it was finished. */
  takeUpSettings(): void;
  /** Makes the change again that was taken back last. A new change forgets what was taken back. */
  redo(): void;
  /** @param bytes Null = what the device allows. @returns Why it was refused, or null. */
  setMemoryBudget(bytes: number | null): ErrorData | null;
}

/** Changes of one label that follow each other faster than this are one change to be taken back: a drag, typing. */
export const JOIN_PAUSE_MS = 1000;

/** Label of the change that a preset makes. */
export const presetLabel = (name: string) => `preset ${name}`;

interface Change {
  label: string;
  /** False joins it with the change right before, where that has the same label. */
  isStep: boolean;
  /** True for a new system: a run that is under way keeps its (k, n) and learning rate. */
  isNewSystem?: boolean;
}

/** The data that a preset could train on: what is loaded, or the built-in set that the settings name. */
function dataAtHand(state: SessionState): DataShape | null {
  const summary = shownSummary(state);
  const { source } = state.settings.data;
  if (summary || (source !== 'saccadeDigits' && source !== 'movingGestures')) return summary;
  // The default session's frames have the size of the simulated camera.
  const { kind, shape } = expectedMeta(defaultSession());
  return { kind, channels: shape.channels, sensor: { width: shape.width, height: shape.height } };
}

export function createSettingsActions(
  store: SessionStore,
  { trainer, page }: Pick<SessionPorts, 'trainer' | 'page'>,
): SettingsActions {
  const set = (change: Partial<SessionState>) => store.setState(change);
  const get = () => store.getState();

  let lastChangeMs = Number.NEGATIVE_INFINITY;

  function take(next: Session, change: Change): void {
    const { settings, undoSteps, redoSteps } = get();
    if (sameValue(next, settings)) return;
    const newest = undoSteps[undoSteps.length - 1];
    const isSoon = Date.now() - lastChangeMs < JOIN_PAUSE_MS && redoSteps.length === 0;
    const continues = !change.isStep && newest?.label === change.label && isSoon;
    const steps = continues ? undoSteps : [...undoSteps, { label: change.label, settings }];
    lastChangeMs = Date.now();
    set({ settings: next, undoSteps: steps.slice(-MAX_UNDO_STEPS), redoSteps: [] });
    if (!change.isNewSystem) informRun(next);
  }

  /** Hands (k, n) and the learning rate to the run that is under way; all else waits for a new run. */
  function informRun(settings: Session, isRewound = false): void {
    const { run, iteration, epochs, marks, status, kept } = get();
    // An opened run is told when it is loaded; what is over stays as it was trained.
    if (!run || !trainer || status === 'failed' || kept.openId !== null) return;
    if (status === 'finished' && !isRewound) return;
    // The run's network may have fewer layers, or its samples fewer steps, than the settings now have.
    const fitted = clampSchedule({ ...run.settings, schedule: settings.schedule });
    const { schedule, optimizer } = run.settings;
    const { truncationInterval: k, blockSize: n } = fitted.schedule;
    let now = run.settings;
    if (k !== schedule.truncationInterval || n !== schedule.blockSize) {
      trainer.post({ type: 'setSchedule', schedule: fitted.schedule });
      now = fitted;
      if (iteration) {
        const epoch = iteration.epoch + iteration.epochIteration / Math.max(1, iteration.epochIterations);
        set({ marks: [...marks, { epoch, label: `k ${k}, n ${n}` }].slice(-50) });
      }
    }
    const { learningRate } = settings.optimizer;
    if (settings.optimizer.kind === optimizer.kind && learningRate !== optimizer.learningRate) {
      trainer.post({ type: 'setLearningRate', learningRate });
      now = { ...now, optimizer: { ...now.optimizer, learningRate } };
    }
    if (now !== run.settings)
      set({
        run: {
          ...run,
          settings: now,
          changedMidway: run.changedMidway || epochs.length > 0 || iteration !== null,
        },
      });
  }

  function changed(settings: Session, name: string, value: unknown): Session {
    const entry = findField(name);
    if (entry?.consequence === 'replan') {
      const key = entry.short === 'k' ? 'truncationInterval' : 'blockSize';
      return { ...settings, schedule: { ...settings.schedule, [key]: Number(value) } };
    }
    const next = applySetting(settings, name, value);
    const changesData = entry?.consequence === 'encode' || entry?.consequence === 'data';
    // The fingerprint is that of frames which these settings no longer give.
    return changesData ? { ...next, data: { ...next.data, fingerprint: undefined } } : next;
  }

  function changeSettings(values: Record<string, unknown>, label: string, isStep = true): ErrorData | null {
    try {
      let next = get().settings;
      for (const [name, value] of Object.entries(values)) next = changed(next, name, value);
      take(clampSchedule(next), { label, isStep });
      return null;
    } catch (error) {
      return toErrorData(error);
    }
  }

  return {
    takeUpSettings: () => informRun(get().settings, true),

    setSchedule(change) {
      const { settings } = get();
      const next = { ...settings, schedule: { ...settings.schedule, ...change } };
      take(clampSchedule(next), { label: '(k, n)', isStep: false });
    },

    changeSetting: (name, value, label, isStep = false) =>
      changeSettings({ [name]: value }, label ?? findField(name)?.short ?? name, isStep),

    changeSettings,

    openSession(session, label) {
      const before = get().settings;
      const settings = clampSchedule(session);
      take(settings, { label, isStep: true, isNewSystem: true });
      page.visitFragment(encodeLink(before), encodeLink(settings));
      set({ announcement: `The settings are those of ${label}.` });
    },

    choosePreset(name) {
      const before = get().settings;
      const choice = choosePresetFor(name, before, dataAtHand(get()));
      const settings = clampSchedule(choice.settings);
      take(settings, { label: presetLabel(name), isStep: true, isNewSystem: true });
      page.visitFragment(encodeLink(before), encodeLink(settings));
      set({ announcement: `The preset ${name} is set.` });
      return { ...choice, settings };
    },

    undo(label) {
      const { undoSteps, redoSteps, settings: now } = get();
      const at =
        label === undefined ? undoSteps.length - 1 : undoSteps.findLastIndex((step) => step.label === label);
      if (at < 0) return;
      const { settings, label: what } = undoSteps[at];
      // Each change by itself, the newest first, with the settings that it led to.
      const takenBack = undoSteps
        .slice(at)
        .map((step, index) => ({
          label: step.label,
          settings: undoSteps[at + index + 1]?.settings ?? now,
        }))
        .reverse();
      set({
        settings,
        undoSteps: undoSteps.slice(0, at),
        redoSteps: [...redoSteps, ...takenBack].slice(-MAX_UNDO_STEPS),
        announcement: `Taken back: ${what}.`,
      });
      informRun(settings);
    },

    redo() {
      const { undoSteps, redoSteps, settings: before } = get();
      const step = redoSteps[redoSteps.length - 1];
      if (!step) return;
      const { label, settings } = step;
      set({
        settings,
        undoSteps: [...undoSteps, { label, settings: before }].slice(-MAX_UNDO_STEPS),
        redoSteps: redoSteps.slice(0, -1),
        announcement: `Made again: ${label}.`,
      });
      informRun(settings);
    },

    setMemoryBudget(bytes) {
      const { low, high } = MEMORY_BUDGET_LIMITS;
      if (bytes !== null && !(Number.isInteger(bytes) && bytes >= low && bytes <= high)) {
        return toErrorData(
          new AppError(
            'memory-budget-invalid',
            `The memory budget is ${bytes / 2 ** 20} MiB, allowed is 1 to ${high / 2 ** 20} MiB.`,
            'Enter a number of MiB, or leave the field empty for what the device allows.',
          ),
        );
      }
      set({ memoryBudget: bytes });
      page.storeMemoryBudget(bytes);
      return null;
    },
  };
}
