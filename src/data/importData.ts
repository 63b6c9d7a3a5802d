import { findFrameFiles } from './frames/frameFiles.ts';
import { type ImageOrientation, importImages } from './frames/importImages.ts';
import type { ImportFile } from './import/candidates.ts';
import { findFiles, type ImportOptions, importFiles, limitProblems, nameOfSet } from './importFiles.ts';
import type { LoadedSet } from './recordingSet.ts';

export interface DataImportOptions extends ImportOptions {
  /** Default `auto`. */
  imageOrientation?: ImageOrientation;
}

/**
 * Reads whatever was dropped: images where there are image files (idx, CIFAR), else event recordings.
 * @throws AppError `too-many-files`, `set-too-large`; the signal's reason.
 */
export async function importData(files: ImportFile[], options: DataImportOptions = {}): Promise<LoadedSet> {
  const found = await findFiles(files, options.signal);
  const frames = await findFrameFiles(found.candidates, options.signal);
  if (!frames) return importFiles(files, options, found);
  const { signal, onProgress, splitSeed = 1, testFraction = 0.2, imageOrientation = 'auto' } = options;
  const set = await importImages(nameOfSet(files), frames, found.problems, {
    signal,
    onProgress,
    splitSeed,
    testFraction,
    imageOrientation,
  });
  return { ...set, problems: limitProblems(set.problems) };
}
