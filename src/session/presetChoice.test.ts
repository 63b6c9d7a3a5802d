import { describe, expect, it } from 'vitest';
import { findPreset, PRESETS } from '../core/presets.ts';
import { decodeLink, encodeLink } from './linkCodec.ts';
import type { DataSummary } from './ports.ts';
import { choosePresetFor, expectedData, fitsPreset, isPreset, settingChanges } from './presetChoice.ts';
import { presetSession } from './presetSession.ts';
import { checkSession, defaultSession } from './session.ts';
import { applySetting } from './sessionFields.ts';

function loaded(kind: 'events' | 'frames', channels: number, height: number, width: number): DataSummary {
  return {
    kind,
    name: 'my data',
    synthetic: false,
    sensor: { width, height },
    channels,
    classes: [
      { name: 'a', train: 2, test: 1 },
      { name: 'b', train: 2, test: 1 },
    ],
    recordingCount: 6,
    eventsPerSecond: 0,
    durationUs: 0,
    problems: [],
  };
}

describe('a preset on data', () => {
  it.each([
    ['lenet1-emnist', 'frames', 1, 28, 28, true],
    ['lenet1-emnist', 'frames', 1, 28, 29, false],
    ['lenet1-emnist', 'frames', 3, 28, 28, false],
    ['lenet1-emnist', 'events', 1, 28, 28, false],
    ['vgg11-ncaltech101', 'events', 2, 64, 64, true],
    ['vgg11-ncaltech101', 'events', 2, 180, 240, true],
    ['vgg11-ncaltech101', 'events', 2, 63, 240, false],
  ] as const)('%s on %s of %i x %i x %i fits: %s', (name, kind, channels, height, width, fits) => {
    expect(fitsPreset(findPreset(name), loaded(kind, channels, height, width))).toBe(fits);
  });

  it('keeps data that fit, with their classes, and drops those that do not', () => {
    const current = {
      ...defaultSession(),
      data: { ...defaultSession().data, source: 'files' as const, name: 'my data', classCount: 2 },
    };
    const kept = choosePresetFor('lenet2-dvsgesture', current, loaded('events', 2, 128, 128));
    expect(kept.keepsData).toBe(true);
    expect(kept.settings.data).toMatchObject({ source: 'files', name: 'my data', classCount: 2 });
    checkSession(kept.settings);
    const replaced = choosePresetFor('lenet2-dvsgesture', current, loaded('events', 2, 34, 34));
    expect(replaced).toEqual({ settings: presetSession('lenet2-dvsgesture'), keepsData: false });
    expect(choosePresetFor('lenet2-dvsgesture', current, null).keepsData).toBe(false);
  });

  it('says what it expects', () => {
    expect(expectedData(findPreset('alexnet-cifar10'))).toBe('images of 3×32×32, 10 classes');
    expect(expectedData(findPreset('vgg11-ncaltech101'))).toBe(
      'event recordings of at least 64×64 pixels, 101 classes',
    );
  });
});

describe('the session of a preset', () => {
  it.each(PRESETS.map(({ name }) => name))('%s comes back from its link and is recognised', (name) => {
    const { session, problems } = decodeLink(encodeLink(presetSession(name)));
    expect(problems).toEqual([]);
    expect(PRESETS.filter((preset) => isPreset(session, preset)).map((preset) => preset.name)).toEqual([
      name,
    ]);
    expect(isPreset(applySetting(session, 'k', 1), findPreset(name))).toBe(true);
    expect(isPreset(applySetting(session, 'beta', 0.7), findPreset(name))).toBe(false);
  });
});

describe('differences of two sessions', () => {
  it('name field, cost and both values', () => {
    const from = defaultSession();
    const to = applySetting(applySetting(from, 'batch', 3), 'lr', 1);
    expect(settingChanges(from, to)).toEqual([
      { short: 'lr', path: 'optimizer.learningRate', consequence: 'live', from: 0.05, to: 1 },
      { short: 'batch', path: 'batchSize', consequence: 'restart', from: 32, to: 3 },
    ]);
    expect(settingChanges(from, from)).toEqual([]);
  });
});
