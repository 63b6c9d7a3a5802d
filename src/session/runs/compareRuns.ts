import { readSetting, SESSION_FIELDS } from '../sessionFields.ts';
import type { RunSummary } from './runRecord.ts';

/** One line of a comparison: a setting and its value in every run. */
export interface ComparedSetting {
  /** Short name, as commands and links have it. */
  name: string;
  values: string[];
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** The settings in which runs differ, in the order of the table of settings. */
export function differingSettings(runs: readonly RunSummary[]): ComparedSetting[] {
  return SESSION_FIELDS.map(({ short, path }) => ({
    name: short,
    values: runs.map(({ settings }) => shown(readSetting(settings, path))),
  })).filter(({ name, values }) => name !== 'fingerprint' && new Set(values).size > 1);
}
