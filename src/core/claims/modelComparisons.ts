import { findPreset, type PresetName } from '../presets.ts';
import type { ClaimPart } from './claimTypes.ts';
import { judgeStatedCost } from './costChecks.ts';
import { type GridPoint, STATED_BEST, STATED_COSTS } from './statedCosts.ts';
import type { PartOutcome } from './verdicts.ts';

/** A part of a claim that the paper's equations decide. */
export type ModelPart = Extract<ClaimPart, { kind: 'model' }>;

/** A point of the grid, by default with trainable classifiers. */
export const point = (
  k: number,
  n: number,
  classifier: GridPoint['classifier'] = 'trainable',
): GridPoint => ({ k, n, classifier });

/** The stated differences of cost that belong to a claim. */
export function statedParts(claim: number): ModelPart[] {
  return STATED_COSTS.filter((stated) => stated.claim === claim).map((stated) => ({
    kind: 'model',
    id: stated.id,
    text: stated.text,
    judge: (model) => judgeStatedCost(stated, model),
  }));
}

/** The outcome of a statement that is true or not: an order, a limit, an independence. */
export function holds(isTrue: boolean, stated: string, found: string, explanation: string): PartOutcome {
  return { verdict: isTrue ? 'exact' : 'contradicted', stated, found, explanation };
}

/** The four systems whose costs the paper compares. */
export const COMPARED: readonly PresetName[] = STATED_BEST.map(({ preset }) => preset);

/** Batch of the paper's access and operation figures. */
export const PAPER_BATCH = 128;

/** The k and n of a system's figures, largest first. */
export function figureGrid(name: PresetName): { ks: number[]; ns: number[] } {
  const preset = findPreset(name);
  return { ks: preset.truncationIntervals.value, ns: preset.blockSizes.value };
}

/** How far `value` is above `base`, in percent. */
export function percentAbove(value: number, base: number): number {
  return 100 * (value / base - 1);
}

export function signedPercent(value: number): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)} %`;
}
