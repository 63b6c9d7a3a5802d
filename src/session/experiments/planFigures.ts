import { NO_LIMITS } from '../../core/cost/costReport.ts';
import { costFigures } from '../../core/costModel.ts';
import { fromErrorData } from '../../core/errors.ts';
import { forecastTraining } from '../forecast.ts';
import { expectedMeta, type Session, toTrainingConfig } from '../session.ts';
import type { MeasuredPlan } from './experiments.ts';

/** What one batch of a session takes, by equations and plan; on a device without limits. */
export function planFigures(session: Session): MeasuredPlan {
  const { network, schedule, stepCount, batchSize } = toTrainingConfig(session, expectedMeta(session));
  const forecast = forecastTraining(session, NO_LIMITS);
  if (forecast.problem) throw fromErrorData(forecast.problem);
  return {
    macs: costFigures(network, { schedule, stepCount, batchSize }).macs.total,
    planBytes: forecast.value.peakBytes,
    f32Bytes: forecast.value.f32Bytes.here,
  };
}
