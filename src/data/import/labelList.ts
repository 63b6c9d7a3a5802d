import { baseName, splitOfFileName, stemOf } from './paths.ts';

/** A text file that names the class of each recording: lines `<file or index> <label>`. */
export interface LabelList {
  path: string;
  /** Split that the list's own name states (train1K.txt, test100.txt), if it does. */
  split: 0 | 1 | undefined;
  /** Label by key, as written. */
  labels: Map<string, string>;
}

/** True for names that may hold a label list; the content decides. */
export function mayBeLabelList(path: string): boolean {
  return /\.(txt|csv|tsv|lst|list)$/i.test(path);
}

/**
 * Reads a label list: two columns separated by blanks, comma, semicolon or tab; empty lines and lines that begin with
 * '#' are skipped. Any other line means that the file is something else.
 * @returns undefined when it is not a label list.
 */
export function parseLabelList(path: string, text: string): LabelList | undefined {
  const labels = new Map<string, string>();
  for (const line of text.split(/\r\n|\r|\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const columns = trimmed.split(/\s*[,;\t]\s*|\s+/);
    if (columns.length !== 2 || columns[0] === '' || columns[1] === '') return undefined;
    labels.set(columns[0].replaceAll('\\', '/'), columns[1]);
  }
  return labels.size === 0 ? undefined : { path, split: splitOfFileName(baseName(path)), labels };
}

/**
 * Label of a recording in a list that stands in the same folder or above: by its path from there, its file name, its
 * name without extension, or its number (00012 equals 12).
 */
export function findLabel(list: LabelList, recordingPath: string): string | undefined {
  const folder = list.path.slice(0, list.path.length - baseName(list.path).length);
  if (!recordingPath.startsWith(folder)) return undefined;
  const stem = stemOf(recordingPath);
  const keys = [recordingPath.slice(folder.length), baseName(recordingPath), stem];
  if (/^\d+$/.test(stem)) keys.push(String(BigInt(stem)));
  for (const key of keys) {
    const label = list.labels.get(key);
    if (label !== undefined) return label;
  }
  return undefined;
}
