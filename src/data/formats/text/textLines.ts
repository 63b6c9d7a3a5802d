/* Lines of text that are events, see text.ts. */

/** The fields of a line; none for comments and empty lines. */
export function tokensOf(line: string): string[] {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  // Where there are commas, semicolons or tabs, a blank is part of a name ("t [us]"), not a separator.
  return /[,;\t]/.test(trimmed)
    ? trimmed.replace(/\s*[,;]$/, '').split(/\s*[,;\t]\s*/)
    : trimmed.split(/\s+/);
}

/** NaN for what is no number; booleans as Python and JSON write them. */
export function numberOf(token: string): number {
  if (/^true$/i.test(token)) return 1;
  if (/^false$/i.test(token)) return 0;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(token) ? Number(token) : Number.NaN;
}

export const isNumeric = (tokens: string[]) => tokens.every((token) => !Number.isNaN(numberOf(token)));

export interface Preamble {
  columnNames: (string | undefined)[];
  /** The two numbers of the size line, in file order. */
  size: [number, number] | undefined;
  /** Lines before the first event. */
  skip: number;
}

/** Undefined when these lines do not begin a list of events. */
export function parsePreamble(lines: string[]): Preamble | undefined {
  let size: Preamble['size'];
  let names: string[] | undefined;
  for (const [skip, line] of lines.entries()) {
    const tokens = tokensOf(line);
    if (tokens.length === 0) continue;
    if (isNumeric(tokens)) {
      if (tokens.length === 2 && !size && !names) {
        size = [numberOf(tokens[0]), numberOf(tokens[1])];
        continue;
      }
      if (tokens.length < 4 || tokens.length > 8 || (names && names.length !== tokens.length))
        return undefined;
      return { columnNames: names ?? tokens.map(() => undefined), size, skip };
    }
    if (names || tokens.length < 4 || tokens.some((token) => !/^[\w"'[\]()./ -]+$/.test(token)))
      return undefined;
    names = tokens.map((token) => token.replace(/["']/g, '').replace(/\s*[[(].*$/, ''));
  }
  return undefined;
}
