import { AppError } from '../../../core/errors.ts';
import type { SensorSize } from '../../../core/eventStream.ts';
import type { ByteSource } from '../../byteSource.ts';
import { CHUNK_BYTES, readExactly } from '../chunks.ts';
import type { DecodeOptions, FormatDecoder } from '../decoder.ts';
import { latin1 } from '../latin1.ts';
import type { ColumnChoice } from '../table/columnChoice.ts';
import { decodeTable, type EventTable } from '../table/table.ts';
import { isNumeric, microsecondsOf, numberOf, type Preamble, parsePreamble, tokensOf } from './textLines.ts';

/*
 * Events as text, one per line: numbers separated by blanks, commas, semicolons or tabs. Optional before them: lines
 * that begin with '#', '%' or '//', one line with the size of the sensor (two numbers, or %geometry:width,height), one
 * line of column names.
 */
const MAX_LINE_LENGTH = 1000;
const BLOCK_ROWS = 1 << 14;

/** UTF-8 without control characters; a character may be cut at the end of the head. */
function isPlainText(head: Uint8Array): boolean {
  if (head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The two numbers of the size line come in either order: the one that holds all events, landscape if both do. */
function sensorFrom([a, b]: [number, number], maxX: number, maxY: number): SensorSize {
  const landscape = { width: Math.max(a, b), height: Math.min(a, b) };
  const portrait = { width: landscape.height, height: landscape.width };
  const holds = ({ width, height }: SensorSize) => maxX < width && maxY < height;
  return !holds(landscape) && holds(portrait) ? portrait : landscape;
}

/** Hands every line on, with its number (from 0) and byte offset. A last line without an end is marked. */
async function forEachLine(
  source: ByteSource,
  options: DecodeOptions,
  visit: (line: string, number: number, offset: number, isOpen: boolean) => void,
): Promise<void> {
  let rest = '';
  let lineStart = 0;
  let number = 0;
  for (let offset = 0; offset < source.size; offset += CHUNK_BYTES) {
    options.signal?.throwIfAborted();
    const length = Math.min(CHUNK_BYTES, source.size - offset);
    const text =
      rest + new TextDecoder('latin1').decode(await readExactly(source, offset, length, 'the text'));
    let at = 0;
    for (let stop = text.indexOf('\n'); stop >= 0; stop = text.indexOf('\n', at)) {
      visit(text.slice(at, stop), number++, lineStart, false);
      lineStart += stop + 1 - at;
      at = stop + 1;
    }
    rest = text.slice(at);
    if (rest.length > MAX_LINE_LENGTH) {
      throw new AppError(
        'damaged-file',
        `${source.name}: line ${number + 1} is longer than ${MAX_LINE_LENGTH} characters.`,
        'Use one line per event.',
        lineStart,
      );
    }
    options.onProgress?.(offset + length);
  }
  if (rest !== '') visit(rest, number, lineStart, true);
}

function scanText(
  source: ByteSource,
  { columnNames, skip }: Preamble,
  options: DecodeOptions,
): EventTable['scan'] {
  return async (visit, nanoseconds = -1) => {
    const columns = columnNames.map(() => new Float64Array(BLOCK_ROWS));
    let count = 0;
    const flush = () => {
      if (count > 0) visit(columns, count);
      count = 0;
    };
    try {
      await forEachLine(source, options, (line, number, offset, isOpen) => {
        const tokens = number < skip ? [] : tokensOf(line);
        if (tokens.length === 0) return;
        if (tokens.length !== columns.length || !isNumeric(tokens)) {
          const isCut = isOpen && tokens.length <= columns.length;
          throw new AppError(
            isCut ? 'truncated-file' : 'damaged-file',
            `${source.name}: line ${number + 1} is "${line.trim().slice(0, 60)}", expected ${columns.length} numbers.`,
            isCut ? 'Copy or download the file again.' : 'Correct or remove the line.',
            offset,
          );
        }
        for (const [i, token] of tokens.entries())
          columns[i][count] = i === nanoseconds ? microsecondsOf(token) : numberOf(token);
        if (++count === BLOCK_ROWS) flush();
      });
    } finally {
      flush();
    }
  };
}

/** Enough of the file for its first lines. */
const PREAMBLE_BYTES = 4096;

/** Whole lines of the head: the last one may be cut unless the file ends with it. */
function firstLines(head: Uint8Array, source: ByteSource): string[] {
  const lines = latin1(head).split('\n');
  return source.size <= head.length ? lines : lines.slice(0, -1);
}

/** What the visitor said of files with so many columns; nothing of others. */
function chosenColumns(choice: ColumnChoice | undefined, columnCount: number) {
  if (choice?.columnCount !== columnCount) return {};
  return { roles: choice.roles, timeUnitUs: choice.timeUnitUs };
}

export const text: FormatDecoder = {
  id: 'text',
  label: 'text with one event per line (.txt, .csv)',
  detect: (head, source) => isPlainText(head) && parsePreamble(firstLines(head, source)) !== undefined,

  async decode(source, sink, options) {
    const preamble = parsePreamble(firstLines(await source.read(0, PREAMBLE_BYTES), source));
    if (!preamble) {
      throw new AppError(
        'unknown-columns',
        `${source.name} does not begin with lines of four or more numbers.`,
        'Use one line per event: t x y p.',
        0,
      );
    }
    const { size, columnNames } = preamble;
    await decodeTable(
      {
        name: source.name,
        columnNames,
        ...chosenColumns(options.columns, columnNames.length),
        scan: scanText(source, preamble, options),
        sensor: size && ((maxX, maxY) => sensorFrom(size, maxX, maxY)),
      },
      sink,
      options,
    );
  },
};
