import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrainerMessage } from '../trainer/messages.ts';
import { createMessagePacer } from './messagePacer.ts';

const figure = (iteration: number) => ({ type: 'iteration', metrics: { iteration } }) as TrainerMessage;

describe('message pacer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives figures out at most ten times per second and loses none', () => {
    const batches: TrainerMessage[][] = [];
    const receive = createMessagePacer((messages) => batches.push(messages));
    for (let i = 0; i < 1000; i++) {
      receive(figure(i));
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(200);
    expect(batches.length).toBeGreaterThan(8);
    expect(batches.length).toBeLessThan(13);
    expect(batches.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => figure(i)));
  });

  it('gives everything else out at once, after the figures before it', () => {
    const batches: TrainerMessage[][] = [];
    const receive = createMessagePacer((messages) => batches.push(messages));
    const paused: TrainerMessage = { type: 'status', status: 'paused' };
    receive(figure(1));
    receive(figure(2));
    receive(paused);
    expect(batches).toEqual([[figure(1)], [figure(2), paused]]);
    vi.advanceTimersByTime(500);
    expect(batches).toHaveLength(2);
  });
});
