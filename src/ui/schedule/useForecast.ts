import { useDeferredValue, useMemo } from 'react';
import { type Forecast, forecastTraining, fullBpttBytes, type Outcome } from '../../session/forecast.ts';
import { useSession } from '../shared/sessionContext.tsx';

export interface ForecastView {
  current: Outcome<Forecast>;
  full: Outcome<number>;
  /** True when the limits are those of a real adapter, not WebGPU's defaults. */
  knowsAdapter: boolean;
}

/** The forecast of the settings shown; planned at low priority, so that dragging a border stays smooth. */
export function useForecast(): ForecastView {
  const settings = useDeferredValue(useSession((state) => state.settings));
  const adapter = useSession((state) => state.gpu.adapter);
  const current = useMemo(() => {
    const limits = adapter
      ? {
          maxBufferSize: adapter.maxBufferSize,
          maxStorageBufferBindingSize: adapter.maxStorageBufferBindingSize,
        }
      : undefined;
    return forecastTraining(settings, limits);
  }, [settings, adapter]);
  const full = useMemo(() => fullBpttBytes(settings), [settings]);
  return { current, full, knowsAdapter: adapter !== null };
}
