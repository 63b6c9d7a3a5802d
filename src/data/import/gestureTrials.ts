import { TEST, TRAIN } from '../../core/encodedDataset.ts';
import { AppError, type ErrorData, toErrorData } from '../../core/errors.ts';
import { latin1 } from '../formats/latin1.ts';
import type { ImportProblem } from '../recordingSet.ts';
import type { Assignment } from './assignClasses.ts';
import type { Candidate } from './candidates.ts';
import { baseName, foldersOf, splitOfFolder, stemOf } from './paths.ts';

/*
 * DvsGesture keeps many trials in one recording. Beside `<name>.aedat` stands `<name>_labels.csv`:
 *
 *   class,startTime_usec,endTime_usec     class 1 .. 11; half-open window [start, end) in the time of the recording
 *
 * gesture_mapping.csv (`action,label`) names the classes; trials_to_train.txt and trials_to_test.txt name one recording
 * per line. Label files repeat classes and let windows overlap: every row is cut on its own.
 */

/** Gestures of the data set; class c of a label file has index c - 1. */
const CLASS_COUNT = 11;
/** Rows of one label file: real ones have about a dozen, and each row costs a walk over a recording out of order. */
export const MAX_TRIALS = 1000;

/** Label files, mappings and split lists that are longer are something else; real ones have hundreds of bytes. */
const MAX_LIST_BYTES = 1 << 20;

const TRIAL_LIST_NAME = /_labels\.csv$/i;
const MAPPING_NAME = /(^|_)gesture_mapping\.csv$/i;
/** By split. */
const SPLIT_LIST_NAMES = [/(^|_)trials_to_train\.txt$/i, /(^|_)trials_to_test\.txt$/i];
const TRIAL_HEADER = /^class\s*,\s*startTime_usec\s*,\s*endTime_usec$/i;
const MAPPING_HEADER = /^action\s*,\s*label$/i;

/** One row of a label file. */
export interface Trial {
  /** From 1, without the header and empty lines. */
  row: number;
  classIndex: number;
  /** The window [startUs, stopUs), in the time base of the recording. */
  startUs: number;
  stopUs: number;
  /** Byte offset of the row in the label file. */
  offset: number;
}

/** The rows of a label file that can be used, in file order. */
export interface TrialList {
  path: string;
  trials: Trial[];
}

interface Line {
  text: string;
  /** Characters before the line; bytes, where the text is Latin-1. */
  offset: number;
}

/** Lines that are not empty, trimmed. */
function linesOf(text: string): Line[] {
  return Array.from(text.matchAll(/[^\r\n]+/g), (match) => ({
    text: match[0].replace(/^\u00ef\u00bb\u00bf/, '').trim(),
    offset: match.index,
  })).filter(({ text: line }) => line !== '');
}

function rowError(path: string, row: number, reason: string, offset: number): ErrorData {
  return {
    code: 'bad-trial',
    message: `${path}: row ${row} ${reason}.`,
    hint: 'Correct or remove the row; the other rows are read.',
    offset,
  };
}

/** The trial of a row, or what is wrong with it. */
function parseTrial({ text, offset }: Line, row: number): Trial | string {
  const columns = text.split(',').map((column) => column.trim());
  if (columns.length !== 3 || columns.some((column) => !/^\d{1,15}$/.test(column)))
    return `is "${text.slice(0, 60)}", expected are three whole numbers: class, start, end`;
  const [label, startUs, stopUs] = columns.map(Number);
  if (label < 1 || label > CLASS_COUNT) return `has the class ${label}, allowed is 1 to ${CLASS_COUNT}`;
  if (stopUs <= startUs) return `ends at ${stopUs} us, not after its start at ${startUs} us`;
  return { row, classIndex: label - 1, startUs, stopUs, offset };
}

/**
 * Reads a label file of trials. Rows that are wrong are left out, each with a problem `bad-trial`.
 * @returns Undefined when the first line is not that of such a file.
 * @throws AppError `bad-trial` for more than {@link MAX_TRIALS} rows.
 */
export function parseTrialList(
  path: string,
  bytes: Uint8Array,
  problems: ImportProblem[],
): TrialList | undefined {
  const [header, ...rows] = linesOf(latin1(bytes));
  if (!header || !TRIAL_HEADER.test(header.text)) return undefined;
  if (rows.length > MAX_TRIALS) {
    throw new AppError(
      'bad-trial',
      `${path} has ${rows.length} rows, the limit is ${MAX_TRIALS} trials of one recording.`,
      'Cut the recording into shorter ones.',
      rows[MAX_TRIALS].offset,
    );
  }
  const trials: Trial[] = [];
  for (const [i, line] of rows.entries()) {
    const trial = parseTrial(line, i + 1);
    if (typeof trial !== 'string') trials.push(trial);
    else problems.push({ file: path, error: rowError(path, i + 1, trial, line.offset) });
  }
  return { path, trials };
}

/**
 * Names of the classes from gesture_mapping.csv, by class index; classes it leaves out keep their numbers.
 * @returns Undefined when it is no such file, or gives one name to two classes.
 */
export function parseGestureMapping(bytes: Uint8Array): string[] | undefined {
  const [header, ...rows] = linesOf(new TextDecoder().decode(bytes));
  if (!header || !MAPPING_HEADER.test(header.text)) return undefined;
  const names = Array.from({ length: CLASS_COUNT }, (_, index) => String(index + 1));
  for (const { text } of rows) {
    // Four names of the real file end in a blank.
    const [, name, label] = /^(.*?\S)\s*,\s*(\d{1,2})$/.exec(text) ?? [];
    if (name === undefined || Number(label) < 1 || Number(label) > CLASS_COUNT) return undefined;
    names[Number(label) - 1] = name;
  }
  return new Set(names).size === CLASS_COUNT ? names : undefined;
}

/** Trials, class names and splits of a data set laid out like DvsGesture. */
export interface TrialSet {
  /** By class index. */
  classNames: string[];
  /** By folder and name of the recording, without its extension. */
  lists: Map<string, TrialList>;
  /** By file name of the recording. */
  splits: Map<string, 0 | 1>;
}

/** What a recording and its label file have in common. */
function trialKey(recordingPath: string): string {
  return [...foldersOf(recordingPath), stemOf(recordingPath)].join('/');
}

/** The whole of a small text file; undefined for one that is too long, or cannot be unpacked. */
async function readSmall(candidate: Candidate, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  if (candidate.bytes > MAX_LIST_BYTES) return undefined;
  try {
    const source = await candidate.open(signal);
    return await source.read(0, MAX_LIST_BYTES);
  } catch {
    signal?.throwIfAborted();
    // Reading it as a recording reports why.
    return undefined;
  }
}

/**
 * Looks for label files of trials and what comes with them.
 * @param problems Rows that are wrong, label files without a recording and lists that contradict each other are appended.
 * @returns The set, where at least one recording has a label file beside it, and the files that are none of its lists.
 * @throws The signal's reason.
 */
export async function findTrials(
  candidates: Candidate[],
  problems: ImportProblem[],
  signal?: AbortSignal,
): Promise<{ trialSet: TrialSet | undefined; rest: Candidate[] }> {
  const refuse = (file: string, error: unknown) => problems.push({ file, error: toErrorData(error) });
  const named = (pattern: RegExp) => candidates.filter(({ path }) => pattern.test(baseName(path)));
  const recordings = new Set(candidates.map(({ path }) => trialKey(path)));
  const used = new Set<Candidate>();
  const lists: TrialSet['lists'] = new Map();
  for (const candidate of named(TRIAL_LIST_NAME)) {
    const { path } = candidate;
    const bytes = await readSmall(candidate, signal);
    if (!bytes) continue;
    const key = path.replace(TRIAL_LIST_NAME, '');
    try {
      const rowProblems: ImportProblem[] = [];
      const list = parseTrialList(path, bytes, rowProblems);
      if (!list) continue;
      used.add(candidate);
      if (!recordings.has(key)) throw noRecording(path, key);
      lists.set(key, list);
      problems.push(...rowProblems);
    } catch (error) {
      used.add(candidate);
      refuse(path, error);
    }
  }
  const rest = () => candidates.filter((candidate) => !used.has(candidate));
  if (lists.size === 0) return { trialSet: undefined, rest: rest() };

  let classNames = Array.from({ length: CLASS_COUNT }, (_, index) => String(index + 1));
  for (const candidate of named(MAPPING_NAME)) {
    const bytes = await readSmall(candidate, signal);
    if (!bytes) continue;
    used.add(candidate);
    const names = parseGestureMapping(bytes);
    if (names) classNames = names;
    else refuse(candidate.path, badMapping(candidate.path));
  }
  const splits: TrialSet['splits'] = new Map();
  // Training lists first: where lists contradict each other, nothing is tested on that has trained.
  for (const split of [TRAIN, TEST] as const) {
    for (const candidate of named(SPLIT_LIST_NAMES[split])) {
      const bytes = await readSmall(candidate, signal);
      if (!bytes) continue;
      used.add(candidate);
      for (const { text } of linesOf(new TextDecoder().decode(bytes))) {
        if ((splits.get(text) ?? split) === split) splits.set(text, split);
        else refuse(candidate.path, inBothLists(candidate.path, text));
      }
    }
  }
  return { trialSet: { classNames, lists, splits }, rest: rest() };
}

/** Trials and split of every recording; one without a label file has no class. */
export function assignTrials(paths: string[], { classNames, lists, splits }: TrialSet): Assignment {
  const folderSplit = (path: string) =>
    foldersOf(path)
      .map(splitOfFolder)
      .findLast((split) => split !== undefined);
  const entries = paths.map((path) => ({
    classIndex: -1,
    split: splits.get(baseName(path)) ?? folderSplit(path),
    trials: lists.get(trialKey(path)),
  }));
  return { origin: 'labelList', classNames, entries };
}

/** A recording that no label file names, among recordings that have one. */
export function withoutTrials(path: string): AppError {
  const stem = stemOf(path);
  return new AppError(
    'no-class',
    `${path} has no label file ${stem}_labels.csv beside it, as the recordings of this set have.`,
    'Add the label file, or import the recording separately.',
  );
}

function noRecording(path: string, key: string): AppError {
  return new AppError(
    'no-recording',
    `${path} labels the trials of ${baseName(key)}.aedat, which is not beside it.`,
    'Drop the recording together with its label file.',
  );
}

function badMapping(path: string): AppError {
  return new AppError(
    'bad-mapping',
    `${path} does not name the classes: expected are a line "action,label" and lines <name>,<1 to ${CLASS_COUNT}> with different names.`,
    'Correct it; until then classes are called by their numbers.',
    0,
  );
}

function inBothLists(path: string, recording: string): AppError {
  return new AppError(
    'bad-split',
    `${path} tests on ${recording}, which the training list names too; it trains.`,
    'Remove it from one of the lists.',
  );
}
