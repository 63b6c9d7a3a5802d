import { AppError, toErrorData } from '../core/errors.ts';
import type { SensorSize } from '../core/eventStream.ts';
import { BrokenRecording, type CollectOptions } from './collectEvents.ts';
import { assignSplit, type ClassChoice } from './import/assignClasses.ts';
import { assignFiles } from './import/assignFiles.ts';
import { type Candidate, type FindOptions, findCandidates, type ImportFile } from './import/candidates.ts';
import { cutTrials } from './import/cutTrials.ts';
import { withoutTrials } from './import/gestureTrials.ts';
import { foldersOf } from './import/paths.ts';
import {
  createBudget,
  type DecodedFile,
  type EventBudget,
  factsOfParts,
  type ReadFile,
  readFile,
  streamedRecording,
} from './import/readRecording.ts';
import { IMPORT_LIMITS } from './limits.ts';
import { createPacer } from './pacer.ts';
import type { ImportProblem, RecordingSet } from './recordingSet.ts';
import { factsOf, type LoadedEvents } from './streamedEvents.ts';

export interface ImportProgress {
  filesDone: number;
  fileCount: number;
  bytesDone: number;
  byteCount: number;
  /** The file being read. */
  file: string;
}

export interface ImportOptions extends Pick<CollectOptions, 'columns' | 'keepDamaged' | 'sensor' | 'signal'> {
  /** At most a few times per second. */
  onProgress?: (progress: ImportProgress) => void;
  /** Before each file: where a decoder hangs, the last one is it. */
  onFile?: (path: string) => void;
  /** Decides the split where names do not. Default 1. */
  splitSeed?: number;
  /** Share of each class that tests under a seeded split. Default 0.2. */
  testFraction?: number;
  /** What the visitor decided about classes and split. */
  classes?: ClassChoice;
  /** Events that may be in memory; recordings beyond are streamed from their files. Default: the limit. */
  heldEvents?: number;
  /** Paths of files on which a decoder hung: they are not read. */
  givenUp?: readonly string[];
}

const PROGRESS_MS = 100;

/** The folder or archive all files came from, else the file, else how many there were. */
export function nameOfSet(files: ImportFile[]): string {
  const roots = new Set(files.map((file) => foldersOf(file.path)[0]));
  const [root] = roots;
  if (roots.size === 1 && root !== undefined) return root;
  if (files.length === 1) return files[0].path.replace(/\.(zip|tar|tgz|tar\.gz)$/i, '');
  return `${files.length} files`;
}

/** At most {@link IMPORT_LIMITS}.problems; the rest is counted. */
export function limitProblems(problems: ImportProblem[]): ImportProblem[] {
  if (problems.length <= IMPORT_LIMITS.problems) return problems;
  const listed = problems.slice(0, IMPORT_LIMITS.problems);
  const message = `${problems.length - listed.length} more files were refused or skipped.`;
  return [...listed, { file: '', error: { code: 'more-problems', message, hint: '' } }];
}

/** Files with archives opened, and what was refused on the way. */
export interface FoundFiles {
  candidates: Candidate[];
  problems: ImportProblem[];
}

/** Looks into folders and archives. @throws as {@link findCandidates} */
export async function findFiles(files: ImportFile[], options: FindOptions = {}): Promise<FoundFiles> {
  const problems: ImportProblem[] = [];
  return { candidates: await findCandidates(files, problems, options), problems };
}

/**
 * Reads dropped files, folders and archives with event recordings into one set. Class and split come from label files
 * that cut recordings into trials (see gestureTrials), from label lists, folder names or file names (see assignClasses);
 * the order of the result depends on the paths only, not on the order of `files`.
 * Files that cannot be read end up in `problems`, each with what is wrong and where; the others load. When none
 * loads, the set has no recordings and a 0x0 sensor.
 *
 * @param files What was dropped; names the set. @param found What {@link findFiles} gave for them.
 * @throws AppError `too-many-files`, `bad-class-pattern`; the signal's reason.
 */
export async function importFiles(
  files: ImportFile[],
  options: ImportOptions = {},
  found?: FoundFiles,
): Promise<RecordingSet> {
  const {
    signal,
    onProgress,
    onFile,
    splitSeed = 1,
    testFraction = 0.2,
    columns,
    keepDamaged,
    sensor: chosenSensor,
    givenUp = [],
    classes,
    heldEvents = IMPORT_LIMITS.heldEvents,
  } = options;
  const { candidates: all, problems } = found ?? (await findFiles(files, { signal }));
  const { candidates, assignment, hasTrials } = await assignFiles(all, problems, classes, signal);

  const pacer = createPacer(signal);
  const byteCount = candidates.reduce((sum, candidate) => sum + candidate.bytes, 0);
  const budget = createBudget(heldEvents);
  const latest: { file: DecodedFile | null } = { file: null };
  const loaded: (LoadedEvents & { name: string; classIndex: number; split: 0 | 1 | undefined })[] = [];
  let bytesDone = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = (filesDone: number, file: string, bytesOfFile: number, isLast = false) => {
    if (!isLast && performance.now() - reportedAt < PROGRESS_MS) return;
    reportedAt = performance.now();
    onProgress?.({
      filesDone,
      fileCount: candidates.length,
      bytesDone: bytesDone + bytesOfFile,
      byteCount,
      file,
    });
  };

  for (const [index, candidate] of candidates.entries()) {
    const { path, bytes } = candidate;
    await pacer.pause();
    onFile?.(path);
    report(index, path, 0);
    const { classIndex, split, trials, isLeftOut } = assignment.entries[index];
    try {
      if (givenUp.includes(path)) throw stalledFile(path);
      if (isLeftOut) continue;
      if (classIndex < 0 && !trials) throw hasTrials ? withoutTrials(path) : noClass(path, assignment.origin);
      const readOptions = { signal, columns, keepDamaged, sensor: chosenSensor };
      const file = await readFile(candidate, readOptions, (done) => report(index, path, done), latest);
      for (const { message, offset } of file.warnings) {
        problems.push({
          file: path,
          error: { code: 'warning', message: `${path}: ${message}`, hint: '', offset },
        });
      }
      if (trials) {
        for await (const trial of cutTrials(file, trials, problems, budget, signal)) {
          await pacer.pause();
          loaded.push({ ...trial, split });
        }
      } else {
        const held = await hold(file, budget, signal);
        loaded.push({ name: path, classIndex, split, ...held });
      }
    } catch (error) {
      signal?.throwIfAborted();
      problems.push({
        file: path,
        error: toErrorData(error),
        ...(error instanceof BrokenRecording && { eventsBefore: error.eventsBefore }),
      });
    }
    bytesDone += bytes;
  }
  report(candidates.length, '', 0, true);

  // Only classes with a recording: a stray file in a folder of its own must not become an output of the network.
  const usedClasses = [...new Set(loaded.map(({ classIndex }) => classIndex))].sort((a, b) => a - b);
  const { origin: splitOrigin, splits } = assignSplit(loaded, splitSeed, testFraction, classes?.split);
  const sensor = loaded.reduce<SensorSize>(
    (largest, { events }) => ({
      width: Math.max(largest.width, events.sensor.width),
      height: Math.max(largest.height, events.sensor.height),
    }),
    { width: 0, height: 0 },
  );
  return {
    kind: 'events',
    name: nameOfSet(files),
    synthetic: false,
    sensor,
    classNames: usedClasses.map((index) => assignment.classNames[index]),
    recordings: loaded.map(({ name, classIndex, events, streamed }, index) => ({
      name,
      classIndex: usedClasses.indexOf(classIndex),
      split: splits[index],
      // One sensor for the set: where the files do not say theirs, one recording need not reach its border.
      events: { ...events, sensor },
      ...(streamed && { streamed }),
    })),
    problems: limitProblems(problems),
    origin: { classes: assignment.origin, split: splitOrigin },
  };
}

function noClass(path: string, origin: string): AppError {
  if (origin === 'pattern') {
    return new AppError(
      'no-class',
      `${path} does not match the pattern of the classes.`,
      'Change the pattern.',
    );
  }
  return origin === 'labelList'
    ? new AppError('no-class', `${path} is not in the label list.`, 'Add a line `<file> <label>` for it.')
    : new AppError(
        'no-class',
        `${path} is in no class folder.`,
        'Move it into a folder named after its class.',
      );
}

/** A recording in memory where it fits, else one that is streamed from its file. */
async function hold(file: ReadFile, budget: EventBudget, signal?: AbortSignal): Promise<LoadedEvents> {
  const { events } = file;
  if (events && budget.take(events)) return { events };
  const facts = events ? factsOf({ events }) : (await factsOfParts(file, [(batch) => batch], signal))[0];
  return streamedRecording(file, facts);
}

function stalledFile(path: string): AppError {
  return new AppError(
    'import-stalled',
    `${path}: the worker that read it hung and was ended; the other files were read without it.`,
    'Open the recording in the program that made it and save it again.',
  );
}
