import { NO_LIMITS } from '../../core/cost/costReport.ts';
import {
  baselineFigures,
  COST_KINDS,
  type CostKind,
  costFigures,
  figureOfMerit,
} from '../../core/costModel.ts';
import { planTraining } from '../../core/plan/planTraining.ts';
import { expectedMeta, type Session, toTrainingConfig } from '../session.ts';
import { pointSession, type SweepPoint, type SweepSpec, sweepPoints } from './sweepSpec.ts';

/** What one point costs, known before anything is trained. */
export interface PointCost extends Record<CostKind, number> {
  point: SweepPoint;
  /** Bytes of GPU buffers that the plan takes with the whole batch. */
  planBytes: number;
  /** Eq. 18 without its accuracy term, against full BPTT (k = T, n = L) with trainable classifiers. */
  costTerms: number;
}

/**
 * Costs of every point of a sweep, in the order of its table: memory in bytes by Eqs. 8-10, access in words, additions
 * and MACs, one batch each. Plans once per point: milliseconds for small networks, more for deep ones.
 * @param base The sweep's base as its data set completes it.
 * @throws AppError as {@link toTrainingConfig} and `planTraining`.
 */
export function pointCosts(spec: SweepSpec, base: Session = spec.base): PointCost[] {
  const meta = expectedMeta(base);
  return sweepPoints(spec).map((point) => {
    const config = toTrainingConfig(pointSession(base, point), meta);
    const { schedule, stepCount, batchSize, network } = config;
    const figures = costFigures(network, { schedule, stepCount, batchSize });
    const full = baselineFigures(network, { schedule, stepCount, batchSize });
    const totals = Object.fromEntries(COST_KINDS.map((kind) => [kind, figures[kind].total]));
    return {
      point,
      ...(totals as Record<CostKind, number>),
      planBytes: planTraining({ config, limits: NO_LIMITS }).peakBytes,
      costTerms: figureOfMerit(figures, full, 0, spec.weights).total,
    };
  });
}
