import { detectFormat } from '../formats/detectFormat.ts';
import { text } from '../formats/text/text.ts';
import { previewText, type TextPreview } from '../formats/text/textPreview.ts';
import { findFiles } from '../importFiles.ts';
import type { ImportFile } from './candidates.ts';
import { compareNames } from './paths.ts';

/** Files with these endings are looked into; text under other names is read as it is guessed. */
const TEXT_NAME = /\.(txt|csv|tsv|asc|dat)$/i;
/** Files that are looked into: lists of labels stand among the recordings, rarely in front of many. */
const LOOKED_INTO = 20;

/**
 * The first lines of the first text file of events in a drop, in the order of the paths; null where there is none.
 * Tar archives are not unpacked for it.
 * @throws The signal's reason.
 */
export async function findTextPreview(files: ImportFile[], signal: AbortSignal): Promise<TextPreview | null> {
  const first = (pattern: RegExp) =>
    files
      .filter(({ path }) => pattern.test(path))
      .sort((a, b) => compareNames(a.path, b.path))
      .slice(0, LOOKED_INTO);
  const mayHold = [...first(TEXT_NAME), ...first(/\.zip$/i)];
  if (mayHold.length === 0) return null;
  const { candidates } = await findFiles(mayHold, { signal });
  const texts = candidates
    .filter(({ path }) => TEXT_NAME.test(path))
    .sort((a, b) => compareNames(a.path, b.path))
    .slice(0, LOOKED_INTO);
  for (const { path, open } of texts) {
    signal.throwIfAborted();
    try {
      const source = await open(signal);
      try {
        if ((await detectFormat(source)) !== text) continue;
        const preview = await previewText(source);
        if (preview) return { ...preview, file: path };
      } finally {
        await source.close?.();
      }
    } catch {
      signal.throwIfAborted();
      // Whatever is wrong with the file is said by the import.
    }
  }
  return null;
}
