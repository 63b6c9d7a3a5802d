import { createStore } from 'zustand/vanilla';
import { type AccuracyMean, accuracyMeans } from '../../core/claims/accuracyMeans.ts';
import type { Evidence } from '../../core/claims/evidence.ts';
import { type ErrorData, toErrorData } from '../../core/errors.ts';
import { sameValue } from '../linkCodec.ts';
import { expectedMeta, type Session, toNetworkSpec } from '../session.ts';
import { evidenceFromCsv } from './csvEvidence.ts';

/** Runs that were added from a file. */
export interface AddedEvidence {
  fileName: string;
  evidence: Evidence;
}

export interface EvidenceState {
  added: readonly AddedEvidence[];
  /** Why the latest file was refused. */
  problem: ErrorData | null;
}

/** Runs that claims are checked on, for as long as the page is open. */
export const evidenceStore = createStore<EvidenceState>(() => ({ added: [], problem: null }));

/** Adds the runs of a sweep's CSV, as runs of the session's network and data. A file of the same name is replaced. */
export function addSweepCsv(fileName: string, text: string, session: Session): void {
  try {
    const evidence = evidenceFromCsv(text, session);
    evidenceStore.setState(({ added }) => ({
      added: [...added.filter((each) => each.fileName !== fileName), { fileName, evidence }],
      problem: null,
    }));
  } catch (error) {
    evidenceStore.setState({ problem: toErrorData(error) });
  }
}

export function removeEvidence(fileName: string): void {
  evidenceStore.setState(({ added }) => ({
    added: added.filter((each) => each.fileName !== fileName),
    problem: null,
  }));
}

/** Runs of the same network on data of the same name, from several files, as one. */
export function mergeEvidence(list: readonly Evidence[]): Evidence[] {
  const merged: Evidence[] = [];
  for (const { dataset, config, runs } of list) {
    const known = merged.find(
      (each) =>
        each.dataset === dataset &&
        sameValue(each.config.network.layers, config.network.layers) &&
        sameValue(each.config.network.input, config.network.input) &&
        each.config.stepCount === config.stepCount,
    );
    if (!known) {
      merged.push({ dataset, config, runs: [...runs] });
      continue;
    }
    const isNew = (run: Evidence['runs'][number]) =>
      !known.runs.some(({ point, seed }) => seed === run.seed && sameValue(point, run.point));
    known.runs.push(...runs.filter(isNew));
  }
  return merged;
}

/** Accuracies of the session's own network among the evidence. */
export function meansOfSession(evidence: readonly Evidence[], session: Session): AccuracyMean[] {
  const { layers, input } = toNetworkSpec(session, expectedMeta(session));
  const own = evidence.find(
    ({ config }) =>
      sameValue(config.network.layers, layers) &&
      sameValue(config.network.input, input) &&
      config.stepCount === session.encoding.stepCount,
  );
  return own ? accuracyMeans(own.runs) : [];
}
