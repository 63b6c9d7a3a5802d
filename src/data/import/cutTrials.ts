import { type EventStream, eventCount } from '../../core/eventStream.ts';
import type { ImportProblem } from '../recordingSet.ts';
import { type EventFacts, factsOf, type LoadedEvents } from '../streamedEvents.ts';
import type { Trial, TrialList } from './gestureTrials.ts';
import {
  type EventBudget,
  factsOfParts,
  inWindow,
  type ReadFile,
  streamedRecording,
} from './readRecording.ts';

/** One trial as a recording of its own. */
export interface CutTrial extends LoadedEvents {
  /** `<recording> #<row>`. */
  name: string;
  classIndex: number;
}

/** First index whose time is not below `us`, in times that never fall. */
function firstFrom(tUs: Float64Array, us: number): number {
  let low = 0;
  let high = tUs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tUs[middle] < us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Copies of the events in [startUs, stopUs), in file order. */
function cutWindow(events: EventStream, isOrdered: boolean, { startUs, stopUs }: Trial): EventStream {
  const { sensor, tUs, x, y, polarity } = events;
  if (isOrdered) {
    const [from, to] = [firstFrom(tUs, startUs), firstFrom(tUs, stopUs)];
    return {
      sensor,
      tUs: tUs.slice(from, to),
      x: x.slice(from, to),
      y: y.slice(from, to),
      polarity: polarity.slice(from, to),
    };
  }
  const isInside = (_: number, i: number) => tUs[i] >= startUs && tUs[i] < stopUs;
  return {
    sensor,
    tUs: tUs.filter(isInside),
    x: x.filter(isInside),
    y: y.filter(isInside),
    polarity: polarity.filter(isInside),
  };
}

type Span = Pick<EventFacts, 'eventCount' | 'firstUs' | 'lastUs'>;

/**
 * Whether a row of a label file yields a trial. One without events in its window yields nothing and a problem
 * `trial-outside` or `trial-empty`; one that the recording covers in part is kept with a `warning`.
 * @param eventsInside Counts the events of the window; asked only where it touches the recording.
 */
function isUsable(
  path: string,
  { eventCount: total, firstUs, lastUs }: Span,
  list: TrialList,
  { row, classIndex, startUs, stopUs, offset }: Trial,
  eventsInside: () => number,
  problems: ImportProblem[],
): boolean {
  const span = total === 0 ? 'has no events' : `runs from ${firstUs} to ${lastUs} us`;
  const where = `${list.path}: row ${row} (class ${classIndex + 1}, ${startUs} to ${stopUs} us)`;
  const report = (code: string, what: string, hint: string) =>
    problems.push({ file: list.path, error: { code, message: `${where} ${what}.`, hint, offset } });
  if (stopUs <= firstUs || startUs > lastUs) {
    report('trial-outside', `is outside ${path}, which ${span}`, 'Check that the recording is whole.');
    return false;
  }
  if (eventsInside() === 0) {
    report('trial-empty', `has no events in ${path}`, 'Check that the label file is that of the recording.');
    return false;
  }
  if (startUs < firstUs || stopUs - 1 > lastUs)
    report('warning', `reaches beyond ${path}, which ${span}; the events inside are kept`, '');
  return true;
}

/**
 * Cuts a recording into its trials, one at a time: windows may overlap, so that the trials together can be larger than
 * the recording.
 * @param file Of the recording; its events are not changed, trials are copies, or streamed where they do not fit the budget.
 */
export async function* cutTrials(
  file: ReadFile,
  list: TrialList,
  problems: ImportProblem[],
  budget: EventBudget,
  signal?: AbortSignal,
): AsyncGenerator<CutTrial> {
  const { path, events } = file;
  const nameOf = ({ row }: Trial) => `${path} #${row}`;
  const windows = list.trials.map(inWindow);
  if (!events) {
    const [whole, ...parts] = await factsOfParts(file, [(batch) => batch, ...windows], signal);
    for (const [i, trial] of list.trials.entries()) {
      if (!isUsable(path, whole, list, trial, () => parts[i].eventCount, problems)) continue;
      yield {
        name: nameOf(trial),
        classIndex: trial.classIndex,
        ...streamedRecording(file, parts[i], windows[i]),
      };
    }
    return;
  }
  const whole = factsOf({ events });
  const isOrdered = events.tUs.every((t, i) => i === 0 || t >= events.tUs[i - 1]);
  for (const [i, trial] of list.trials.entries()) {
    let cut: EventStream | undefined;
    const inside = () => {
      cut = cutWindow(events, isOrdered, trial);
      return eventCount(cut);
    };
    if (!isUsable(path, whole, list, trial, inside, problems) || !cut) continue;
    const held = budget.take(cut)
      ? { events: cut }
      : streamedRecording(file, factsOf({ events: cut }), windows[i]);
    yield { name: nameOf(trial), classIndex: trial.classIndex, ...held };
  }
}
