import { describe, expect, it } from 'vitest';
import { moveCell, windowAround } from './confusionWindow.ts';

describe('walking over a large confusion matrix', () => {
  it('stays inside it, jumps by ten with the Page keys and to the ends of a row', () => {
    const at = { label: 5, predicted: 100 };
    expect(moveCell(at, 'ArrowDown', 101)).toEqual({ label: 6, predicted: 100 });
    expect(moveCell(at, 'ArrowRight', 101)).toEqual(at);
    expect(moveCell(at, 'PageDown', 101)).toEqual({ label: 15, predicted: 100 });
    expect(moveCell(at, 'PageUp', 101)).toEqual({ label: 0, predicted: 100 });
    expect(moveCell(at, 'Home', 101)).toEqual({ label: 5, predicted: 0 });
    expect(moveCell(at, 'End', 101)).toEqual(at);
    expect(moveCell(at, 'Tab', 101)).toBeNull();
  });

  it('shows the classes around the chosen one, all that are asked for, also at the ends', () => {
    expect(windowAround(50, 5, 101)).toEqual({ start: 48, stop: 53 });
    expect(windowAround(0, 5, 101)).toEqual({ start: 0, stop: 5 });
    expect(windowAround(100, 5, 101)).toEqual({ start: 96, stop: 101 });
    expect(windowAround(1, 5, 3)).toEqual({ start: 0, stop: 3 });
    expect(windowAround(6, 4, 10)).toEqual({ start: 4, stop: 8 });
  });
});
