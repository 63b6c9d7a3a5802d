import { describe, expect, it } from 'vitest';
import { createTimeline } from '../../session/timeline.ts';
import type { PlayerColours } from '../data/playerDrawing.ts';
import { boxEdges, drawCloud, project } from './cloud.ts';

const COLOURS: PlayerColours = { ground: [0, 0, 0], on: [0, 0, 200], off: [200, 0, 0] };

describe('projection', () => {
  it('from the front shows the sensor, whatever the time', () => {
    const at = project({ yaw: 0, pitch: 0 }, 100, 100);
    expect(at(0.5, -0.5, 0)).toEqual(at(0.5, -0.5, 1));
    expect(at(0, 0, 0.5)).toEqual([50, 50]);
    expect(at(1, 0, 0)[0]).toBeGreaterThan(at(-1, 0, 0)[0]);
    expect(at(0, 1, 0)[1]).toBeGreaterThan(at(0, -1, 0)[1]);
  });

  it('from the side shows time as a line', () => {
    const at = project({ yaw: Math.PI / 2, pitch: 0 }, 100, 100);
    expect(at(1, 0, 0.3)[0]).toBeCloseTo(at(-1, 0, 0.3)[0]);
    expect(at(0, 0, 1)[0]).toBeGreaterThan(at(0, 0, 0)[0]);
  });

  it('keeps the box on the screen from everywhere', () => {
    for (let yaw = -3; yaw < 3; yaw += 0.25)
      for (let pitch = -1.5; pitch < 1.5; pitch += 0.25) {
        const at = project({ yaw, pitch }, 200, 150);
        for (const [x, y, t] of boxEdges().flat()) {
          const [right, down] = at(x, y, t);
          expect(Math.min(right, 200 - right, down, 150 - down)).toBeGreaterThanOrEqual(0);
        }
      }
    expect(boxEdges()).toHaveLength(12);
  });
});

describe('drawCloud', () => {
  it('shows the slice at full strength and the rest faintly, each polarity in its colour', () => {
    const events = {
      sensor: { width: 3, height: 3 },
      tUs: Float64Array.of(0, 100),
      x: Uint16Array.of(0, 2),
      y: Uint16Array.of(0, 2),
      polarity: Uint8Array.of(1, 0),
    };
    const size = { width: 60, height: 60 };
    const at = project({ yaw: 0, pitch: 0 }, 60, 60);
    const pixels = drawCloud(events, createTimeline(events), at, size, { fromUs: 50, untilUs: 101 }, COLOURS);
    const colourAt = (x: number, y: number) => {
      const [column, row] = at(x, y, 0).map(Math.round);
      return [...pixels.subarray(4 * (row * 60 + column), 4 * (row * 60 + column) + 3)];
    };
    expect(colourAt(-2 / 3, -2 / 3)).toEqual([0, 0, 80]);
    expect(colourAt(2 / 3, 2 / 3)).toEqual([200, 0, 0]);
    expect(colourAt(0, 0)).toEqual([0, 0, 0]);
  });
});
