import { forecastTraining, fullBpttBytes, type Outcome } from './forecast.ts';
import type { ForecastReply, ForecastRequest } from './forecastMessages.ts';
import type { Session } from './session.ts';

/** Full backpropagation through time is the same for every (k, n): a drag of a border plans it once. */
let known: { key: string; full: Outcome<number> } | null = null;

function fullBptt(session: Session): Outcome<number> {
  const key = JSON.stringify({ ...session, schedule: undefined });
  if (known?.key !== key) known = { key, full: fullBpttBytes(session) };
  return known.full;
}

self.addEventListener('message', ({ data }: MessageEvent<ForecastRequest>) => {
  const { session, limits, memoryBudget } = data;
  const reply: ForecastReply = {
    current: forecastTraining(session, limits, memoryBudget),
    full: fullBptt(session),
  };
  self.postMessage(reply);
});
