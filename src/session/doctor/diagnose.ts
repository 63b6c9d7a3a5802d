import { buildStages } from '../../core/plan/stages.ts';
import { expectedMeta, toNetworkSpec } from '../session.ts';
import type { SessionState } from '../sessionStore.ts';
import { saturatedLayers, silentLayers } from './activityRules.ts';
import type { Finding, Patient } from './findings.ts';
import { accuracyAtChance, following, notFinite, stuckLoss, vanishingGradients } from './learningRules.ts';

/**
 * What keeps a run from learning, causes before what follows from them. Pure: the same figures, the same findings.
 * Nothing is found before the first figures, which come before any training (epoch 0).
 */
export function diagnose(patient: Patient): Finding[] {
  const { settings, epochs } = patient;
  const broken = notFinite(patient);
  if (broken.length > 0 || epochs.length === 0) return broken;
  const meta = { ...expectedMeta(settings), classCount: patient.classCount };
  const graph = buildStages(toNetworkSpec(settings, meta), settings.schedule.blockSize);
  const silent = silentLayers(graph, patient);
  const saturated = saturatedLayers(graph, patient);
  // No gradient passes layers without activity: that is no finding of its own.
  const vanishing = silent.length + saturated.length > 0 ? [] : vanishingGradients(graph, patient);
  const stuck = stuckLoss(graph, patient, silent[0] ?? vanishing[0]);
  const roots = [...silent, ...saturated, ...vanishing, ...stuck];
  return [...roots, ...accuracyAtChance(patient).map((finding) => withRootCause(finding, roots))];
}

/** Guessing that follows from another finding is cured with it. */
function withRootCause(finding: Finding, roots: readonly Finding[]): Finding {
  const [root] = roots;
  if (!root) return finding;
  return { ...finding, ...following(root) };
}

/** The run that the page shows, as a patient; null where there is none. */
export function patientOf({ run, epochs }: Pick<SessionState, 'run' | 'epochs'>): Patient | null {
  if (!run) return null;
  const { classCount, inputDensity = null, failure = null } = run;
  // Once its remedy is set, a failure must not look for another one.
  const settings = (failure && run.failedWith) ?? run.settings;
  return { settings, classCount, inputDensity, epochs, failure };
}
