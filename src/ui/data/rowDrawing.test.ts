import { describe, expect, it } from 'vitest';
import { createTimeline } from '../../session/timeline.ts';
import type { PlayerColours } from './playerDrawing.ts';
import { drawRaster, isRow, RASTER_COLUMNS } from './rowDrawing.ts';

const COLOURS: PlayerColours = { ground: [0, 0, 0], on: [0, 0, 200], off: [200, 0, 0] };

describe('drawRaster', () => {
  it('puts channels downwards and time to the right, what is to come faintly', () => {
    const events = {
      sensor: { width: 3, height: 1 },
      tUs: Float64Array.of(0, 500, 1000),
      x: Uint16Array.of(0, 2, 1),
      y: new Uint16Array(3),
      polarity: Uint8Array.of(1, 1, 1),
    };
    const pixels = drawRaster(events, createTimeline(events), 500, COLOURS);
    expect(pixels).toHaveLength(4 * 3 * RASTER_COLUMNS);
    const blue = (row: number, column: number) => pixels[4 * (row * RASTER_COLUMNS + column) + 2];
    expect(blue(0, 0)).toBe(200);
    expect(blue(2, RASTER_COLUMNS / 2)).toBe(200);
    expect(blue(1, RASTER_COLUMNS - 1)).toBe(50);
    expect(pixels.filter((value, i) => i % 4 === 2 && value > 0)).toHaveLength(3);
  });

  it('is for sensors of one row', () => {
    expect([isRow({ height: 1 }), isRow({ height: 2 })]).toEqual([true, false]);
  });
});
