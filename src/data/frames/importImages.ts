import type { FrameShape } from '../../core/encodedDataset.ts';
import { frameSize } from '../../core/encodedDataset.ts';
import { AppError, type ErrorData, toErrorData } from '../../core/errors.ts';
import { CIFAR_SHAPE, readCifar } from '../formats/cifar/cifar.ts';
import { openIdx, readIdxItems, transposeImages } from '../formats/idx/idx.ts';
import { assignSplit } from '../import/assignClasses.ts';
import { type Candidate, withOpened } from '../import/candidates.ts';
import { compareNames } from '../import/paths.ts';
import type { ImportProgress } from '../importFiles.ts';
import { IMPORT_LIMITS } from '../limits.ts';
import type { ImageSet, ImportProblem } from '../recordingSet.ts';
import { type LabelNames, labelNamesOf } from './classNames.ts';
import type { FrameFiles } from './frameFiles.ts';
import { type FrameGroup, type FramePart, groupFrames, imageFileOf, preferredGroup } from './frameGroups.ts';

/**
 * How idx images lie in their files: `auto` = by name, `emnist-*` transposed and all others as they are; `upright` and
 * `transposed` overrule the name.
 */
export type ImageOrientation = 'auto' | 'upright' | 'transposed';

export interface ImageImportOptions {
  signal?: AbortSignal;
  /** At most a few times per second. */
  onProgress?: (progress: ImportProgress) => void;
  splitSeed: number;
  testFraction: number;
  imageOrientation: ImageOrientation;
}

const PROGRESS_MS = 100;

/** Images of one part as they come from its file. */
interface ReadPart {
  path: string;
  split: 0 | 1 | undefined;
  shape: FrameShape;
  /** u8[count], as stored. */
  labels: Uint8Array;
  /** u8[count][height][width][channels] */
  pixels: Uint8Array;
}

/**
 * Reads image files (idx pairs, CIFAR batches) into one set of upright images. One data set is loaded: where there are
 * several, the others are listed in `problems`, as are files that cannot be read or belong to nothing. Classes are the
 * labels that occur, in the order of their numbers. The order of the images depends on the paths only.
 *
 * @param name Of the set, where its file names do not give one. @param problems What was refused before; becomes part of the result.
 * @returns A set without images and classes when nothing could be read.
 * @throws AppError `set-too-large`; the signal's reason.
 */
export async function importImages(
  name: string,
  files: FrameFiles,
  problems: ImportProblem[],
  options: ImageImportOptions,
): Promise<ImageSet> {
  const { groups, unpaired } = groupFrames(files);
  const refuse = (file: Candidate, error: ErrorData) => problems.push({ file: file.path, error });
  for (const file of files.pickles) refuse(file, pickleError(file.path));
  for (const { file, missing } of unpaired) refuse(file, unpairedError(file.path, missing));
  for (const file of files.others) refuse(file, strangerError(file.path));
  const group = groups.length > 0 ? preferredGroup(groups) : undefined;
  for (const other of groups) {
    if (group && other !== group)
      for (const part of other.parts) refuse(imageFileOf(part), otherSetError(part, group));
  }
  const parts = group ? await readParts(group, problems, options) : [];
  const names = group ? await labelNamesOf(group, files.nameLists, options.signal) : () => undefined;
  return assemble(group?.name || name, parts, names, problems, options);
}

async function readParts(
  group: FrameGroup,
  problems: ImportProblem[],
  options: ImageImportOptions,
): Promise<ReadPart[]> {
  const parts = [...group.parts].sort((a, b) => compareNames(imageFileOf(a).path, imageFileOf(b).path));
  const byteCount = parts.reduce((sum, part) => sum + imageFileOf(part).bytes, 0);
  const loaded: ReadPart[] = [];
  let bytesDone = 0;
  let imageBytes = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  for (const [filesDone, part] of parts.entries()) {
    const file = imageFileOf(part);
    const report = (bytesRead: number, isLast = false) => {
      if (!isLast && performance.now() - reportedAt < PROGRESS_MS) return;
      reportedAt = performance.now();
      // The size of a compressed file is less than what is read from it.
      const ofFile = Math.min(bytesRead, file.bytes);
      options.onProgress?.({
        filesDone: isLast ? parts.length : filesDone,
        fileCount: parts.length,
        bytesDone: bytesDone + ofFile,
        byteCount,
        file: isLast ? '' : file.path,
      });
    };
    report(0);
    try {
      const read = await readPart(part, IMPORT_LIMITS.setImageBytes - imageBytes, problems, options, report);
      checkShape(read, loaded[0]);
      imageBytes += read.pixels.length;
      loaded.push(read);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof AppError && error.code === 'set-too-large') throw error;
      problems.push({ file: file.path, error: toErrorData(error) });
    }
    bytesDone += file.bytes;
    if (filesDone === parts.length - 1) report(0, true);
  }
  return loaded;
}

async function readPart(
  part: FramePart,
  bytesLeft: number,
  problems: ImportProblem[],
  { signal, imageOrientation }: ImageImportOptions,
  onProgress: (bytesRead: number) => void,
): Promise<ReadPart> {
  const warn = (path: string, message: string) =>
    problems.push({ file: path, error: { code: 'warning', message: `${path}: ${message}`, hint: '' } });
  const { split } = part;
  if (part.kind === 'cifar') {
    const { path } = part.file;
    const { labels, pixels, warnings } = await withOpened(part.file, signal, (source) => {
      checkBytes(path, source.size, bytesLeft);
      return readCifar(source, part.layout, { signal, onProgress });
    });
    for (const message of warnings) warn(path, message);
    return { path, split, shape: CIFAR_SHAPE, labels, pixels };
  }
  const labels = await readLabels(part.labels, warn, signal);
  const { path } = part.images;
  const read = await withOpened(part.images, signal, async (source) => {
    const header = await openIdx(source);
    if (header.sizes[2] === undefined) throw notImages(path);
    checkBytes(path, header.itemCount * header.itemBytes, bytesLeft);
    const content = new Uint8Array(header.itemCount * header.itemBytes);
    await readIdxItems(source, header, content, { signal, onProgress });
    return { header, content };
  });
  const { header } = read;
  const [, height, width] = header.sizes;
  for (const message of header.warnings) warn(path, message);
  let pixels: Uint8Array = read.content;
  const count = Math.min(header.itemCount, labels.length);
  if (header.itemCount !== labels.length) {
    warn(
      path,
      `There are ${header.itemCount} images and ${labels.length} labels; the first ${count} are kept.`,
    );
    pixels = pixels.subarray(0, count * header.itemBytes);
  }
  const isTransposed = imageOrientation === 'auto' ? /emnist/i.test(path) : imageOrientation === 'transposed';
  return {
    path,
    split,
    shape: isTransposed ? { channels: 1, height: width, width: height } : { channels: 1, height, width },
    labels: labels.subarray(0, count),
    pixels: isTransposed ? transposeImages(pixels, height, width) : pixels,
  };
}

async function readLabels(
  file: Candidate,
  warn: (path: string, message: string) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  return withOpened(file, signal, async (source) => {
    const header = await openIdx(source);
    if (header.sizes.length !== 1) throw notImages(file.path);
    for (const message of header.warnings) warn(file.path, message);
    const labels = new Uint8Array(header.itemCount);
    await readIdxItems(source, header, labels, { signal });
    return labels;
  });
}

/** Puts the parts one after the other; classes are the labels that occur. */
function assemble(
  name: string,
  parts: ReadPart[],
  names: LabelNames,
  problems: ImportProblem[],
  { splitSeed, testFraction }: ImageImportOptions,
): ImageSet {
  const shape = parts[0]?.shape ?? { channels: 1, height: 0, width: 0 };
  const count = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const pixels = new Uint8Array(count * frameSize(shape));
  const stored = new Uint8Array(count);
  const stated: (0 | 1 | undefined)[] = [];
  for (const part of parts) {
    pixels.set(part.pixels, stated.length * frameSize(shape));
    stored.set(part.labels, stated.length);
    for (let i = 0; i < part.labels.length; i++) stated.push(part.split);
  }
  const used = [...new Set(stored)].sort((a, b) => a - b);
  const classOf = new Map(used.map((label, index) => [label, index]));
  const labels = Int32Array.from(stored, (label) => classOf.get(label) as number);
  const items = stated.map((split, i) => ({ classIndex: labels[i], split }));
  const { origin, splits } = assignSplit(items, splitSeed, testFraction);
  return {
    kind: 'frames',
    name,
    synthetic: false,
    shape,
    classNames: used.map((label) => names(label) ?? String(label)),
    files: parts.map((part) => ({ path: part.path, count: part.labels.length })),
    pixels,
    labels,
    split: Uint8Array.from(splits),
    problems,
    origin: { classes: 'labelBytes', split: origin },
  };
}

function checkBytes(path: string, bytes: number, bytesLeft: number): void {
  if (bytes <= bytesLeft) return;
  throw new AppError(
    'set-too-large',
    `With ${path} the images have more than ${IMPORT_LIMITS.setImageBytes} bytes, the limit for one set in memory.`,
    'Import a part of the files.',
  );
}

function checkShape(read: ReadPart, first: ReadPart | undefined): void {
  if (!first || (read.shape.height === first.shape.height && read.shape.width === first.shape.width)) return;
  throw new AppError(
    'size-differs',
    `${read.path} has images of ${read.shape.width}x${read.shape.height} pixels, ${first.path} of ${first.shape.width}x${first.shape.height}.`,
    'Import them separately.',
  );
}

function notImages(path: string): AppError {
  return new AppError(
    'unsupported-variant',
    `${path} does not hold what its name says: images have 3 dimensions in an idx file, labels 1.`,
    'Give images and labels names like train-images-idx3-ubyte and train-labels-idx1-ubyte.',
  );
}

function pickleError(path: string): ErrorData {
  return {
    code: 'python-pickle',
    message: `${path} is a Python pickle, which can run code when it is read; it is not read.`,
    hint: 'Download the binary version of the data set instead (cifar-10-binary.tar.gz).',
  };
}

function unpairedError(path: string, missing: 'labels' | 'images'): ErrorData {
  const example = missing === 'labels' ? 'labels-idx1' : 'images-idx3';
  return {
    code: missing === 'labels' ? 'no-labels' : 'no-images',
    message: `${path} has no file with ${missing} of a matching name beside it.`,
    hint: `Drop both together, named alike but for ${example}: train-images-idx3-ubyte, train-labels-idx1-ubyte.`,
  };
}

function strangerError(path: string): ErrorData {
  return {
    code: 'not-images',
    message: `${path} is none of the image files that the rest of the import consists of.`,
    hint: 'Import event recordings and images separately.',
  };
}

function otherSetError(part: FramePart, loaded: FrameGroup): ErrorData {
  return {
    code: 'skipped',
    message: `${imageFileOf(part).path} belongs to another data set than ${loaded.name || imageFileOf(loaded.parts[0]).path}, which is loaded.`,
    hint: 'Import the files of one data set at a time.',
  };
}
