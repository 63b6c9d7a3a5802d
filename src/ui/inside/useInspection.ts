import { useEffect, useRef } from 'react';
import type { InsideState } from '../../session/inside/insideState.ts';
import { bitOf } from '../../session/inside/spikes.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { chosenNeuron, useInsideChoice } from './insideChoice.ts';

/** While training runs, a sample is sent through at most so often. */
const GAP_MS = 700;
/** In these states the trainer has a run that can be looked at. */
const CAN_LOOK: readonly string[] = ['running', 'evaluating', 'paused', 'finished', 'ready', 'failed'];

/**
 * Keeps the inspection that is shown up to date: asks anew when another sample, layer or neuron is chosen, after every
 * epoch, and when the run comes to a stop. Asks nothing while the view is hidden.
 */
export function useInspection(): InsideState {
  const inside = useSession((state) => state.inside);
  const status = useSession((state) => state.status);
  const epochCount = useSession((state) => state.epochs.length);
  const standsAt = useSession((state) =>
    state.status === 'running' || state.status === 'evaluating' ? -1 : (state.iteration?.iteration ?? 0),
  );
  const { inspectSample } = useActions();
  const { sample, layer, neuron } = useInsideChoice();
  const asked = useRef({ question: '', moment: '' });
  const lastMs = useRef(Number.NEGATIVE_INFINITY);

  const { inspection, isLooking, testPredictions } = inside;
  const shown = inspection?.layers.find(({ name }) => name === (layer ?? inspection.membranes.layer));
  const wanted = sample ?? testPredictions?.samples[0] ?? null;
  const bit = shown ? bitOf(shown.shape, chosenNeuron(shown, neuron)) : 0;
  // Another neuron of the same layer needs no new look, as long as its membrane was read back.
  const isAnswer =
    inspection !== null &&
    inspection.sample === wanted &&
    (layer === null || inspection.membranes.layer === layer) &&
    bit >= inspection.membranes.start &&
    bit < inspection.membranes.stop;
  const moment = `${epochCount} ${standsAt}`;
  const question = `${wanted} ${layer} ${bit} ${moment}`;

  useEffect(() => {
    if (wanted === null || isLooking || !CAN_LOOK.includes(status)) return;
    const isFresh = isAnswer && asked.current.moment === moment;
    // What was asked once is not asked again: it may have been refused.
    if (isFresh || asked.current.question === question) return;
    const dueMs = standsAt < 0 ? Math.max(0, lastMs.current + GAP_MS - performance.now()) : 0;
    const timer = setTimeout(() => {
      asked.current = { question, moment };
      lastMs.current = performance.now();
      inspectSample({ sample: wanted, layer: layer ?? undefined, neuron: bit });
    }, dueMs);
    return () => clearTimeout(timer);
  }, [question, moment, isAnswer, wanted, layer, bit, isLooking, status, standsAt, inspectSample]);

  return inside;
}
