import { findFrameFiles } from './frames/frameFiles.ts';
import { type ImageOrientation, importImages } from './frames/importImages.ts';
import type { ImportFile } from './import/candidates.ts';
import {
  type FoundFiles,
  findFiles,
  type ImportOptions,
  importFiles,
  limitProblems,
  nameOfSet,
} from './importFiles.ts';
import type { LoadedSet } from './recordingSet.ts';
import { findSpikeFiles, importSpikes, type SpikeFiles } from './spikes/importSpikes.ts';

export interface DataImportOptions extends ImportOptions {
  /** Default `auto`. */
  imageOrientation?: ImageOrientation;
}

/**
 * Reads whatever was dropped: images where there are image files (idx, CIFAR), spike trains where the HDF5
 * files hold such (SHD, SSC), else event recordings.
 * @param already What {@link findFiles} gave for the files.
 * @throws AppError `too-many-files`, `set-too-large`; the signal's reason.
 */
export async function importData(
  files: ImportFile[],
  options: DataImportOptions = {},
  already?: FoundFiles,
): Promise<LoadedSet> {
  const found = already ?? (await findFiles(files, { signal: options.signal }));
  const frames = await findFrameFiles(found.candidates, options.signal);
  const spikes = frames ? null : await findSpikeFiles(found.candidates, options.signal);
  if (!frames && !spikes) return importFiles(files, options, found);
  const { signal, onProgress, splitSeed = 1, testFraction = 0.2, imageOrientation = 'auto' } = options;
  const common = { signal, onProgress, splitSeed, testFraction };
  const name = nameOfSet(files);
  const set = frames
    ? await importImages(name, frames, found.problems, { ...common, imageOrientation })
    : await importSpikes(name, spikes as SpikeFiles, found.problems, common);
  return { ...set, problems: limitProblems(set.problems) };
}
