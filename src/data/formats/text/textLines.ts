import { wholeMicroseconds } from '../table/roles.ts';

/* Lines of text that are events, see text.ts. */

const DECIMAL_COMMA = /^([+-]?\d+),(\d+)$/;

/** The fields of a line; none for comments and empty lines. */
export function tokensOf(line: string): string[] {
  // A byte order mark, as spreadsheets put it in front, read as Latin-1.
  const trimmed = line.replace(/^\xef\xbb\xbf/, '').trim();
  if (trimmed === '' || /^(#|%|\/\/)/.test(trimmed)) return [];
  // Where there are commas, semicolons or tabs, a blank is part of a name ("t [us]"), not a separator.
  if (!/[,;\t]/.test(trimmed)) return trimmed.split(/\s+/);
  const closed = trimmed.replace(/\s*[,;]$/, '');
  const tokens = closed.split(closed.includes(';') ? /\s*;\s*/ : /\s*[,\t]\s*/);
  // Spreadsheets of countries that write 0,5 put semicolons between numbers.
  return tokens.map((token) => token.replace(DECIMAL_COMMA, '$1.$2'));
}

/** NaN for what is no number; booleans as Python and JSON write them. */
export function numberOf(token: string): number {
  if (/^(true|on)$/i.test(token)) return 1;
  if (/^(false|off)$/i.test(token)) return 0;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(token) ? Number(token) : Number.NaN;
}

/** Nanoseconds as microseconds, rounded down; whole numbers of any length exactly. */
export function microsecondsOf(token: string): number {
  return wholeMicroseconds(/^\d+$/.test(token) ? BigInt(token) : numberOf(token));
}

export const isNumeric = (tokens: string[]) => tokens.every((token) => !Number.isNaN(numberOf(token)));

export interface Preamble {
  columnNames: (string | undefined)[];
  /** The two numbers of the size line, in file order. */
  size: [number, number] | undefined;
  /** Lines before the first event. */
  skip: number;
}

/** A column's name, with its unit perhaps; pandas leaves the name of its first column, a row number, empty. */
const isName = (token: string, column: number) =>
  (column === 0 && token === '') || /^[\w"'[\]()./ \x80-\xff-]+$/.test(token);

/** The sensor in the first line of the vendor's converter: %geometry:1280,720. */
function geometryOf(line: string): [number, number] | undefined {
  const match = /^%\s*geometry\s*[:=]\s*(\d{1,5})\s*[,x]\s*(\d{1,5})\s*$/i.exec(line);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** Undefined when these lines do not begin a list of events. */
export function parsePreamble(lines: string[]): Preamble | undefined {
  let size: Preamble['size'];
  let names: string[] | undefined;
  for (const [skip, line] of lines.entries()) {
    const tokens = tokensOf(line);
    size ??= geometryOf(line);
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
    if (names || tokens.length < 4 || !tokens.every(isName)) return undefined;
    names = tokens.map((token) => token.replace(/["']/g, '').replace(/\s*[[(].*$/, ''));
  }
  return undefined;
}
