import { type CostOptions, type CostReport, costReport } from '../../core/cost/costReport.ts';
import type { ClassifierKind } from '../../core/network.ts';
import { findPreset, presetConfig } from '../../core/presets.ts';
import type { TrainingConfig } from '../../core/trainingConfig.ts';
import { expectedMeta, type Session, toTrainingConfig } from '../session.ts';

/** What the cost panel asks: a network and a choice of k, n, B, T and classifier, whatever the session trains. */
export interface CostQuestion {
  /** Name of a preset, for its network; null for the session's. */
  preset: string | null;
  session: Session;
  truncationInterval: number;
  blockSize: number;
  stepCount: number;
  batchSize: number;
  classifier: ClassifierKind;
}

/** The part of a question that can be typed over. */
export type CostChoice = Omit<CostQuestion, 'preset' | 'session'>;

function baseConfig(preset: string | null, session: Session): TrainingConfig {
  if (preset === null) return toTrainingConfig(session, expectedMeta(session));
  return presetConfig(findPreset(preset), 0, findPreset(preset).bestSchedule.value);
}

/**
 * The choice that a network starts with: the session's own, or a preset's best (k, n) at its own batch.
 * @throws AppError as {@link toTrainingConfig}, `preset-unknown`.
 */
export function startingChoice(preset: string | null, session: Session): CostChoice {
  const { schedule, stepCount, batchSize, network } = baseConfig(preset, session);
  return { ...schedule, stepCount, batchSize, classifier: network.classifier.kind };
}

/** @throws AppError as {@link toTrainingConfig}, `preset-unknown`. */
export function questionConfig(question: CostQuestion): TrainingConfig {
  const { preset, session, truncationInterval, blockSize, stepCount, batchSize, classifier } = question;
  const base = baseConfig(preset, session);
  return {
    ...base,
    network: { ...base.network, classifier: { ...base.network.classifier, kind: classifier } },
    schedule: { truncationInterval, blockSize },
    stepCount,
    batchSize,
  };
}

/** What decides the bytes of a run. */
function bytesKey({
  network,
  schedule,
  stepCount,
  batchSize,
  loss,
  update,
  optimizer,
}: TrainingConfig): string {
  return JSON.stringify([network, schedule, stepCount, batchSize, loss, update, optimizer.kind]);
}

/** True where a run with these settings allocates what the question asks about. */
export function isAnsweredBy(question: CostQuestion, runSettings: Session): boolean {
  const measured = toTrainingConfig(runSettings, expectedMeta(runSettings));
  return bytesKey(questionConfig(question)) === bytesKey(measured);
}

/**
 * @param measuredBytes Of a run that {@link isAnsweredBy} accepts; null while there is none.
 * @throws AppError as {@link questionConfig} and {@link costReport}.
 */
export function answerCost(
  question: CostQuestion,
  options: CostOptions,
  measuredBytes: number | null,
): CostReport {
  return costReport(question.preset, questionConfig(question), options, measuredBytes);
}
