import { AppError } from '../../../core/errors.ts';

/** A table inside a FlatBuffer: fields are found through a table of offsets; a missing field has its default. */
export interface FlatTable {
  view: DataView;
  at: number;
}

/** Runs a reader; what points outside the buffer becomes an AppError `damaged-file` instead of a RangeError. */
export function guarded<T>(what: string, offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'damaged-file',
      `${what} is damaged: an offset in it points outside.`,
      'Copy or download the file again.',
      offset,
    );
  }
}

/** Root table of a buffer whose root offset stands at `at`. */
export function rootTable(view: DataView, at: number): FlatTable {
  return { view, at: at + view.getUint32(at, true) };
}

/** Position of field `index`, or undefined where it was left out. */
export function fieldAt({ view, at }: FlatTable, index: number): number | undefined {
  const offsets = at - view.getInt32(at, true);
  const size = view.getUint16(offsets, true);
  const slot = 4 + index * 2;
  if (slot + 2 > size) return undefined;
  const relative = view.getUint16(offsets + slot, true);
  return relative === 0 ? undefined : at + relative;
}

/** Start and length of the vector or string a field refers to; undefined where it was left out. */
export function vectorAt(table: FlatTable, index: number): { start: number; length: number } | undefined {
  const field = fieldAt(table, index);
  if (field === undefined) return undefined;
  const vector = field + table.view.getUint32(field, true);
  return { start: vector + 4, length: table.view.getUint32(vector, true) };
}

/** 64-bit signed integer as a number; exact below 2^53. */
export function int64At(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}
