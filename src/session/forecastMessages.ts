import type { DeviceLimits } from '../core/plan/types.ts';
import type { Forecast, Outcome } from './forecast.ts';
import type { Session } from './session.ts';

/** What the forecast depends on. */
export interface ForecastRequest {
  session: Session;
  /** Those of the adapter; undefined = WebGPU's defaults. */
  limits?: DeviceLimits;
  /** Bytes; undefined = what the limits allow. */
  memoryBudget?: number;
}

/** The forecast of the session, and the peak bytes of full backpropagation through time beside it. */
export interface ForecastReply {
  current: Outcome<Forecast>;
  full: Outcome<number>;
}
