import { TEST, TRAIN } from '../../core/encodedDataset.ts';

const SPLIT_WORDS: { pattern: RegExp; split: 0 | 1 }[] = [
  { pattern: /^(train|training|trainset|trn)$/i, split: TRAIN },
  { pattern: /^(test|testing|testset|tst|val|valid|validation|eval|evaluation)$/i, split: TEST },
];

/** TRAIN or TEST when a folder has one of the usual names, else undefined. */
export function splitOfFolder(folder: string): 0 | 1 | undefined {
  return SPLIT_WORDS.find(({ pattern }) => pattern.test(folder))?.split;
}

/** The split words of a file name such as train1K.txt or labels-test.csv, else undefined. */
export function splitOfFileName(name: string): 0 | 1 | undefined {
  const words = name.toLowerCase();
  const isTrain = /(^|[^a-z])train/.test(words);
  const isTest = /(^|[^a-z])(test|val)/.test(words);
  if (isTrain === isTest) return undefined;
  return isTrain ? TRAIN : TEST;
}

/** Folder names of a path, outermost first. */
export function foldersOf(path: string): string[] {
  return path.split('/').slice(0, -1);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** File name without its last extension. */
export function stemOf(path: string): string {
  const base = baseName(path);
  const dot = base.lastIndexOf('.');
  return dot > 0 ? base.slice(0, dot) : base;
}

/** Files that systems and archivers leave behind and no person put there. */
export function isClutter(path: string): boolean {
  return path
    .split('/')
    .some((part) => part === '__MACOSX' || /^\.[^.]/.test(part) || /^(thumbs\.db|desktop\.ini)$/i.test(part));
}

/** Documents that data sets carry beside their recordings, and annotations that share the extension of recordings. */
export function isCompanion(path: string): boolean {
  if (/\.(md|rst|pdf|html?|png|jpe?g|gif|svg|json|xml|ya?ml|py|m|ipynb|sh|log|docx?)$/i.test(path))
    return true;
  return foldersOf(path).some((folder) => /_annotations$/i.test(folder));
}

/**
 * Orders names as people do: runs of digits by their value, the rest by code unit. Independent of the locale, because
 * the order decides class indices and the seeded split.
 */
export function compareNames(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const bothNumbers = /^\d/.test(left[i]) && /^\d/.test(right[i]);
    if (bothNumbers) {
      const difference = BigInt(left[i]) - BigInt(right[i]);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
    } else if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  }
  if (left.length !== right.length) return left.length - right.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
