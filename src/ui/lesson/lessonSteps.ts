import type { Session } from '../../session/session.ts';
import type { EpochMetrics, TrainerStatus } from '../../session/sessionStore.ts';
import type { AnchorId } from '../shared/anchors.ts';

/** What the lesson looks at; plain data from the session. */
export interface LessonView {
  settings: Session;
  status: TrainerStatus;
  epochs: readonly EpochMetrics[];
  hasRun: boolean;
  /** True when training runs on the processor. */
  isSoftware: boolean;
  /** Which recording is shown. */
  recordingIndex: number;
  /** Forecast of the settings shown and of full BPTT, bytes; null while it is made. */
  peakBytes: number | null;
  fullBytes: number | null;
}

/** What a step needs to say with numbers. */
export interface LessonWords {
  bytes: (count: number) => string;
  percent: (share: number) => string;
}

export interface LessonStep {
  id: string;
  title: string;
  /** What there is to see. */
  text: (view: LessonView, words: LessonWords) => string;
  /** What the visitor is asked to do; the real control does it. */
  task: string;
  /** The place that is marked. */
  anchor: AnchorId;
  /** True once the visitor has done it. `start`: what was there when the step began. */
  isDone: (view: LessonView, start: LessonView) => boolean;
  /** What has happened, once it is done. */
  result: (view: LessonView, words: LessonWords) => string;
}

const classCount = ({ settings }: LessonView) => settings.data.classCount;

/** Accuracy on unseen recordings after the newest epoch, 0..1; null before the first. */
export function testAccuracy({ epochs }: LessonView): number | null {
  const newest = epochs[epochs.length - 1];
  return newest && newest.epoch > 0 ? (newest.testAccuracyPerBlock.at(-1) ?? null) : null;
}

function memorySentence({ peakBytes, fullBytes }: LessonView, { bytes }: LessonWords): string {
  if (peakBytes === null || fullBytes === null) return 'The forecast of memory follows below the picture.';
  if (peakBytes === fullBytes) return `The forecast says ${bytes(peakBytes)}, as full backpropagation.`;
  return `The forecast says ${bytes(peakBytes)}; full backpropagation through time takes ${bytes(fullBytes)}.`;
}

/** Settings that learn within about half a minute on a processor, and still show k and n. */
export const SMALL_LESSON = {
  train: 150,
  test: 50,
  T: 10,
  dt: 30_000,
  layers: '6C5s2-AP2-48FC',
  batch: 10,
  epochs: 4,
} as const;

/** From recordings to a trained network, on the page itself. */
export const LESSON_STEPS: readonly LessonStep[] = [
  {
    id: 'events',
    title: 'What the network sees',
    text: () =>
      'An event camera sends no pictures: each pixel reports when it gets brighter (ON) or darker (OFF). These are digits, seen by a moving camera; beside them the frames that the network gets.',
    task: 'Look at another recording: press the arrow under it.',
    anchor: 'recording',
    isDone: (view, start) => view.recordingIndex !== start.recordingIndex,
    result: () =>
      'Each recording is a third of a second long and becomes a row of frames, one per time step.',
  },
  {
    id: 'k',
    title: 'k: how far errors look back in time',
    text: () =>
      'This is the network, unrolled: layers upwards, time to the right. Spikes (blue) cross every line. Errors (red) stop at the purple lines, every k steps: what lies before them needs no memory.',
    task: 'Drag a purple line, or press − beside k.',
    anchor: 'k',
    isDone: ({ settings }, start) =>
      settings.schedule.truncationInterval !== start.settings.schedule.truncationInterval,
    result: (view, words) =>
      `k is now ${view.settings.schedule.truncationInterval} of ${view.settings.encoding.stepCount} steps. ${memorySentence(view, words)}`,
  },
  {
    id: 'n',
    title: 'n: how many layers learn together',
    text: () =>
      'The green lines cut the layers into blocks of n. Each block has a small classifier of its own, so that its errors need not come down from the top.',
    task: 'Drag a green line, or press − beside n.',
    anchor: 'n',
    isDone: ({ settings }, start) => settings.schedule.blockSize !== start.settings.schedule.blockSize,
    result: (view, words) => `n is now ${view.settings.schedule.blockSize}. ${memorySentence(view, words)}`,
  },
  {
    id: 'train',
    title: 'Let it learn',
    text: ({ isSoftware }) =>
      isSoftware
        ? 'No graphics card was found, so that the processor does the work. A smaller network learns in about a minute.'
        : 'Everything runs on your own graphics card; nothing leaves this machine.',
    task: 'Press Train.',
    anchor: 'transport',
    isDone: ({ status, hasRun }) =>
      hasRun && (status === 'running' || status === 'evaluating' || status === 'finished'),
    result: () => 'It trains. You may change k and n meanwhile: the weights stay.',
  },
  {
    id: 'watch',
    title: 'Watch it learn',
    text: (view, { percent }) => {
      const accuracy = testAccuracy(view);
      const chance = `Guessing gives ${percent(1 / classCount(view))}.`;
      return accuracy === null
        ? `After each epoch the test accuracy says how many recordings it recognises that it never trained on. ${chance}`
        : `Test accuracy is ${percent(accuracy)} after epoch ${view.epochs[view.epochs.length - 1].epoch}. ${chance}`;
    },
    task: 'Wait until it recognises three times as many as a guess.',
    anchor: 'accuracy',
    isDone: (view) =>
      (testAccuracy(view) ?? 0) >= 3 / classCount(view) ||
      (view.status === 'finished' && testAccuracy(view) !== null),
    result: (view, words) => {
      const accuracy = testAccuracy(view) ?? 0;
      const { truncationInterval: k, blockSize: n } = view.settings.schedule;
      const chance = words.percent(1 / classCount(view));
      const verdict =
        accuracy >= 1.5 / classCount(view)
          ? `You have trained a spiking network: with k = ${k} and n = ${n} it recognises ${words.percent(accuracy)} of the recordings it never saw; guessing gives ${chance}.`
          : `It recognises ${words.percent(accuracy)}, about as many as a guess (${chance}). Try a larger k or more epochs.`;
      return `${verdict} ${memorySentence(view, words)}`;
    },
  },
];
