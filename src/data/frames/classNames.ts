import { CIFAR10_CLASSES } from '../formats/cifar/cifar.ts';
import type { Candidate } from '../import/candidates.ts';
import { baseName } from '../import/paths.ts';
import { IMPORT_LIMITS } from '../limits.ts';
import type { FrameGroup } from './frameGroups.ts';

/** What the label byte of an image stands for; undefined where only the number is known. */
export type LabelNames = (label: number) => string | undefined;

const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Characters of the EMNIST sets, by label. Balanced and ByMerge merge small letters that look like capitals. */
const EMNIST: { pattern: RegExp; firstLabel: number; characters: string }[] = [
  { pattern: /letters/, firstLabel: 1, characters: CAPITALS },
  { pattern: /balanced|bymerge/, firstLabel: 0, characters: `${DIGITS}${CAPITALS}abdefghnqrt` },
  { pattern: /byclass/, firstLabel: 0, characters: `${DIGITS}${CAPITALS}${CAPITALS.toLowerCase()}` },
];

/** Lines `<label> <character code> [<code of the small letter>]` of EMNIST's mapping files; undefined for other text. */
export function parseMapping(text: string): Map<number, string> | undefined {
  const names = new Map<number, string>();
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.trim() === '') continue;
    const numbers = line.trim().split(/\s+/).map(Number);
    const isMapping = numbers.length >= 2 && numbers.every((value) => Number.isInteger(value) && value >= 0);
    if (!isMapping || numbers.slice(1).some((code) => code > 0x10ffff)) return undefined;
    names.set(numbers[0], String.fromCodePoint(numbers[1]));
  }
  return names.size > 0 ? names : undefined;
}

/** One name per line, as in batches.meta.txt and fine_label_names.txt. */
function parseNames(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function readText(candidate: Candidate | undefined, signal?: AbortSignal): Promise<string> {
  if (!candidate) return '';
  const source = await candidate.open(signal);
  return new TextDecoder().decode(await source.read(0, IMPORT_LIMITS.labelListBytes));
}

/** Class names of a data set: from the list that comes with it, else what is known of the set, else none. */
export async function labelNamesOf(
  group: FrameGroup,
  nameLists: readonly Candidate[],
  signal?: AbortSignal,
): Promise<LabelNames> {
  const named = (pattern: RegExp) => nameLists.filter(({ path }) => pattern.test(baseName(path)));
  const [first] = group.parts;
  if (first.kind === 'cifar') {
    const isFine = first.layout.id === 'cifar100';
    const names = parseNames(await readText(named(isFine ? /^fine_label/i : /batches\.meta/i)[0], signal));
    return (label) => names[label] ?? (isFine ? undefined : CIFAR10_CLASSES[label]);
  }
  const mappings = named(/mapping/i);
  const own = mappings.find(({ path }) => baseName(path).toLowerCase().startsWith(group.name));
  const mapping = parseMapping(
    await readText(own ?? (mappings.length === 1 ? mappings[0] : undefined), signal),
  );
  if (mapping) return (label) => mapping.get(label);
  const known = EMNIST.find(({ pattern }) => group.name.startsWith('emnist') && pattern.test(group.name));
  return (label) => known?.characters[label - known.firstLabel];
}
