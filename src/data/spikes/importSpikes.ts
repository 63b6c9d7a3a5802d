import { AppError, type ErrorData, toErrorData } from '../../core/errors.ts';
import type { EventStream, SensorSize } from '../../core/eventStream.ts';
import { detectsHdf5 } from '../formats/hdf5/hdf5.ts';
import { assignSplit } from '../import/assignClasses.ts';
import { type Candidate, withOpened } from '../import/candidates.ts';
import { baseName, compareNames, foldersOf, splitOfFileName, splitOfFolder } from '../import/paths.ts';
import type { ImportProgress } from '../importFiles.ts';
import { IMPORT_LIMITS } from '../limits.ts';
import { createPacer } from '../pacer.ts';
import type { ImportProblem, RecordingSet } from '../recordingSet.ts';
import { type SpikeFile, type SpikeTrain, withSpikeFile } from './spikeFile.ts';

/** Channels of the artificial cochlea of SHD and SSC. */
const COCHLEA_CHANNELS = 700;
/** Samples between two reports of progress. */
const REPORT_EVERY = 100;

interface LoadedTrain extends SpikeTrain {
  name: string;
  split: 0 | 1 | undefined;
}

export interface SpikeImportOptions {
  signal?: AbortSignal;
  /** At most a few times per second. */
  onProgress?: (progress: ImportProgress) => void;
  splitSeed: number;
  testFraction: number;
}

/** The HDF5 files of a drop, where the first of them holds spike trains, and everything else. */
export interface SpikeFiles {
  files: Candidate[];
  others: Candidate[];
}

const isHdf5 = ({ path, head }: Candidate) => (head ? detectsHdf5(head) : /\.(h5|hdf5)$/i.test(path));

/** Looks whether a drop is one of spike trains; only the first HDF5 file is opened. @returns Null where it is not. */
export async function findSpikeFiles(
  candidates: readonly Candidate[],
  signal?: AbortSignal,
): Promise<SpikeFiles | null> {
  const files = candidates.filter(isHdf5);
  if (files.length === 0) return null;
  try {
    const isSpikes = await withOpened(files[0], signal, (source) =>
      withSpikeFile(source, signal, async (file) => file !== null),
    );
    if (!isSpikes) return null;
  } catch {
    signal?.throwIfAborted();
    // What is wrong with the file is said when it is read.
    return null;
  }
  return { files, others: candidates.filter((candidate) => !isHdf5(candidate)) };
}

/**
 * Reads files of spike trains into one set: channel u of a sample is pixel (u, 0) of a sensor of one row, every spike an
 * event without a sign; a sample begins at its time 0. Labels are the classes. The order is that of the paths, then of
 * the files.
 * @param problems What was refused before; becomes part of the result.
 * @throws AppError `set-too-large`; the signal's reason.
 */
export async function importSpikes(
  name: string,
  { files, others }: SpikeFiles,
  problems: ImportProblem[],
  { signal, onProgress, splitSeed, testFraction }: SpikeImportOptions,
): Promise<RecordingSet> {
  for (const other of others) problems.push({ file: other.path, error: strangerError(other.path) });
  const pacer = createPacer(signal);
  const ordered = [...files].sort((a, b) => compareNames(a.path, b.path));
  const byteCount = ordered.reduce((sum, { bytes }) => sum + bytes, 0);
  const loaded: LoadedTrain[] = [];
  let classNames: string[] = [];
  let bytesDone = 0;
  let spikeCount = 0;
  for (const [filesDone, candidate] of ordered.entries()) {
    const { path, bytes } = candidate;
    const split = splitOfFileName(baseName(path)) ?? foldersOf(path).map(splitOfFolder).find(isStated);
    const countBefore = loaded.length;
    try {
      const read = (use: (file: SpikeFile | null) => Promise<void>) =>
        withOpened(candidate, signal, (source) => withSpikeFile(source, signal, use));
      await read(async (file) => {
        if (!file) {
          problems.push({ file: path, error: strangerError(path) });
          return;
        }
        if (classNames.length === 0) classNames = file.classNames;
        for (const train of file.samples()) {
          await pacer.pause();
          const index = loaded.length - countBefore;
          spikeCount += train.tUs.length;
          if (spikeCount > IMPORT_LIMITS.setEvents) throw tooManySpikes(filesDone + 1, ordered.length);
          loaded.push({ ...train, name: `${path} #${index}`, split });
          if (index % REPORT_EVERY === 0)
            onProgress?.({
              filesDone,
              fileCount: ordered.length,
              bytesDone: bytesDone + (bytes * index) / file.sampleCount,
              byteCount,
              file: path,
            });
        }
      });
    } catch (error) {
      signal?.throwIfAborted();
      const data = toErrorData(error);
      if (data.code === 'set-too-large') throw error;
      // A file counts as a whole or not at all.
      loaded.length = countBefore;
      problems.push({ file: path, error: data });
    }
    bytesDone += bytes;
  }
  onProgress?.({
    filesDone: ordered.length,
    fileCount: ordered.length,
    bytesDone: byteCount,
    byteCount,
    file: '',
  });
  const used = [...new Set(loaded.map(({ label }) => label))].sort((a, b) => a - b);
  const classOf = new Map(used.map((label, index) => [label, index]));
  const items = loaded.map(({ label, split }) => ({ classIndex: classOf.get(label) as number, split }));
  const { origin, splits } = assignSplit(items, splitSeed, testFraction);
  const sensor = sensorOf(loaded);
  return {
    kind: 'events',
    name,
    synthetic: false,
    sensor,
    channels: 1,
    classNames: used.map((label) => classNames[label] ?? String(label)),
    recordings: loaded.map((train, index) => ({
      name: train.name,
      classIndex: items[index].classIndex,
      split: splits[index],
      events: eventsOf(train, sensor),
    })),
    problems,
    origin: { classes: 'labelBytes', split: origin },
  };
}

/** As many columns as there are channels; SHD and SSC have 700, whatever occurs in a file. */
function sensorOf(trains: readonly SpikeTrain[]): SensorSize {
  if (trains.length === 0) return { width: 0, height: 0 };
  let width = COCHLEA_CHANNELS;
  for (const { unit } of trains) for (const each of unit) if (each >= width) width = each + 1;
  return { width, height: 1 };
}

function eventsOf({ tUs, unit }: SpikeTrain, sensor: SensorSize): EventStream {
  const y = new Uint16Array(tUs.length);
  const polarity = new Uint8Array(tUs.length).fill(1);
  return { sensor, originUs: 0, tUs, x: unit, y, polarity };
}

const isStated = (split: 0 | 1 | undefined): split is 0 | 1 => split !== undefined;

function strangerError(path: string): ErrorData {
  return {
    code: 'not-spikes',
    message: `${path} holds no spike trains, as the rest of the import does.`,
    hint: 'Import recordings of a camera and spike trains separately.',
  };
}

function tooManySpikes(filesRead: number, fileCount: number): AppError {
  return new AppError(
    'set-too-large',
    `The first ${filesRead} of ${fileCount} files have more than ${IMPORT_LIMITS.setEvents} spikes, the limit for one set in memory.`,
    'Import a part of the files.',
  );
}
