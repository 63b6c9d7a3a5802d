import { csvText } from '../../core/cost/costReport.ts';
import type { PointCost } from './pointCosts.ts';
import type { SweepResults } from './sweepResults.ts';
import { figureOfMeritAt, summarizeSweep } from './sweepSummary.ts';

/** Columns of a sweep's report. `seconds` is last: all before it are a function of the sweep and the adapter. */
export const SWEEP_COLUMNS = [
  'k',
  'n',
  'classifier',
  'update',
  'seed',
  'status',
  'epochs',
  'testAccuracy',
  'trainAccuracy',
  'blockAccuracy',
  'accuracyByEpoch',
  'testSamples',
  'loss',
  'peakBytes',
  'planBytes',
  'memory',
  'access',
  'additions',
  'macs',
  'costTerms',
  'figureOfMerit',
  'digest',
  'note',
  'seconds',
] as const;

const list = (values: readonly number[] | undefined) => (values ?? []).join(' ');

/**
 * Every run of a sweep as CSV, in the order of its table. Lists (accuracy per block, per epoch) are separated by spaces.
 * The costs are known of every run; what was trained is empty where nothing was.
 */
export function sweepCsv(results: SweepResults, costs: readonly PointCost[]): string {
  const { reference } = summarizeSweep(results, costs);
  const costOf = new Map(costs.map((cost) => [cost.point.id, cost]));
  const rows = results.cells.map(({ cell, status, result, problem, note }) => {
    const { point, seed } = cell;
    const cost = costOf.get(point.id);
    const figure =
      cost && result && status === 'done' && reference?.accuracy != null
        ? figureOfMeritAt(cost, result.testAccuracy, reference.accuracy, results.spec)
        : '';
    const values: Record<(typeof SWEEP_COLUMNS)[number], string | number> = {
      k: point.truncationInterval,
      n: point.blockSize,
      classifier: point.classifier,
      update: point.update,
      seed,
      // A run that is being trained has no figures of its own yet.
      status: status === 'running' ? 'waiting' : status,
      epochs: result?.epochs ?? 0,
      testAccuracy: result?.testAccuracy ?? '',
      trainAccuracy: result?.trainAccuracy ?? '',
      blockAccuracy: list(result?.blockAccuracy),
      accuracyByEpoch: list(result?.accuracyByEpoch),
      testSamples: result?.testSamples ?? '',
      loss: result?.loss ?? '',
      peakBytes: result?.peakBytes ?? '',
      planBytes: cost?.planBytes ?? '',
      memory: cost?.memory ?? '',
      access: cost?.access ?? '',
      additions: cost?.additions ?? '',
      macs: cost?.macs ?? '',
      costTerms: cost?.costTerms ?? '',
      figureOfMerit: figure,
      digest: result?.digest ?? '',
      note: problem ? `${problem.code}: ${problem.message}` : note,
      seconds: result ? Number(result.seconds.toFixed(1)) : '',
    };
    return SWEEP_COLUMNS.map((column) => values[column]);
  });
  return csvText([[...SWEEP_COLUMNS], ...rows]);
}
