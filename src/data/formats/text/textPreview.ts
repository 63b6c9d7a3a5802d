import { AppError, type ErrorData, toErrorData } from '../../../core/errors.ts';
import type { ByteSource } from '../../byteSource.ts';
import { latin1 } from '../latin1.ts';
import type { ColumnChoice } from '../table/columnChoice.ts';
import { chooseRoles, createStatistics, gather, type Role, roleOfName, timeScale } from '../table/roles.ts';
import { numberOf, parsePreamble, tokensOf } from './textLines.ts';

/** Bytes that the guess is made from, and lines that are shown. */
const GUESS_BYTES = 1 << 18;
const SHOWN_LINES = 8;

/** The first lines of a text file of events, and what its columns are taken for. */
export interface TextPreview {
  /** Path of the file that is shown; the choice holds for all text files of the drop with as many columns. */
  file: string;
  columnCount: number;
  /** As the file names them; null where it does not. */
  columnNames: (string | null)[];
  /** Lines before the first event that are no events: comments, names, the size of the sensor. */
  preamble: string[];
  /** The first events, as they stand in the file. */
  rows: string[][];
  /** What would be read without an answer; null where that cannot be told. */
  guess: ColumnChoice | null;
  /** What each column's name says, where some are known and others not. */
  named: (Role | null)[];
  /** Why not. */
  problem: ErrorData | null;
}

/** Looks at the first lines of a file that the text decoder takes. @returns Null where they are no events. */
export async function previewText(source: ByteSource): Promise<TextPreview | null> {
  const bytes = await source.read(0, GUESS_BYTES);
  const lines = latin1(bytes).split('\n');
  if (bytes.length < source.size) lines.pop();
  const preamble = parsePreamble(lines);
  if (!preamble) return null;
  const rows = lines
    .slice(preamble.skip)
    .map(tokensOf)
    .filter((tokens) => tokens.length === preamble.columnNames.length);
  const statistics = preamble.columnNames.map((_, c) => {
    const column = createStatistics();
    gather(
      column,
      Float64Array.from(rows, (row) => numberOf(row[c])),
      rows.length,
    );
    return column;
  });
  const columnCount = preamble.columnNames.length;
  let guess: ColumnChoice | null = null;
  let problem: ErrorData | null = null;
  try {
    const roles = chooseRoles(source.name, preamble.columnNames, statistics);
    guess = { columnCount, roles, timeUnitUs: timeScale(statistics[roles.t]) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problem = toErrorData(error);
  }
  return {
    file: source.name,
    columnCount,
    columnNames: preamble.columnNames.map((name) => name ?? null),
    preamble: lines
      .slice(0, preamble.skip)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .slice(-SHOWN_LINES),
    rows: rows.slice(0, SHOWN_LINES),
    guess,
    named: preamble.columnNames.map((name) => (name === undefined ? null : roleOfName(name))),
    problem,
  };
}
