import type { Range, Schedule } from '../../core/schedule.ts';

/** One row of the unrolled diagram, bottom to top. */
export interface GridLayer {
  name: string;
  /** Shape as text: 6×30×30. */
  shape: string;
  /** How much it counts towards n; 0 for a pool, which belongs to the row below it. */
  bodyLayers: number;
}

export interface GridRow extends GridLayer {
  index: number;
  block: number;
  /** Centre, pixels from the top. */
  y: number;
  height: number;
}

export interface GridGeometry {
  width: number;
  height: number;
  /** Left and right end of the time axis. */
  left: number;
  right: number;
  /** Centre of the input row. */
  inputY: number;
  rows: GridRow[];
  /** Per block: top and bottom of its tile and the centre of the classifier bar above it. */
  blocks: { top: number; bottom: number; classifierY: number; layers: Range }[];
  /** Per truncation interval: its steps and their left and right end. */
  intervals: { steps: Range; left: number; right: number }[];
  /** Steps that are drawn: all of them where there is room, else every `columnStride`-th. */
  columns: number[];
  columnStride: number;
  /** Intervals are drawn as one shade when there are more than there is room for. */
  dense: boolean;
}

const TOP = 12;
/** Room at the right for the handle of n. */
const HANDLE = 52;
const AXIS = 46;
const INPUT = 26;
const GAP = 30;
const MIN_PITCH = 13;
const MIN_INTERVAL = 5;
/** Height of a trainable row, and of a pool in parts of it. */
const ROW = 30;
const POOL = 0.7;

function weightOf(layer: GridLayer): number {
  return layer.bodyLayers === 0 ? POOL : 1;
}

/** Height that the diagram of a network needs, whatever (k, n): the page does not move when n changes. */
export function gridHeight(layers: readonly GridLayer[]): number {
  const trainable = layers.filter(({ bodyLayers }) => bodyLayers > 0).length;
  const row = layers.length > 12 ? 20 : ROW;
  const rows = layers.reduce((sum, layer) => sum + weightOf(layer), 0) * row;
  return Math.round(TOP + rows + trainable * GAP + INPUT + AXIS);
}

/** X of the border before step `step`. */
export function stepX(
  geometry: Pick<GridGeometry, 'left' | 'right'>,
  step: number,
  stepCount: number,
): number {
  return geometry.left + ((geometry.right - geometry.left) * step) / stepCount;
}

/**
 * Where everything of the unrolled diagram stands.
 * @param blocks Half-open ranges of layer entries, from `cutBlocks`.
 * @param intervals Half-open ranges of steps, from `cutIntoRanges`.
 * @param width Pixels. @param gutter Pixels for the names of the layers.
 */
export function layOutGrid(
  layers: readonly GridLayer[],
  blocks: readonly Range[],
  intervals: readonly Range[],
  stepCount: number,
  width: number,
  gutter: number,
): GridGeometry {
  const height = gridHeight(layers);
  const left = gutter;
  const right = width - HANDLE;
  const total = layers.reduce((sum, layer) => sum + weightOf(layer), 0);
  const unit = (height - TOP - AXIS - INPUT - blocks.length * GAP) / total;

  let y = height - AXIS;
  const inputY = y - INPUT / 2;
  y -= INPUT;
  const rows: GridRow[] = [];
  const laidBlocks: GridGeometry['blocks'] = [];
  for (const [block, range] of blocks.entries()) {
    const bottom = y;
    for (let index = range.start; index < range.stop; index++) {
      const rowHeight = weightOf(layers[index]) * unit;
      rows.push({ ...layers[index], index, block, height: rowHeight, y: y - rowHeight / 2 });
      y -= rowHeight;
    }
    laidBlocks.push({ top: y, bottom, classifierY: y - GAP / 2 + 2, layers: range });
    y -= GAP;
  }

  const pitch = (right - left) / stepCount;
  const columnStride = Math.max(1, Math.ceil(MIN_PITCH / pitch));
  const columns: number[] = [];
  for (let step = Math.floor((columnStride - 1) / 2); step < stepCount; step += columnStride)
    columns.push(step);
  return {
    width,
    height,
    left,
    right,
    inputY,
    rows,
    blocks: laidBlocks,
    intervals: intervals.map((steps) => ({
      steps,
      left: stepX({ left, right }, steps.start, stepCount),
      right: stepX({ left, right }, steps.stop, stepCount),
    })),
    columns,
    columnStride,
    dense: (right - left) / intervals.length < MIN_INTERVAL,
  };
}

/** The k that puts border number `border` (from 1) nearest to `x`. */
export function intervalAt(geometry: GridGeometry, x: number, border: number, stepCount: number): number {
  const step = ((x - geometry.left) / (geometry.right - geometry.left)) * stepCount;
  return Math.min(stepCount, Math.max(1, Math.round(step / border)));
}

/**
 * The n that puts the border of block number `border` (from 1, bottom to top) nearest to `y`: the trainable layers
 * whose centre lies below `y`, shared among `border` blocks.
 */
export function blockSizeAt(geometry: GridGeometry, y: number, border: number): number {
  const below = geometry.rows.filter((row) => row.y > y).reduce((sum, row) => sum + row.bodyLayers, 0);
  const all = geometry.rows.reduce((sum, row) => sum + row.bodyLayers, 0);
  return Math.min(all, Math.max(1, Math.round(below / border)));
}

/** The schedule in a sentence, for people who do not see the diagram. */
export function describeGrid(schedule: Schedule, stepCount: number, layerCount: number): string {
  const { truncationInterval: k, blockSize: n } = schedule;
  const intervals = Math.ceil(stepCount / k);
  const time = intervals === 1 ? `all ${stepCount} steps at once` : `${intervals} intervals of ${k} steps`;
  const depth = n >= layerCount ? 'one block of all layers' : `blocks of ${n} of ${layerCount} layers`;
  return `The network over ${stepCount} time steps, cut into ${time} and ${depth}.`;
}
