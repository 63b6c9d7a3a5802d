import type { AccuracyRun } from '../../core/claims/accuracyMeans.ts';
import type { Evidence } from '../../core/claims/evidence.ts';
import { AppError } from '../../core/errors.ts';
import { bodyLayerCount } from '../../core/network.ts';
import { expectedMeta, type Session, toTrainingConfig } from '../session.ts';

/** More than any sweep writes: two thousand runs of a few hundred characters. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Columns that are read; a sweep's report has more. */
const COLUMNS = ['k', 'n', 'classifier', 'update', 'seed', 'status', 'testAccuracy'] as const;
type Column = (typeof COLUMNS)[number];

/** Rows of a CSV text as RFC 4180 has it: quoted fields may hold commas, doubled quotes and line breaks. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endField = () => {
    row.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (isQuoted) {
      if (letter !== '"') field += letter;
      else if (text[i + 1] === '"') {
        field += '"';
        i++;
      } else isQuoted = false;
    } else if (letter === '"' && field === '') isQuoted = true;
    else if (letter === ',') endField();
    else if (letter === '\n') endRow();
    else if (letter !== '\r') field += letter;
  }
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

function refuse(message: string): AppError {
  return new AppError(
    'claims-csv-invalid',
    message,
    'Choose the CSV that a sweep wrote: npm run sweep -- sweep.json --report out.csv.',
  );
}

function wholeNumber(line: number, column: Column, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high)
    throw refuse(`Line ${line}: ${column} is ${text || 'empty'}, allowed is ${low} to ${high}.`);
  return value;
}

/** One line of the report; null for runs that are not done, or not updated per interval as the paper's are. */
function readRun(
  cells: Record<Column, string>,
  line: number,
  highs: { k: number; n: number },
): AccuracyRun | null {
  if (cells.status !== 'done' || cells.update !== 'interval') return null;
  const { classifier } = cells;
  if (classifier !== 'trainable' && classifier !== 'random')
    throw refuse(`Line ${line}: classifier is ${classifier || 'empty'}, allowed is trainable or random.`);
  const accuracy = Number(cells.testAccuracy);
  if (cells.testAccuracy.trim() === '' || !(accuracy >= 0 && accuracy <= 1))
    throw refuse(`Line ${line}: testAccuracy is ${cells.testAccuracy || 'empty'}, allowed is 0 to 1.`);
  return {
    point: {
      k: wholeNumber(line, 'k', cells.k, 1, highs.k),
      n: wholeNumber(line, 'n', cells.n, 1, highs.n),
      classifier,
    },
    seed: wholeNumber(line, 'seed', cells.seed, 0, 0xffffffff),
    accuracy,
  };
}

/**
 * The finished runs of a sweep's CSV as evidence. The CSV does not say what was trained: the session does, which has
 * to be the sweep's base.
 * @returns Runs in the order of the file; runs that are not done are passed over.
 * @throws AppError `claims-csv-invalid` naming the line, what it holds and what is allowed; as {@link toTrainingConfig}.
 */
export function evidenceFromCsv(text: string, session: Session): Evidence {
  if (text.length > MAX_CHARACTERS)
    throw refuse(`The file has ${text.length} characters, at most ${MAX_CHARACTERS} are read.`);
  const config = toTrainingConfig(session, expectedMeta(session));
  const [head = [], ...lines] = parseCsv(text.replace(/^\ufeff/, ''));
  const positions = new Map(COLUMNS.map((column) => [column, head.indexOf(column)]));
  const missing = COLUMNS.filter((column) => (positions.get(column) ?? -1) < 0);
  if (missing.length > 0) throw refuse(`The file has no column ${missing.join(', ')}.`);
  const highs = { k: config.stepCount, n: bodyLayerCount(config.network) };
  const runs = lines.flatMap((cells, index) => {
    // Line 1 is the head; a line without fields ends the file.
    if (cells.length === 1 && cells[0] === '') return [];
    if (cells.length !== head.length)
      throw refuse(`Line ${index + 2} has ${cells.length} fields, the head has ${head.length}.`);
    const named = Object.fromEntries(
      COLUMNS.map((column) => [column, cells[positions.get(column) ?? 0]]),
    ) as Record<Column, string>;
    return readRun(named, index + 2, highs) ?? [];
  });
  if (runs.length === 0) throw refuse('The file has no finished run with an update per interval.');
  return { dataset: session.data.name, config, runs };
}
