import { useEffect, useState } from 'react';
import type { PlannedMove } from '../../session/forecast.ts';

const MOVE_MS = 420;

const WORDS: Record<PlannedMove['kind'], string> = {
  forward: 'forward: spikes and two bits per neuron and step are kept',
  loss: 'local classifier compares its spikes with the label',
  backward: 'backward: errors go down and back in time, inside this tile',
  update: 'weights change; the memory of this tile is free again',
};

/**
 * Walks through one iteration of the plan, slowed down, move by move.
 * @param moves The plan's order; undefined where there is no plan.
 */
export function usePassOrder(moves: PlannedMove[] | undefined) {
  const [at, setAt] = useState<number | null>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const count = moves?.length ?? 0;

  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => {
      const next = (at ?? -1) + 1;
      setAt(next < count ? next : null);
      if (next >= count) setIsPlaying(false);
    }, MOVE_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, at, count]);

  const move = at !== null ? (moves?.[at] ?? null) : null;
  const text = move
    ? `Interval ${move.interval + 1}, block ${move.block + 1}: ${WORDS[move.kind]}.`
    : 'Each tile is one block in one interval. The plan finishes a tile before it starts the next.';
  return {
    move,
    text,
    isPlaying,
    /** Plays from the start, or stops and puts the lights out. */
    toggle() {
      setAt(isPlaying ? null : 0);
      setIsPlaying(!isPlaying);
    },
    /** One move on, by hand; after the last one the lights go out. */
    next() {
      setIsPlaying(false);
      setAt(at === null ? 0 : at + 1 < count ? at + 1 : null);
    },
  };
}
