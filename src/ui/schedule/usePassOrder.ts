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

  useEffect(() => {
    if (at === null || !moves) return;
    const timer = setTimeout(() => setAt(at + 1 < moves.length ? at + 1 : null), MOVE_MS);
    return () => clearTimeout(timer);
  }, [at, moves]);

  const move = at !== null && moves ? (moves[at] ?? null) : null;
  const text = move
    ? `Interval ${move.interval + 1}, block ${move.block + 1}: ${WORDS[move.kind]}.`
    : 'Each tile is one block in one interval. The plan finishes a tile before it starts the next.';
  return {
    move,
    text,
    isPlaying: at !== null,
    toggle: () => setAt(at === null ? 0 : null),
  };
}
