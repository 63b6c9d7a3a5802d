import { describe, expect, it } from 'vitest';
import { cutBlocks } from '../../core/network.ts';
import { cutIntoRanges } from '../../core/schedule.ts';
import { forecastTraining, outlineNetwork } from '../../session/forecast.ts';
import { defaultSession, expectedMeta, toNetworkSpec } from '../../session/session.ts';
import { layOutGrid } from './gridGeometry.ts';
import { memoryTrace, stretches, tracePath } from './memoryTrace.ts';
import { litPicture } from './walkGeometry.ts';
import { bufferWords, stepWords } from './walkWords.ts';

const session = defaultSession();
const { walk } = forecastTraining(session).value ?? { walk: { steps: [], order: new Int32Array() } };
const geometry = layOutGrid(
  outlineNetwork(session).value?.layers ?? [],
  cutBlocks(toNetworkSpec(session, expectedMeta(session)), 2),
  cutIntoRanges(20, 5),
  20,
  640,
  100,
);
const count = walk.order.length / 2;
const stepAt = (at: number) => ({ ...walk.steps[walk.order[2 * at]], interval: walk.order[2 * at + 1] });

describe('the picture of a pass', () => {
  it('lies in its own tile, on the row of its layer, and moves through the tiles in the plan’s order', () => {
    const tiles: string[] = [];
    for (let at = 0; at < count; at++) {
      const { block, interval, layer, kind } = stepAt(at);
      const picture = litPicture(walk, at, geometry, 20);
      if (!picture) throw new Error('nothing is lit');
      const { now, tile, held } = picture;
      const ends = geometry.intervals[interval];
      expect(now.x).toBeGreaterThanOrEqual(ends.left);
      expect(now.x + now.width).toBeLessThanOrEqual(ends.right);
      if (layer >= 0) expect(Math.abs(now.y + now.height / 2 - geometry.rows[layer].y)).toBeLessThan(1e-6);
      expect(held.every((box) => box.x >= tile.x - 1 && box.y >= tile.y - 1)).toBe(true);
      if (kind === 'freed') expect(held).toEqual([]);
      const name = `${interval} ${block}`;
      if (tiles[tiles.length - 1] !== name) tiles.push(name);
    }
    expect(tiles).toEqual([0, 1, 2, 3].flatMap((interval) => [`${interval} 0`, `${interval} 1`]));
  });

  it('says what is free: nothing at first, in the end all', () => {
    expect(litPicture(walk, 0, geometry, 20)?.freed).toEqual([]);
    const end = litPicture(walk, count - 1, geometry, 20)?.freed ?? [];
    expect(end).toHaveLength(2);
    for (const { x, width } of end) expect(x + width).toBeCloseTo(geometry.right - 2, 6);
  });

  it('is none where the walk and the diagram do not belong together', () => {
    expect(litPicture(walk, count, geometry, 20)).toBeNull();
  });
});

describe('the trace of the memory', () => {
  it('keeps the peak, however few columns it has', () => {
    const peak = Math.max(...walk.steps.map(({ heldBytes }) => heldBytes));
    for (const columns of [3, 40, 10_000]) {
      const trace = memoryTrace(walk, columns);
      expect(trace.bytes).toHaveLength(Math.min(columns, count));
      expect(Math.max(...trace.bytes)).toBe(peak);
      expect(stretches(trace.kinds).reduce((sum, [, , length]) => sum + length, 0)).toBe(trace.kinds.length);
    }
    expect(tracePath({ bytes: [10, 5], kinds: [] }, 100, 20, 10)).toBe(
      'M0 20L0.0 0.0H50.0L50.0 10.0H100.0V20Z',
    );
  });
});

describe('the words of a pass', () => {
  it('say where it is and what it does', () => {
    const words = Array.from({ length: count }, (_, at) => {
      const { interval } = stepAt(at);
      return stepWords(walk.steps[walk.order[2 * at]], interval, 5);
    });
    expect(words[0]).toMatch(/^Interval 1, block 1: forward, conv1 \(lifForward\w*\)\.$/);
    expect(words.filter((text) => text.includes('weights change'))).not.toHaveLength(0);
    expect(words.some((text) => /backward, conv3, steps 3 to 4 \(/.test(text))).toBe(true);
    expect(words[count - 1]).toMatch(/^Interval 4, block 2: memory is free again, \d/);
  });

  it('name buffers', () => {
    expect(bufferWords('conv1.spikes')).toBe('conv1 spikes');
    expect(bufferWords('sew3.lif1.gamma')).toBe('sew3.lif1 γ');
    expect(bufferWords('pool2.spikes#3')).toBe('pool2 spikes#3');
    expect(bufferWords('fc4.weights@1')).toBe('fc4 weights@1');
    expect(bufferWords('input')).toBe('input frames');
    expect(bufferWords('labels')).toBe('labels');
  });
});
