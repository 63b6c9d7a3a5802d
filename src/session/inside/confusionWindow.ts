import type { Range } from '../../core/schedule.ts';

/** Keys that walk over a confusion matrix: change of row and column; Page keys jump ten classes, Home and End to the ends of a row. */
const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

interface Cell {
  label: number;
  predicted: number;
}

/** The cell that a key leads to, inside the matrix; null for keys that do not move. */
export function moveCell({ label, predicted }: Cell, key: string, classes: number): Cell | null {
  const move = MOVES[key];
  if (!move) return null;
  const inside = (at: number) => Math.max(0, Math.min(classes - 1, at));
  return { label: inside(label + move[0]), predicted: inside(predicted + move[1]) };
}

/** `size` classes around `centre`, at the ends as many as there are. */
export function windowAround(centre: number, size: number, classes: number): Range {
  const shown = Math.min(size, classes);
  const start = Math.max(0, Math.min(classes - shown, centre - Math.floor(shown / 2)));
  return { start, stop: start + shown };
}
