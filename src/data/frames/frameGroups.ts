import { TEST, TRAIN } from '../../core/encodedDataset.ts';
import type { CifarLayout } from '../formats/cifar/cifar.ts';
import type { Candidate } from '../import/candidates.ts';
import { baseName, foldersOf, splitOfFileName, splitOfFolder } from '../import/paths.ts';
import type { FrameFiles } from './frameFiles.ts';

/** Images that are read together: an idx pair, or a CIFAR batch. */
export type FramePart = { split: 0 | 1 | undefined } & (
  | { kind: 'idx'; images: Candidate; labels: Candidate }
  | { kind: 'cifar'; file: Candidate; layout: CifarLayout }
);

/** The parts of one data set, training and test. */
export interface FrameGroup {
  /** What its file names have in common: `emnist-balanced`, `CIFAR-10`; '' for plain MNIST. */
  name: string;
  parts: FramePart[];
}

/** TRAIN or TEST as the file name or a folder says; MNIST calls its test files t10k, CIFAR its training files batches. */
function splitOfPath(path: string): 0 | 1 | undefined {
  const name = baseName(path);
  if (/(^|[^a-z0-9])t10k/i.test(name)) return TEST;
  if (/(^|[-_])data_batch/i.test(name)) return TRAIN;
  const named = splitOfFileName(name);
  if (named !== undefined) return named;
  return foldersOf(path)
    .map(splitOfFolder)
    .findLast((split) => split !== undefined);
}

/** The path without the words that tell images from labels: equal for the two files of a pair. */
function pairKey(path: string): string {
  return path.toLowerCase().replace(/images?|imgs?|labels?|lbls?|idx\d/g, '');
}

const ROLE_WORD = /^(images?|imgs?|labels?|lbls?|idx\d|ubyte)?$/;

/** The file name without role and split: equal for the training and the test files of a data set. */
function groupName(path: string): string {
  const words = baseName(path)
    .toLowerCase()
    .split(/[-_.]+/)
    .filter((word) => !ROLE_WORD.test(word) && word !== 't10k' && splitOfFolder(word) === undefined);
  return words.join('-');
}

export interface GroupedFrames {
  groups: FrameGroup[];
  /** Images without labels, labels without images. */
  unpaired: { file: Candidate; missing: 'labels' | 'images' }[];
}

/** Pairs idx images with their labels by name and sorts everything into data sets, in the order of `files`. */
export function groupFrames(files: FrameFiles): GroupedFrames {
  const groups = new Map<string, FrameGroup>();
  const add = (name: string, part: FramePart) => {
    const group = groups.get(name) ?? { name, parts: [] };
    group.parts.push(part);
    groups.set(name, group);
  };
  const unpaired: GroupedFrames['unpaired'] = [];
  const labelsOf = new Map(files.idxLabels.map((labels) => [pairKey(labels.path), labels]));
  for (const images of files.idxImages) {
    const key = pairKey(images.path);
    const labels = labelsOf.get(key);
    if (labels) {
      labelsOf.delete(key);
      add(groupName(images.path), { kind: 'idx', images, labels, split: splitOfPath(images.path) });
    } else unpaired.push({ file: images, missing: 'labels' });
  }
  for (const file of labelsOf.values()) unpaired.push({ file, missing: 'images' });
  for (const { file, layout } of files.cifar)
    add(layout.label, { kind: 'cifar', file, layout, split: splitOfPath(file.path) });
  return { groups: [...groups.values()], unpaired };
}

/** Where a part's images are. */
export function imageFileOf(part: FramePart): Candidate {
  return part.kind === 'idx' ? part.images : part.file;
}

/**
 * The group to load of several: EMNIST Balanced, the one the paper's costs fit, else the one with the most bytes.
 * @param groups At least one.
 */
export function preferredGroup(groups: readonly FrameGroup[]): FrameGroup {
  const bytes = (group: FrameGroup) => group.parts.reduce((sum, part) => sum + imageFileOf(part).bytes, 0);
  const balanced = groups.find(({ name }) => /balanced/.test(name));
  return balanced ?? groups.reduce((best, group) => (bytes(group) > bytes(best) ? group : best));
}
