import { type EventStream, eventCount } from '../../core/eventStream.ts';
import type { ImportProblem } from '../recordingSet.ts';
import type { Trial, TrialList } from './gestureTrials.ts';

/** One trial as a recording of its own. */
export interface CutTrial {
  /** `<recording> #<row>`. */
  name: string;
  classIndex: number;
  events: EventStream;
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

/**
 * Cuts a recording into its trials, one at a time: windows may overlap, so that the trials together can be larger than
 * the recording. A row without events in its window yields nothing and a problem `trial-outside` or `trial-empty`; one
 * that the recording covers in part is kept with a `warning`.
 * @param path Of the recording. @param events Is not changed; the trials are copies.
 */
export function* cutTrials(
  path: string,
  events: EventStream,
  list: TrialList,
  problems: ImportProblem[],
): Generator<CutTrial> {
  const { tUs } = events;
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = Number.NEGATIVE_INFINITY;
  let isOrdered = true;
  for (let i = 0; i < eventCount(events); i++) {
    if (tUs[i] < lastUs) isOrdered = false;
    if (tUs[i] < firstUs) firstUs = tUs[i];
    if (tUs[i] > lastUs) lastUs = tUs[i];
  }
  const span = firstUs > lastUs ? 'has no events' : `runs from ${firstUs} to ${lastUs} us`;
  for (const trial of list.trials) {
    const { row, classIndex, startUs, stopUs, offset } = trial;
    const where = `${list.path}: row ${row} (class ${classIndex + 1}, ${startUs} to ${stopUs} us)`;
    const report = (code: string, what: string, hint: string) =>
      problems.push({ file: list.path, error: { code, message: `${where} ${what}.`, hint, offset } });
    if (stopUs <= firstUs || startUs > lastUs) {
      report('trial-outside', `is outside ${path}, which ${span}`, 'Check that the recording is whole.');
      continue;
    }
    const cut = cutWindow(events, isOrdered, trial);
    if (eventCount(cut) === 0) {
      report(
        'trial-empty',
        `has no events in ${path}`,
        'Check that the label file is that of the recording.',
      );
      continue;
    }
    if (startUs < firstUs || stopUs - 1 > lastUs)
      report('warning', `reaches beyond ${path}, which ${span}; the events inside are kept`, '');
    yield { name: `${path} #${row}`, classIndex, events: cut };
  }
}
