import type { AccuracyRun } from '../../core/claims/accuracyMeans.ts';
import type { Evidence } from '../../core/claims/evidence.ts';
import { halvesDown } from '../../core/cost/figureSubjects.ts';
import { bodyLayerCount } from '../../core/network.ts';
import { sameValue } from '../linkCodec.ts';
import { expectedMeta, type Session, toNetworkSpec, toTrainingConfig } from '../session.ts';
import type { SweepResults } from '../sweep/sweepResults.ts';
import { newSweep, pointSession, type SweepSpec } from '../sweep/sweepSpec.ts';

/** The sweeps that claims about accuracy take: over (k, n), and with random classifiers at a few of its points. */
export type ClaimSweep = 'grid' | 'random';

/** Seeds of every point: the fewest that give an interval worth having. */
const SEEDS = [1, 2, 3];

/** T, about T / 4, about T / 10 and 1: both ends, and two between them, one of which is small. */
export function claimIntervals(stepCount: number): number[] {
  const between = [Math.round(stepCount / 4), Math.round(stepCount / 10)];
  return [...new Set([stepCount, ...between.map((k) => Math.max(1, k)), 1])].sort((a, b) => b - a);
}

/** L, L / 2 and 1. */
function claimBlockSizes(session: Session): number[] {
  const values = halvesDown(bodyLayerCount(toNetworkSpec(session, expectedMeta(session))));
  return [...new Set([values[0], values[1] ?? 1, 1])];
}

/**
 * A sweep of the session that claims can be checked on: its network, data, epochs and learning rate as they are.
 * @throws AppError of {@link newSweep} where the session's network does not work out.
 */
export function claimSweep(kind: ClaimSweep, session: Session): SweepSpec {
  const ks = claimIntervals(session.encoding.stepCount);
  const ns = claimBlockSizes(session);
  const axes =
    kind === 'grid'
      ? { truncationInterval: ks, blockSize: ns, classifier: ['trainable' as const] }
      : {
          truncationInterval: ks.slice(0, 2),
          blockSize: [...new Set([ns[0], 1])],
          classifier: ['random' as const],
        };
  const name = kind === 'grid' ? 'Claims: grid of (k, n)' : 'Claims: random classifiers';
  return { ...newSweep(session, { ...axes, update: ['interval'], seed: SEEDS }), name };
}

/** What two sweeps must share so that their runs can be compared. */
function comparable({ spec, fingerprint }: SweepResults): unknown {
  const { schedule: _schedule, seed: _seed, network, ...rest } = spec.base;
  return { ...rest, network: { ...network, classifier: network.classifier.bias }, fingerprint };
}

/** Finished runs with an update per interval, as the paper has it. */
function runsOf({ cells }: SweepResults): AccuracyRun[] {
  return cells.flatMap(({ cell, status, result }) => {
    if (status !== 'done' || !result || cell.point.update !== 'interval') return [];
    const { truncationInterval: k, blockSize: n, classifier } = cell.point;
    return [{ point: { k, n, classifier }, seed: cell.seed, accuracy: result.testAccuracy }];
  });
}

/** The runs of sweeps as evidence: sweeps of the same network on the same data are put together. */
export function evidenceOf(sweeps: readonly SweepResults[]): Evidence[] {
  const groups: { key: unknown; evidence: Evidence }[] = [];
  for (const results of sweeps) {
    const runs = runsOf(results);
    if (runs.length === 0) continue;
    const key = comparable(results);
    const group = groups.find((each) => sameValue(each.key, key));
    if (group) {
      const isNew = (run: AccuracyRun) =>
        !group.evidence.runs.some((known) => known.seed === run.seed && sameValue(known.point, run.point));
      group.evidence.runs.push(...runs.filter(isNew));
      continue;
    }
    const { base } = results.spec;
    const [point] = results.cells.map(({ cell }) => cell.point);
    const config = toTrainingConfig(pointSession(base, point), expectedMeta(base));
    groups.push({ key, evidence: { dataset: base.data.name, config, runs } });
  }
  return groups.map(({ evidence }) => evidence);
}
