import { frameBit, frameSize, planesFor, wordsPerFrame, wordsPerStep } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import type { EventView, ImageView, RecordingView } from './dataMessages.ts';
import type { ImageSet, LoadedSet, RecordingSet } from './recordingSet.ts';
import type { StoredSet } from './stored/storedSets.ts';
import { factsOf, firstEvents } from './streamedEvents.ts';
import { splitName } from './summarize.ts';

/** Events that a player is given of one recording: it draws them on the page's own thread. */
const SHOWN_EVENTS = 3_000_000;

export function sampleTotal(set: LoadedSet | StoredSet): number {
  if (set.kind === 'stored') return set.facts.labels.length;
  return set.kind === 'frames' ? set.labels.length : set.recordings.length;
}

/** A copy of one recording or image: the original stays where it is. */
export async function viewSample(set: LoadedSet | StoredSet, index: number): Promise<RecordingView> {
  const count = sampleTotal(set);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    const name = set.kind === 'stored' ? set.facts.name : set.name;
    throw new AppError(
      'no-such-recording',
      `There is no recording ${index}: the set ${name} has ${count}.`,
      `Choose one from 0 to ${count - 1}.`,
    );
  }
  if (set.kind === 'stored') return viewStored(set, index);
  return set.kind === 'frames' ? viewImage(set, index) : viewEvents(set, index);
}

async function viewEvents(set: RecordingSet, index: number): Promise<EventView> {
  const recording = set.recordings[index];
  const { name, classIndex, split } = recording;
  const { eventCount } = factsOf(recording);
  const events = await firstEvents(recording, SHOWN_EVENTS);
  const { tUs, x, y, polarity } = events;
  const part = <A extends Float64Array | Uint16Array | Uint8Array>(column: A): A =>
    column.slice(0, SHOWN_EVENTS) as A;
  return {
    kind: 'events',
    name,
    className: set.classNames[classIndex],
    split: splitName(split),
    events: { ...events, tUs: part(tUs), x: part(x), y: part(y), polarity: part(polarity) },
    ...(eventCount > SHOWN_EVENTS && { eventTotal: eventCount }),
  };
}

function viewImage(set: ImageSet, index: number): ImageView {
  const { shape, pixels, labels, split, classNames } = set;
  const size = frameSize(shape);
  return {
    kind: 'frames',
    name: imageName(set, index),
    className: classNames[labels[index]],
    split: splitName(split[index]),
    shape: { ...shape },
    pixels: pixels.slice(index * size, (index + 1) * size),
  };
}

/** The file an image is from and its number in it, from 0. */
export function imageName({ files }: ImageSet, index: number): string {
  let first = 0;
  for (const { path, count } of files) {
    if (index < first + count) return `${path} #${index - first}`;
    first += count;
  }
  return `#${index}`;
}

async function viewStored({ facts, committed }: StoredSet, index: number): Promise<RecordingView> {
  const block = await committed.block(index);
  const { labels, split, classNames, shape, kind, source } = facts;
  const sample = {
    name: source.names[index],
    className: classNames[labels[index]],
    split: splitName(split[index]),
  };
  if (kind === 'frames') return { kind, ...sample, shape, pixels: block };
  return {
    kind: 'events',
    ...sample,
    events: eventsOfFrames(new Uint32Array(block.buffer), facts, source.encoding?.stepDurationUs ?? 1),
    isFromFrames: true,
  };
}

/** One event per bit, n for a count of n, all at the beginning of their step. */
function eventsOfFrames(
  words: Uint32Array,
  { shape, stepCount, maxCount = 1 }: Pick<StoredSet['facts'], 'shape' | 'stepCount' | 'maxCount'>,
  stepUs: number,
): EventView['events'] {
  const { channels, height, width } = shape;
  const planeWords = wordsPerFrame(shape);
  const stepWords = wordsPerStep({ shape, maxCount });
  const rows: number[][] = [];
  for (let step = 0; step < stepCount; step++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let channel = 0; channel < channels; channel++) {
          const bit = frameBit(shape, channel, y, x);
          let count = 0;
          for (let plane = 0; plane < planesFor(maxCount); plane++) {
            const word = words[step * stepWords + plane * planeWords + (bit >>> 5)];
            count += ((word >>> (bit & 31)) & 1) << plane;
          }
          for (; count > 0; count--) rows.push([step * stepUs, x, y, channels === 1 ? 1 : channel]);
        }
      }
    }
  }
  return {
    sensor: { width, height },
    originUs: 0,
    tUs: Float64Array.from(rows, ([t]) => t),
    x: Uint16Array.from(rows, ([, x]) => x),
    y: Uint16Array.from(rows, ([, , y]) => y),
    polarity: Uint8Array.from(rows, ([, , , polarity]) => polarity),
  };
}
