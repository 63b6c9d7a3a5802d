import type { PlanWalk, WalkKind } from '../../session/planWalk.ts';

/** Bytes held over one iteration, thinned to a number of columns. */
export interface MemoryTrace {
  /** Largest bytes of each column. */
  bytes: number[];
  /** What most of its passes do. */
  kinds: WalkKind[];
}

/** @param columns Most columns; a walk with fewer passes has one each. */
export function memoryTrace({ steps, order }: PlanWalk, columns: number): MemoryTrace {
  const count = order.length / 2;
  const width = Math.min(columns, count);
  const bytes = new Array<number>(width).fill(0);
  const kinds: WalkKind[] = [];
  for (let column = 0; column < width; column++) {
    const start = Math.floor((column * count) / width);
    const stop = Math.max(start + 1, Math.floor(((column + 1) * count) / width));
    const votes = new Map<WalkKind, number>();
    for (let at = start; at < stop; at++) {
      const { heldBytes, kind } = steps[order[2 * at]];
      bytes[column] = Math.max(bytes[column], heldBytes);
      votes.set(kind, (votes.get(kind) ?? 0) + 1);
    }
    kinds.push([...votes].reduce((most, vote) => (vote[1] > most[1] ? vote : most))[0]);
  }
  return { bytes, kinds };
}

/** Neighbours of equal kind as one stretch: [kind, first column, columns]. */
export function stretches(kinds: readonly WalkKind[]): [WalkKind, number, number][] {
  const found: [WalkKind, number, number][] = [];
  for (const [column, kind] of kinds.entries()) {
    const last = found[found.length - 1];
    if (last && last[0] === kind) last[2]++;
    else found.push([kind, column, 1]);
  }
  return found;
}

/** Outline of the trace as an SVG path in a box of `width` by `height`; `high` bytes reach the top. */
export function tracePath({ bytes }: MemoryTrace, width: number, height: number, high: number): string {
  const pitch = width / bytes.length;
  const y = (value: number) => (height * (1 - value / high)).toFixed(1);
  let path = `M0 ${height}`;
  for (const [column, value] of bytes.entries())
    path += `L${(column * pitch).toFixed(1)} ${y(value)}H${((column + 1) * pitch).toFixed(1)}`;
  return `${path}V${height}Z`;
}
