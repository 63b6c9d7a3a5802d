import type { ErrorData } from '../../core/errors.ts';
import type { EpochMetrics } from '../../trainer/messages.ts';
import type { Session } from '../session.ts';

/** What the doctor looks at: the settings of a run and what came of them. */
export interface Patient {
  /** Of the run, not those that wait for the next one. */
  settings: Session;
  classCount: number;
  /** Share of ones among the input frames; null where it is not known. */
  inputDensity: number | null;
  /** Newest last; epoch 0 is before any training. */
  epochs: readonly EpochMetrics[];
  /** What stopped the run, if something did. */
  failure: ErrorData | null;
}

/** One change of settings that cures a finding, or is the likeliest to. */
export interface Remedy {
  /** What is done, as a command: "Raise the initial gain". */
  action: string;
  /** By short name; several belong together. */
  values: Record<string, number>;
}

export const FINDING_CODES = [
  'not-finite',
  'silent-layer',
  'saturated-layer',
  'vanishing-gradient',
  'loss-stuck',
  'accuracy-at-chance',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Something that keeps a run from learning, in words. */
export interface Finding {
  code: FindingCode;
  /** Layers or blocks concerned, by name, bottom up. */
  subjects: string[];
  /** What is seen: a sentence. */
  title: string;
  /** The figure that shows it, against its limit. */
  evidence: string;
  /** Why that is so, most likely, and what it does to learning. */
  cause: string;
  /** The likeliest first; empty where only the data can help. */
  remedies: Remedy[];
  /** The finding that this one follows from: its remedies are that one's. */
  followsFrom?: FindingCode;
}

/** Two significant digits: what people type. */
export function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

/** 0.4 %, for rates and shares; small ones are not rounded to nothing. */
export function share(value: number): string {
  const percent = 100 * value;
  return `${percent === 0 || percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}
