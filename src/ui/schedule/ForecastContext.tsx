import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ErrorData } from '../../core/errors.ts';
import { createForecastClient, type ForecastClient } from '../../session/forecastClient.ts';
import type { ForecastReply, ForecastRequest } from '../../session/forecastMessages.ts';
import { checkedProblem } from '../../session/session.ts';
import { useSession } from '../shared/sessionContext.tsx';

export interface ForecastView {
  /** The newest forecast, of these settings or of those shortly before; null until the first one is there. */
  reply: ForecastReply | null;
  /** True while the forecast of the settings shown is being made. */
  isPending: boolean;
  /** True when the limits are those of a real adapter, not WebGPU's defaults. */
  knowsAdapter: boolean;
  /** Why these settings cannot be trained; null where they can, as far as is known. */
  obstacle: ErrorData | null;
}

const ForecastContext = createContext<ForecastView | null>(null);

/** Plans the settings shown, once for the whole page. */
export function ForecastProvider({ children }: { children: ReactNode }) {
  const session = useSession((state) => state.settings);
  const adapter = useSession((state) => state.gpu.adapter);
  const budget = useSession((state) => state.memoryBudget);
  const [latest, setLatest] = useState<{ reply: ForecastReply; request: ForecastRequest } | null>(null);
  const client = useRef<ForecastClient>(null);

  useEffect(() => {
    const created = createForecastClient(
      () =>
        new Worker(new URL('../../session/forecastWorker.ts', import.meta.url), {
          type: 'module',
        }),
      (reply, request) => setLatest({ reply, request }),
    );
    client.current = created;
    return () => created.dispose();
  }, []);

  const request = useMemo<ForecastRequest>(() => {
    const limits = adapter
      ? {
          maxBufferSize: adapter.maxBufferSize,
          maxStorageBufferBindingSize: adapter.maxStorageBufferBindingSize,
        }
      : undefined;
    return { session, limits, memoryBudget: budget ?? undefined };
  }, [session, adapter, budget]);

  useEffect(() => client.current?.ask(request), [request]);

  const view = useMemo<ForecastView>(() => {
    const isPending = latest?.request !== request;
    const planned = isPending ? undefined : latest?.reply.current.problem;
    // What does not fit into WebGPU's default limits may well fit the adapter that is still being looked for.
    const counts = planned && (planned.code !== 'does-not-fit' || adapter !== null || budget !== null);
    return {
      reply: latest?.reply ?? null,
      isPending,
      knowsAdapter: adapter !== null,
      obstacle: checkedProblem(session) ?? (counts ? planned : null),
    };
  }, [latest, request, session, adapter, budget]);

  return <ForecastContext value={view}>{children}</ForecastContext>;
}

export function useForecast(): ForecastView {
  const view = useContext(ForecastContext);
  if (!view) throw new Error('A component that shows the forecast stands outside ForecastProvider.');
  return view;
}
