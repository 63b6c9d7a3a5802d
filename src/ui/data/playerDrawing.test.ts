import { describe, expect, it } from 'vitest';
import { previewFrames } from '../../session/preview.ts';
import { defaultSession } from '../../session/session.ts';
import { createTimeline } from '../../session/timeline.ts';
import { drawEvents, drawFrame, drawImage, type PlayerColours } from './playerDrawing.ts';

const COLOURS: PlayerColours = { ground: [0, 0, 0], on: [0, 0, 200], off: [200, 0, 0] };
const EVENTS = {
  sensor: { width: 3, height: 2 },
  tUs: Float64Array.of(100, 150, 190),
  x: Uint16Array.of(0, 2, 2),
  y: Uint16Array.of(0, 1, 1),
  polarity: Uint8Array.of(1, 0, 1),
};
const TIMELINE = createTimeline(EVENTS);
const pixel = (pixels: Uint8ClampedArray, index: number) => [...pixels.subarray(4 * index, 4 * index + 3)];

describe('player', () => {
  it('shows events of the trail in their colour, fainter with age, and none of the future', () => {
    const pixels = drawEvents(EVENTS, 150, 100, COLOURS, TIMELINE);
    expect(pixels).toHaveLength(3 * 2 * 4);
    expect(pixel(pixels, 0)).toEqual([0, 0, 100]);
    expect(pixel(pixels, 5)).toEqual([200, 0, 0]);
    expect(pixel(drawEvents(EVENTS, 120, 100, COLOURS, TIMELINE), 5)).toEqual([0, 0, 0]);
    expect(pixel(drawEvents(EVENTS, 400, 100, COLOURS, TIMELINE), 5)).toEqual([0, 0, 0]);
  });

  it('shows the frames that the encoder makes, mixed where both polarities fired', () => {
    const recording = {
      kind: 'events' as const,
      name: 'r',
      className: 'c',
      split: 'train' as const,
      events: EVENTS,
    };
    const encoding = { ...defaultSession().encoding, stepDurationUs: 50, stepCount: 2, width: 3 };
    const frames = previewFrames(recording, encoding);
    expect(frames.shape).toEqual({ channels: 2, height: 2, width: 3 });
    expect(pixel(drawFrame(frames, 0, COLOURS), 0)).toEqual([0, 0, 200]);
    expect(pixel(drawFrame(frames, 0, COLOURS), 5)).toEqual([0, 0, 0]);
    expect(pixel(drawFrame(frames, 1, COLOURS), 5)).toEqual([100, 0, 100]);
  });

  it('shows images in grey or in colour, row by row', () => {
    const grey = drawImage({
      shape: { channels: 1, height: 2, width: 3 },
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(grey).toHaveLength(2 * 3 * 4);
    expect([...grey.subarray(16, 20)]).toEqual([5, 5, 5, 255]);
    const colour = drawImage({
      shape: { channels: 3, height: 1, width: 2 },
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    expect([...colour]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
  });
});
