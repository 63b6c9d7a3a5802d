import { AppError, toErrorData } from '../core/errors.ts';
import type { EventStream, SensorSize } from '../core/eventStream.ts';
import { type CollectOptions, collectEvents } from './collectEvents.ts';
import { detectFormat } from './formats/detectFormat.ts';
import { assignClasses, assignSplit } from './import/assignClasses.ts';
import { type Candidate, findCandidates, type ImportFile } from './import/candidates.ts';
import { cutTrials } from './import/cutTrials.ts';
import { assignTrials, findTrials, withoutTrials } from './import/gestureTrials.ts';
import { type LabelList, mayBeLabelList, parseLabelList } from './import/labelList.ts';
import { upright } from './import/orientation.ts';
import { compareNames, foldersOf } from './import/paths.ts';
import { IMPORT_LIMITS } from './limits.ts';
import { createPacer } from './pacer.ts';
import type { ImportProblem, RecordingSet } from './recordingSet.ts';

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
  /** Decides the split where names do not. Default 1. */
  splitSeed?: number;
  /** Share of each class that tests under a seeded split. Default 0.2. */
  testFraction?: number;
}

const PROGRESS_MS = 100;

/** Separates label lists from recordings. */
async function readLabelLists(
  candidates: Candidate[],
  signal?: AbortSignal,
): Promise<{ lists: LabelList[]; rest: Candidate[] }> {
  const lists: LabelList[] = [];
  const rest: Candidate[] = [];
  for (const candidate of candidates) {
    let list: LabelList | undefined;
    if (mayBeLabelList(candidate.path) && candidate.bytes <= IMPORT_LIMITS.labelListBytes) {
      try {
        const source = await candidate.open(signal);
        const bytes = await source.read(0, Math.min(source.size, IMPORT_LIMITS.labelListBytes));
        list = parseLabelList(candidate.path, new TextDecoder().decode(bytes));
      } catch {
        signal?.throwIfAborted();
        // A member that cannot be unpacked: reading it as a recording reports why.
      }
    }
    if (list) lists.push(list);
    else rest.push(candidate);
  }
  return { lists, rest };
}

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
export async function findFiles(files: ImportFile[], signal?: AbortSignal): Promise<FoundFiles> {
  const problems: ImportProblem[] = [];
  return { candidates: await findCandidates(files, problems, signal), problems };
}

/**
 * Reads dropped files, folders and archives with event recordings into one set. Class and split come from label files
 * that cut recordings into trials (see gestureTrials), from label lists, folder names or file names (see assignClasses);
 * the order of the result depends on the paths only, not on the order of `files`.
 * Files that cannot be read end up in `problems`, each with what is wrong and where; the others load. When none
 * loads, the set has no recordings and a 0x0 sensor.
 *
 * @param files What was dropped; names the set. @param found What {@link findFiles} gave for them.
 * @throws AppError `too-many-files`, `set-too-large`; the signal's reason.
 */
export async function importFiles(
  files: ImportFile[],
  options: ImportOptions = {},
  found?: FoundFiles,
): Promise<RecordingSet> {
  const {
    signal,
    onProgress,
    splitSeed = 1,
    testFraction = 0.2,
    columns,
    keepDamaged,
    sensor: chosenSensor,
  } = options;
  const { candidates: all, problems } = found ?? (await findFiles(files, signal));
  const { trialSet, rest: unlisted } = await findTrials(all, problems, signal);
  const { lists, rest } = await readLabelLists(unlisted, signal);
  const candidates = rest.sort((a, b) => compareNames(a.path, b.path));
  const paths = candidates.map((candidate) => candidate.path);
  const assignment = trialSet ? assignTrials(paths, trialSet) : assignClasses(paths, lists);

  const pacer = createPacer(signal);
  const byteCount = candidates.reduce((sum, candidate) => sum + candidate.bytes, 0);
  const loaded: { name: string; classIndex: number; split: 0 | 1 | undefined; events: EventStream }[] = [];
  let bytesDone = 0;
  let eventTotal = 0;
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

  for (const [index, { path, bytes, open }] of candidates.entries()) {
    await pacer.pause();
    report(index, path, 0);
    const { classIndex, split, trials } = assignment.entries[index];
    try {
      if (classIndex < 0 && !trials) throw trialSet ? withoutTrials(path) : noClass(path, assignment.origin);
      const source = await open(signal);
      const decoder = await detectFormat(source);
      const collected = await collectEvents(decoder, source, {
        signal,
        columns,
        keepDamaged,
        sensor: chosenSensor,
        onProgress: (bytesRead) => report(index, path, bytesRead),
      });
      for (const { message, offset } of collected.warnings) {
        problems.push({
          file: path,
          error: { code: 'warning', message: `${path}: ${message}`, hint: '', offset },
        });
      }
      const events = upright(collected.events, collected.orientation);
      const parts = trials ? cutTrials(path, events, trials, problems) : [{ name: path, classIndex, events }];
      for (const part of parts) {
        await pacer.pause();
        loaded.push({ ...part, split });
        eventTotal += part.events.tUs.length;
        // Windows of trials may overlap: not only a file, each part of one may pass the limit.
        if (eventTotal > IMPORT_LIMITS.setEvents) break;
      }
    } catch (error) {
      signal?.throwIfAborted();
      problems.push({ file: path, error: toErrorData(error) });
    }
    if (eventTotal > IMPORT_LIMITS.setEvents) throw setTooLarge(index + 1, candidates.length);
    bytesDone += bytes;
  }
  report(candidates.length, '', 0, true);

  // Only classes with a recording: a stray file in a folder of its own must not become an output of the network.
  const usedClasses = [...new Set(loaded.map(({ classIndex }) => classIndex))].sort((a, b) => a - b);
  const { origin: splitOrigin, splits } = assignSplit(loaded, splitSeed, testFraction);
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
    recordings: loaded.map(({ name, classIndex, events }, index) => ({
      name,
      classIndex: usedClasses.indexOf(classIndex),
      split: splits[index],
      // One sensor for the set: where the files do not say theirs, one recording need not reach its border.
      events: { ...events, sensor },
    })),
    problems: limitProblems(problems),
    origin: { classes: assignment.origin, split: splitOrigin },
  };
}

function noClass(path: string, origin: string): AppError {
  return origin === 'labelList'
    ? new AppError('no-class', `${path} is not in the label list.`, 'Add a line `<file> <label>` for it.')
    : new AppError(
        'no-class',
        `${path} is in no class folder.`,
        'Move it into a folder named after its class.',
      );
}

function setTooLarge(filesRead: number, fileCount: number): AppError {
  return new AppError(
    'set-too-large',
    `The first ${filesRead} of ${fileCount} files have more than ${IMPORT_LIMITS.setEvents} events, the limit for one set in memory.`,
    'Import a part of the files.',
  );
}
