import { TEST, TRAIN } from '../../core/encodedDataset.ts';
import { shuffle } from '../../core/random.ts';
import type { SetOrigin } from '../recordingSet.ts';
import type { TrialList } from './gestureTrials.ts';
import { findLabel, type LabelList } from './labelList.ts';
import { compareNames, foldersOf, splitOfFolder, stemOf } from './paths.ts';

export interface Assignment {
  origin: SetOrigin['classes'];
  classNames: string[];
  /**
   * Per path, in the order given: class index (-1 = none could be found), the split that names state, if any, and the
   * trials of a recording that holds several: each has its own class, so that the recording as a whole has none.
   */
  entries: { classIndex: number; split: 0 | 1 | undefined; trials?: TrialList }[];
}

/** Name of the only class of recordings that nothing labels. */
const UNLABELLED = 'unlabelled';

function splitOfPath(path: string): 0 | 1 | undefined {
  for (const folder of foldersOf(path).reverse()) {
    const split = splitOfFolder(folder);
    if (split !== undefined) return split;
  }
  return undefined;
}

/** The innermost folder that is not a split: Train/7/00001.bin and 7/train/00001.bin are both class 7. */
function folderClass(path: string): string | undefined {
  return foldersOf(path)
    .reverse()
    .find((folder) => splitOfFolder(folder) === undefined);
}

/** Classes in file names: words of the stem without numbers and without the words that all files share. */
function fileNameClasses(paths: string[]): string[] | undefined {
  const words = paths.map((path) =>
    stemOf(path)
      .split(/[_\-.\s]+/)
      .map((word) => word.replace(/\d+$/, ''))
      .filter((word) => word !== '' && !/^\d+$/.test(word)),
  );
  const shared = new Set(words[0].filter((word) => words.every((others) => others.includes(word))));
  const names = words.map((own) => own.filter((word) => !shared.has(word)).join('_'));
  const isUsable = names.every((name) => name !== '') && new Set(names).size >= 2;
  return isUsable ? names : undefined;
}

function classesOf(
  paths: string[],
  lists: LabelList[],
): Pick<Assignment, 'origin'> & { names: (string | undefined)[] } {
  const listed = paths.map((path) =>
    lists.map((list) => findLabel(list, path)).find((label) => label !== undefined),
  );
  if (listed.some((label) => label !== undefined)) return { origin: 'labelList', names: listed };
  const folders = paths.map(folderClass);
  const distinct = new Set(folders);
  if (distinct.size >= 2) return { origin: 'folders', names: folders };
  const fromNames = fileNameClasses(paths);
  if (fromNames) return { origin: 'fileNames', names: fromNames };
  if (folders[0] !== undefined) return { origin: 'folders', names: folders };
  return { origin: 'none', names: paths.map(() => UNLABELLED) };
}

/**
 * Finds class and split of every recording from its path and from label lists. A label list that knows at least one
 * recording wins over folders, folders over file names. Class names are ordered as people order them (2 before 10).
 */
export function assignClasses(paths: string[], lists: LabelList[]): Assignment {
  if (paths.length === 0) return { origin: 'none', classNames: [], entries: [] };
  const { origin, names } = classesOf(paths, lists);
  const classNames = [...new Set(names.filter((name) => name !== undefined))].sort(compareNames);
  const indexOf = new Map(classNames.map((name, index) => [name, index]));
  const entries = paths.map((path, i) => {
    const list = lists.find((candidate) => findLabel(candidate, path) !== undefined);
    const name = names[i];
    return {
      classIndex: name === undefined ? -1 : (indexOf.get(name) as number),
      split: (origin === 'labelList' ? list?.split : undefined) ?? splitOfPath(path),
    };
  });
  return { origin, classNames, entries };
}

/**
 * Final split of the recordings that were read. Splits that names state are kept when both sides have recordings (one
 * without a stated split then trains); else a seeded, stratified split: in every class, round(count * testFraction)
 * recordings test, at least one where the class has two or more, and at least one trains.
 *
 * @param items in a reproducible order: the split depends on it.
 */
export function assignSplit(
  items: { classIndex: number; split: 0 | 1 | undefined }[],
  splitSeed: number,
  testFraction: number,
): { origin: SetOrigin['split']; splits: (0 | 1)[] } {
  const stated = new Set(items.map((item) => item.split));
  if (stated.has(TRAIN) && stated.has(TEST)) {
    return { origin: 'given', splits: items.map((item) => item.split ?? TRAIN) };
  }
  const splits = items.map((): 0 | 1 => TRAIN);
  for (const classIndex of new Set(items.map((item) => item.classIndex))) {
    const members = items.flatMap((item, index) => (item.classIndex === classIndex ? [index] : []));
    if (members.length < 2) continue;
    const wanted = Math.round(members.length * testFraction);
    const testCount = Math.min(Math.max(wanted, testFraction > 0 ? 1 : 0), members.length - 1);
    for (const index of shuffle(members, splitSeed, 'split', classIndex).slice(0, testCount))
      splits[index] = TEST;
  }
  return { origin: 'seeded', splits };
}
