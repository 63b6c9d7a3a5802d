import { AppError } from '../../../core/errors.ts';
import type { FormatDecoder } from '../decoder.ts';
import { latin1 } from '../latin1.ts';
import { decodeTable, type EventTable } from '../table/table.ts';
import { decodeFrameStack, isFrameStack } from './frameStack.ts';
import { asRowsOfFour, type NpyArray, readNpyHeader, scanNpy, tableShape } from './npyArray.ts';

/** An array that is table-shaped (see tableShape), row by row. */
export function npyTable(array: NpyArray, onProgress?: (bytesRead: number) => void): EventTable {
  return {
    name: array.source.name,
    columnNames: tableShape(array)?.columnNames ?? [],
    scan: (visit, nanoseconds) => scanNpy(array, visit, onProgress, nanoseconds),
  };
}

/** One array: events as records with fields t, x, y, p or as N rows of four numbers, or frames T x C x H x W. */
export const npy: FormatDecoder = {
  id: 'npy',
  label: 'NumPy array (.npy)',
  detect: (head) => latin1(head.subarray(0, 6)) === '\x93NUMPY',

  async decode(source, sink, options) {
    const array = asRowsOfFour(await readNpyHeader(source));
    if (isFrameStack(array)) {
      await decodeFrameStack(array, sink, options);
      return;
    }
    const table = tableShape(array);
    if (!table || table.columnNames.length < 4) {
      throw new AppError(
        'not-events',
        `${source.name} is an array of shape (${array.shape.join(', ')}), not one row per event with time, x, y and polarity.`,
        array.shape.length > 2
          ? 'Frames are read as arrays T x C x H x W with one or two channels, one file per sample.'
          : 'Save t, x, y, p side by side.',
        array.dataStart,
      );
    }
    await decodeTable(npyTable(array, options.onProgress), sink, options);
  },
};
