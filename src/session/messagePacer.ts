import type { TrainerMessage } from '../trainer/messages.ts';

/** Shortest time between two updates of the figures on screen. */
const FIGURES_MS = 100;

/**
 * Hands messages on in order, but figures (iterations, epochs, predictions) at most every 100 ms, all that have come by then at
 * once: tiny networks finish hundreds of epochs per second, and a page drawn for each of them would never come to
 * rest. Any other message goes on at once, after the figures that came before it.
 *
 * @param deliver Called with one or more messages, in the order in which they came.
 */
export function createMessagePacer(
  deliver: (messages: TrainerMessage[]) => void,
): (message: TrainerMessage) => void {
  let waiting: TrainerMessage[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastMs = Number.NEGATIVE_INFINITY;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.length === 0) return;
    const messages = waiting;
    waiting = [];
    if (messages.some(isFigure)) lastMs = performance.now();
    deliver(messages);
  }

  return (message) => {
    waiting.push(message);
    const dueMs = lastMs + FIGURES_MS - performance.now();
    if (!isFigure(message) || dueMs <= 0) flush();
    else timer ??= setTimeout(flush, dueMs);
  };
}

const FIGURES: ReadonlySet<TrainerMessage['type']> = new Set([
  'iteration',
  'epoch',
  'testPredictions',
  'stepRates',
]);

function isFigure(message: TrainerMessage): boolean {
  return FIGURES.has(message.type);
}
