import type { Session } from '../session.ts';
import { findField, readSetting } from '../sessionFields.ts';
import type { Remedy } from './findings.ts';

/** One setting that a remedy changes. */
export interface RemedyChange {
  /** Name for people. */
  name: string;
  from: number;
  to: number;
}

const NAMES: Record<string, string> = {
  lr: 'learning rate',
  gain: 'initial gain',
  firstLayerGain: 'first-layer gain',
  surrogateWidth: 'surrogate a',
};

/** What a remedy changes in the settings, exactly; empty where they have it already. */
export function remedyChanges({ values }: Remedy, settings: Session): RemedyChange[] {
  return Object.entries(values).flatMap(([short, to]) => {
    const from = Number(readSetting(settings, findField(short)?.path ?? short));
    return from === to ? [] : [{ name: NAMES[short] ?? short, from, to }];
  });
}

/** "initial gain 0.01 → 0.95, ..." */
export function changeText(changes: readonly RemedyChange[]): string {
  return changes.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', ');
}

/** Whether the run takes the values up by itself: (k, n) and the learning rate need no new run. */
export function isLive({ values }: Remedy): boolean {
  return Object.keys(values).every((short) => {
    const consequence = findField(short)?.consequence;
    return consequence === 'live' || consequence === 'replan';
  });
}
