import { describe, expect, it } from 'vitest';
import { findPreset, PRESET_NAMES, presetConfig } from '../core/presets.ts';
import { decodeLink, encodeLink } from './linkCodec.ts';
import { presetSession } from './presetSession.ts';
import { checkSession, expectedMeta, parseSession, toTrainingConfig } from './session.ts';
import { readSetting, SESSION_FIELDS } from './sessionFields.ts';

describe.each([...PRESET_NAMES])('the session of %s', (name) => {
  const preset = findPreset(name);

  it('trains what the preset says, with its best (k, n)', () => {
    const session = presetSession(name);
    checkSession(session);
    expect(toTrainingConfig(session, expectedMeta(session))).toEqual(
      presetConfig(preset, session.seed, preset.bestSchedule.value),
    );
    expect(preset.truncationIntervals.value).toContain(session.schedule.truncationInterval);
    expect(preset.blockSizes.value).toContain(session.schedule.blockSize);
  });

  it('takes another (k, n) with the learning rate that goes with it', () => {
    const schedule = { truncationInterval: preset.stepCount.value, blockSize: 1 };
    const session = presetSession(name, schedule);
    expect(session.schedule).toEqual(schedule);
    expect(session.optimizer).toEqual(presetConfig(preset, 0, schedule).optimizer);
    expect(() => presetSession(name, { ...schedule, truncationInterval: 1000 })).toThrow('k is 1000');
  });

  it('survives a session file and a link of less than 2 kB, and every setting of it has a name', () => {
    const session = presetSession(name);
    expect(parseSession(JSON.parse(JSON.stringify(session)))).toEqual(session);
    const link = encodeLink(session);
    expect(link.length).toBeLessThan(2000);
    expect(decodeLink(link)).toEqual({ session, problems: [] });
    const named = SESSION_FIELDS.map(({ path }) => path);
    expect(
      named.filter((path) => path.startsWith('encoding.')).map((path) => readSetting(session, path)),
    ).toEqual([
      session.encoding.stepDurationUs,
      session.encoding.stepCount,
      session.encoding.height,
      session.encoding.width,
      session.encoding.input,
      'both',
      session.encoding.channels,
      ...['binary', 15, 0, 'or', 0, 0, 0],
    ]);
  });
});

describe('presetSession', () => {
  it('refuses unknown names with the list of names', () => {
    expect(() => presetSession('lenet')).toThrow('There is no preset "lenet".');
  });

  it('gives a session of its own at every call', () => {
    const first = presetSession('alexnet-cifar10');
    first.network.layers.length = 0;
    first.neuron.beta = 0.1;
    expect(presetSession('alexnet-cifar10').network.layers.length).toBeGreaterThan(0);
    expect(presetSession('alexnet-cifar10').neuron.beta).toBe(0.8);
  });
});
