import { TEST, TRAIN } from '../../core/encodedDataset.ts';
import { AppError } from '../../core/errors.ts';
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
  entries: {
    classIndex: number;
    split: 0 | 1 | undefined;
    trials?: TrialList;
    /** True where the visitor leaves the class out. */
    isLeftOut?: boolean;
  }[];
}

/** Where the class of a recording can stand. `parentFolders`: the folder above the innermost one. */
export const CLASS_RULES = [
  'auto',
  'labelList',
  'folders',
  'parentFolders',
  'fileNames',
  'pattern',
  'none',
] as const;
export type ClassRule = (typeof CLASS_RULES)[number];

/** What the visitor decided about classes and split, before the import. */
export interface ClassChoice {
  rule: ClassRule;
  /** For `pattern`: a regular expression on the path; its first group, else the whole match, is the class. */
  pattern?: string;
  /** Other names for classes, by the name that the rule gives; null leaves the class out, equal names are merged. */
  renames?: Record<string, string | null>;
  /** `seeded` splits by seed even where folders or lists state a split. */
  split?: 'auto' | 'seeded';
}

/** Characters of a pattern and of a class name. */
export const CLASS_TEXT_LENGTH = 200;

/** Name of the only class of recordings that nothing labels. */
const UNLABELLED = 'unlabelled';

function splitOfPath(path: string): 0 | 1 | undefined {
  for (const folder of foldersOf(path).reverse()) {
    const split = splitOfFolder(folder);
    if (split !== undefined) return split;
  }
  return undefined;
}

/** Folders that are no split, innermost first: Train/7/00001.bin and 7/train/00001.bin are both class 7. */
function folderClasses(path: string): string[] {
  return foldersOf(path)
    .reverse()
    .filter((folder) => splitOfFolder(folder) === undefined);
}

function folderClass(path: string): string | undefined {
  return folderClasses(path)[0];
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

type Named = Pick<Assignment, 'origin'> & { names: (string | undefined)[] };

function listedClasses(paths: string[], lists: LabelList[]): Named | null {
  const names = paths.map((path) =>
    lists.map((list) => findLabel(list, path)).find((label) => label !== undefined),
  );
  return names.some((label) => label !== undefined) ? { origin: 'labelList', names } : null;
}

/** The first rule that applies. */
function automaticClasses(paths: string[], lists: LabelList[]): Named {
  const listed = listedClasses(paths, lists);
  if (listed) return listed;
  const folders = paths.map(folderClass);
  const distinct = new Set(folders);
  if (distinct.size >= 2) return { origin: 'folders', names: folders };
  const fromNames = fileNameClasses(paths);
  if (fromNames) return { origin: 'fileNames', names: fromNames };
  if (folders[0] !== undefined) return { origin: 'folders', names: folders };
  return { origin: 'none', names: paths.map(() => UNLABELLED) };
}

/** @throws AppError `bad-class-pattern` */
function patternClasses(paths: string[], pattern: string): Named {
  let expression: RegExp;
  try {
    if (pattern === '' || pattern.length > CLASS_TEXT_LENGTH) throw new Error('its length');
    expression = new RegExp(pattern, 'u');
  } catch {
    throw new AppError(
      'bad-class-pattern',
      `"${pattern.slice(0, 60)}" is no regular expression of 1 to ${CLASS_TEXT_LENGTH} characters.`,
      'Write for example _([a-z]+)_ for the word between two underscores.',
    );
  }
  const names = paths.map((path) => {
    const match = expression.exec(path);
    return match ? (match[1] ?? match[0]).slice(0, CLASS_TEXT_LENGTH) || undefined : undefined;
  });
  return { origin: 'pattern', names };
}

function classesOf(paths: string[], lists: LabelList[], { rule, pattern = '' }: ClassChoice): Named {
  const folder = (level: number) => paths.map((path) => folderClasses(path)[level]);
  switch (rule) {
    case 'auto':
      return automaticClasses(paths, lists);
    case 'labelList':
      return listedClasses(paths, lists) ?? { origin: 'labelList', names: paths.map(() => undefined) };
    case 'folders':
      return { origin: 'folders', names: folder(0) };
    case 'parentFolders':
      return { origin: 'folders', names: folder(1) };
    case 'fileNames':
      return { origin: 'fileNames', names: fileNameClasses(paths) ?? paths.map(() => undefined) };
    case 'pattern':
      return patternClasses(paths, pattern);
    case 'none':
      return { origin: 'none', names: paths.map(() => UNLABELLED) };
  }
}

/** The name that the visitor gave a class; undefined for one that is left out. */
function renamed(name: string | undefined, renames: ClassChoice['renames']): string | undefined {
  if (name === undefined || !renames || !Object.hasOwn(renames, name)) return name;
  const chosen = renames[name]?.trim().slice(0, CLASS_TEXT_LENGTH);
  return chosen || undefined;
}

/**
 * Finds class and split of every recording from its path and from label lists. A label list that knows at least one
 * recording wins over folders, folders over file names, unless `choice` says otherwise. Class names are ordered as people
 * order them (2 before 10).
 * @throws AppError `bad-class-pattern`
 */
export function assignClasses(
  paths: string[],
  lists: LabelList[],
  choice: ClassChoice = { rule: 'auto' },
): Assignment {
  if (paths.length === 0) return { origin: 'none', classNames: [], entries: [] };
  const { origin, names: found } = classesOf(paths, lists, choice);
  const names = found.map((name) => renamed(name, choice.renames));
  const classNames = [...new Set(names.filter((name) => name !== undefined))].sort(compareNames);
  const indexOf = new Map(classNames.map((name, index) => [name, index]));
  const entries = paths.map((path, i) => {
    const list = lists.find((candidate) => findLabel(candidate, path) !== undefined);
    const name = names[i];
    return {
      classIndex: name === undefined ? -1 : (indexOf.get(name) as number),
      ...(name === undefined && found[i] !== undefined && { isLeftOut: true }),
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
  choice: ClassChoice['split'] = 'auto',
): { origin: SetOrigin['split']; splits: (0 | 1)[] } {
  const stated = new Set(items.map((item) => item.split));
  if (choice === 'auto' && stated.has(TRAIN) && stated.has(TEST)) {
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
