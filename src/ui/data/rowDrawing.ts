import type { EventStream } from '../../core/eventStream.ts';
import type { Timeline } from '../../session/timeline.ts';
import { blank, blend, type PlayerColours } from './playerDrawing.ts';

/** Columns of a raster: as many moments of a recording are told apart. */
export const RASTER_COLUMNS = 360;
/** Rows of a raster at most; of more channels, neighbours share one. */
const RASTER_ROWS = 360;

/** True for sensors of one row: channels of a cochlea, which are shown over time and not as a picture. */
export const isRow = ({ height }: { height: number }) => height === 1;

/**
 * The spikes of a row of channels: time to the right, channels downwards. Those up to `untilUs` stand out.
 * @returns RGBA[rows][RASTER_COLUMNS].
 */
export function drawRaster(
  events: EventStream,
  timeline: Timeline,
  untilUs: number,
  colours: PlayerColours,
): Uint8ClampedArray<ArrayBuffer> {
  const { tUs, x, sensor } = events;
  const rows = Math.min(RASTER_ROWS, sensor.width);
  const pixels = blank(RASTER_COLUMNS, rows, colours.ground);
  const { startUs, stopUs } = timeline;
  const durationUs = Math.max(1, stopUs - startUs);
  for (let i = 0; i < tUs.length; i++) {
    if (x[i] >= sensor.width) continue;
    const column = Math.min(
      RASTER_COLUMNS - 1,
      Math.floor(((tUs[i] - startUs) / durationUs) * RASTER_COLUMNS),
    );
    const row = Math.floor((x[i] * rows) / sensor.width);
    blend(pixels, row * RASTER_COLUMNS + column, colours.on, tUs[i] <= untilUs ? 1 : 0.25);
  }
  return pixels;
}
