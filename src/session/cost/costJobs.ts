import { type JudgedClaim, judgeClaims } from '../../core/claims/claims.ts';
import type { Evidence } from '../../core/claims/evidence.ts';
import type { CostOptions, CostReport } from '../../core/cost/costReport.ts';
import type { Figure } from '../../core/cost/figures.ts';
import { type ErrorData, toErrorData } from '../../core/errors.ts';
import { type PointCost, pointCosts } from '../sweep/pointCosts.ts';
import type { SweepSpec } from '../sweep/sweepSpec.ts';
import { type FigureRequest, makeFigure } from './costFigures.ts';
import { answerCost, type CostQuestion } from './costQuestion.ts';

/** What the cost worker can be asked; each kind has one type of result. */
export interface CostJobs {
  report: {
    job: { kind: 'report'; question: CostQuestion; options: CostOptions; measuredBytes: number | null };
    result: CostReport;
  };
  figure: { job: { kind: 'figure'; request: FigureRequest }; result: Figure };
  claims: { job: { kind: 'claims'; evidence: readonly Evidence[] }; result: JudgedClaim[] };
  sweep: { job: { kind: 'sweep'; spec: SweepSpec }; result: PointCost[] };
}

export type CostKindOfJob = keyof CostJobs;
export type CostJob<Kind extends CostKindOfJob = CostKindOfJob> = CostJobs[Kind]['job'];
export type CostResult<Kind extends CostKindOfJob = CostKindOfJob> = CostJobs[Kind]['result'];

export interface CostWorkerRequest {
  id: number;
  job: CostJob;
}

export type CostWorkerReply =
  | { id: number; value: CostResult; problem?: undefined }
  | { id: number; value?: undefined; problem: ErrorData };

function resultOf(job: CostJob): CostResult {
  switch (job.kind) {
    case 'report':
      return answerCost(job.question, job.options, job.measuredBytes);
    case 'figure':
      return makeFigure(job.request);
    case 'claims':
      return judgeClaims(job.evidence);
    case 'sweep':
      return pointCosts(job.spec);
  }
}

/** Does one job; errors become plain data. */
export function doCostJob({ id, job }: CostWorkerRequest): CostWorkerReply {
  try {
    return { id, value: resultOf(job) };
  } catch (error) {
    return { id, problem: toErrorData(error) };
  }
}
