import { findPreset, type Preset } from '../core/presets.ts';
import { sameValue } from './linkCodec.ts';
import type { DataSummary } from './ports.ts';
import { presetSession } from './presetSession.ts';
import type { Session } from './session.ts';
import { type Consequence, readSetting, SESSION_FIELDS } from './sessionFields.ts';

/** A preset put in the place of other settings. */
export interface PresetChoice {
  settings: Session;
  /** True where the data that were loaded fit, so that the preset trains on them. */
  keepsData: boolean;
}

/** A setting that two sessions differ in. */
export interface SettingChange {
  short: string;
  path: string;
  consequence: Consequence;
  from: unknown;
  to: unknown;
}

/** What decides whether data can enter a network. */
export type DataShape = Pick<DataSummary, 'kind' | 'channels' | 'sensor'>;

/** True where the network of a preset can take these data: same kind and channels, frames that the sensor can fill. */
export function fitsPreset(preset: Preset, data: DataShape): boolean {
  const { channels, height, width } = preset.inputShape.value;
  if (data.kind !== preset.inputKind.value || data.channels !== channels) return false;
  const { sensor } = data;
  return data.kind === 'frames'
    ? sensor.width === width && sensor.height === height
    : sensor.width >= width && sensor.height >= height;
}

/** What a preset's network reads, for people: "images of 1×28×28, 47 classes". */
export function expectedData(preset: Preset): string {
  const { channels, height, width } = preset.inputShape.value;
  const size = `${channels}×${height}×${width}`;
  const classes = `${preset.classCount.value} classes`;
  return preset.inputKind.value === 'frames'
    ? `images of ${size}, ${classes}`
    : `event recordings of at least ${width}×${height} pixels, ${classes}`;
}

/**
 * The session of a preset in the place of `current`. Data that are loaded and fit stay, with their class count; else the
 * preset begins on stand-in patterns of its input size.
 * @param atHand What is loaded, or can be made at once; null when nothing is. Stand-in patterns never stay: each preset has its own.
 * @throws AppError `preset-unknown`.
 */
export function choosePresetFor(name: string, current: Session, atHand: DataShape | null): PresetChoice {
  const settings = presetSession(name);
  const keepsData =
    atHand !== null && current.data.source !== 'standIn' && fitsPreset(findPreset(name), atHand);
  if (!keepsData) return { settings, keepsData };
  return { settings: { ...settings, data: { ...current.data, fingerprint: undefined } }, keepsData };
}

/** True where a session is this preset but for its data, (k, n), learning rate, seed and epochs. */
export function isPreset(session: Session, preset: Preset): boolean {
  const free = new Set(['k', 'n', 'lr', 'seed', 'epochs']);
  return settingChanges(presetSession(preset.name), session).every(
    ({ path, short }) => path.startsWith('data.') || free.has(short),
  );
}

/** The settings that differ, in the order of the table of settings. */
export function settingChanges(from: Session, to: Session): SettingChange[] {
  return SESSION_FIELDS.map(({ path, short, consequence }) => ({
    short,
    path,
    consequence,
    from: readSetting(from, path),
    to: readSetting(to, path),
  })).filter((change) => !sameValue(change.from, change.to));
}
