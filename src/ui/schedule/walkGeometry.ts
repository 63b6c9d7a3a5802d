import type { PlanWalk, WalkKind } from '../../session/planWalk.ts';
import { type GridGeometry, stepX } from './gridGeometry.ts';

export interface LightBox {
  key: string;
  kind: WalkKind;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What the diagram lights at one position of the walk. */
export interface LitPicture {
  /** The pass that runs. */
  now: LightBox;
  /** The block and interval that it belongs to. */
  tile: LightBox;
  /** What earlier passes left in this tile: history that is held, errors that are through. */
  held: LightBox[];
  /** Blocks and intervals that are done: their memory is free. */
  freed: LightBox[];
}

/** Heights of a lit row and of a lit classifier, which reaches out behind its bar. */
const BAND = 18;
const CLASSIFIER = 20;

/**
 * @param at Position in the order of the walk.
 * @param stepCount T.
 */
export function litPicture(
  { steps, order }: PlanWalk,
  at: number,
  geometry: GridGeometry,
  stepCount: number,
): LitPicture | null {
  const step = steps[order[2 * at]];
  const interval = geometry.intervals[order[2 * at + 1]];
  const block = step && geometry.blocks[step.block];
  if (!step || !interval || !block) return null;

  const boxOf = (position: number): LightBox => {
    const { kind, layer, steps: range } = steps[order[2 * position]];
    const { start, stop } = interval.steps;
    const x = stepX(geometry, Math.min(stop, start + range.start), stepCount) + 2;
    const right = stepX(geometry, Math.min(stop, start + range.stop), stepCount) - 2;
    const row = layer >= 0 ? geometry.rows[layer] : null;
    const height = row ? Math.min(BAND, row.height - 4) : CLASSIFIER;
    const y = (row ? row.y : block.classifierY) - height / 2;
    return { key: `${position}`, kind, x, y, width: Math.max(2, right - x), height };
  };
  const tile: LightBox = {
    key: 'tile',
    kind: step.kind,
    x: interval.left + 2,
    y: block.classifierY - 12,
    width: Math.max(2, interval.right - interval.left - 4),
    height: block.bottom - block.classifierY + 11,
  };

  // Back to the first pass of this tile; of equal places the newest pass counts.
  const held = new Map<string, LightBox>();
  let first = at;
  while (
    first > 0 &&
    order[2 * first - 1] === order[2 * at + 1] &&
    steps[order[2 * first - 2]].block === step.block
  )
    first--;
  for (let position = first; position < at; position++) {
    const box = boxOf(position);
    if (box.kind === 'freed') continue;
    held.set(`${box.y.toFixed(1)} ${box.x.toFixed(1)} ${box.kind === 'forward'}`, box);
  }

  const last = geometry.blocks.map(() => -1);
  for (let position = 0; position <= at; position++) {
    const done = steps[order[2 * position]];
    if (done.kind === 'freed') last[done.block] = order[2 * position + 1];
  }
  const freed = geometry.blocks.flatMap((each, index): LightBox[] => {
    if (last[index] < 0) return [];
    const right = geometry.intervals[last[index]].right - 2;
    return [
      {
        key: `freed${index}`,
        kind: 'freed',
        x: geometry.left + 2,
        y: each.classifierY - 12,
        width: right - geometry.left - 2,
        height: each.bottom - each.classifierY + 11,
      },
    ];
  });
  return {
    now: step.kind === 'freed' ? { ...tile, kind: 'freed' } : boxOf(at),
    tile,
    held: step.kind === 'freed' ? [] : [...held.values()],
    freed,
  };
}
