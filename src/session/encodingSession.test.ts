import { describe, expect, it } from 'vitest';
import { formatLayers } from './layerNotation.ts';
import { decodeLink, encodeLink } from './linkCodec.ts';
import type { DataSummary } from './ports.ts';
import { encodingProblem, fitToSensor, toEncodingSettings } from './preview.ts';
import { clampSchedule, settingsForData } from './runPreparation.ts';
import { checkSession, defaultSession, expectedMeta, parseSession, type Session } from './session.ts';
import { applySetting } from './sessionFields.ts';

const with_ = (settings: Record<string, unknown>, from = defaultSession()): Session =>
  Object.entries(settings).reduce((session, [name, value]) => applySetting(session, name, value), from);

function summary(change: Partial<DataSummary>): DataSummary {
  return {
    kind: 'events',
    name: 'mine',
    synthetic: false,
    sensor: { width: 34, height: 34 },
    channels: 2,
    classes: [
      { name: 'a', train: 2, test: 1 },
      { name: 'b', train: 2, test: 1 },
    ],
    recordingCount: 6,
    eventsPerSecond: 0,
    durationUs: 0,
    problems: [],
    ...change,
  };
}

const ofFiles = (): Session => {
  const session = defaultSession();
  return { ...session, data: { ...session.data, source: 'files' } };
};

const EVERY = {
  binning: 'spikingJellyTime',
  maxCount: 7,
  start: 1500,
  reduction: 'crop',
  cropX: 3,
  cropY: 4,
  polarity: 'merged',
  denoise: 10_000,
  layers: '20FC',
  k: 2,
  n: 1,
  width: 20,
};

describe('encoding settings in a session', () => {
  it('survive a link and a file, and reach the encoder', () => {
    const session = with_(EVERY);
    expect(decodeLink(encodeLink(session))).toEqual({ session, problems: [] });
    expect(parseSession(JSON.parse(JSON.stringify(session)))).toEqual(session);
    expect(toEncodingSettings(session.encoding)).toEqual({
      stepDurationUs: 15_000,
      stepCount: 20,
      frame: { height: 34, width: 20 },
      binning: 'spikingJellyTime',
      maxCount: 7,
      startUs: 1500,
      reduction: 'crop',
      cropX: 3,
      cropY: 4,
      polarity: 'merged',
      denoiseUs: 10_000,
    });
  });

  it('are the paper’s in session files that do not have them', () => {
    const { binning, maxCount, startUs, reduction, cropX, cropY, polarity, denoiseUs, ...older } =
      defaultSession().encoding;
    expect(parseSession({ ...defaultSession(), encoding: older })).toEqual(defaultSession());
    expect([binning, maxCount, startUs, reduction, cropX, cropY, polarity, denoiseUs]).toEqual([
      'binary',
      15,
      0,
      'or',
      0,
      0,
      'both',
      0,
    ]);
  });

  it('say which values are allowed', () => {
    expect(() => with_({ binning: 'voxels' })).toThrow('binary, counts, tonicTimeWindow');
    expect(() => with_({ maxCount: 256 })).toThrow('1 to 255');
  });

  it('give the network as many channels and planes as the frames have', () => {
    expect(expectedMeta(with_({ polarity: 'merged' })).shape.channels).toBe(1);
    expect(expectedMeta(with_({ polarity: 'both' }, with_({ polarity: 'merged' }))).shape.channels).toBe(2);
    expect(expectedMeta(with_({ binning: 'counts' })).maxCount).toBe(15);
    expect(expectedMeta(defaultSession()).maxCount).toBeUndefined();
    expect(expectedMeta(with_({ data: 'standIn', binning: 'counts' })).maxCount).toBeUndefined();
  });
});

describe('settings for data', () => {
  it('keep a crop on the sensor', () => {
    const sensor = { width: 34, height: 34 };
    expect(fitToSensor({ width: 20, height: 40, cropX: 30, cropY: 2 }, sensor)).toEqual({
      width: 20,
      height: 34,
      cropX: 14,
      cropY: 0,
    });
  });

  it('say what is wrong with a frame that the sensor cannot fill, and what cures it', () => {
    const { encoding } = with_({ width: 40 });
    const problem = encodingProblem(encoding, { width: 34, height: 34 });
    expect(problem).toMatchObject({ code: 'encoding-invalid', remedy: { width: 34, height: 34 } });
    expect(encodingProblem(encoding, { width: 40, height: 34 })).toBeNull();
  });

  it('take spike trains whole, as one channel, into a network that fits a row', () => {
    const spikes = summary({ sensor: { width: 700, height: 1 }, channels: 1 });
    const session = clampSchedule(settingsForData(ofFiles(), spikes));
    expect(session.encoding).toMatchObject({ width: 700, height: 1, channels: 1, polarity: 'both' });
    expect(formatLayers(session.network.layers)).toBe('128FC-128FC');
    checkSession(session);
    const back = clampSchedule(settingsForData(session, summary({})));
    expect(back.encoding.channels).toBe(2);
    expect(formatLayers(back.network.layers)).toBe(formatLayers(defaultSession().network.layers));
  });

  it('give ready frames back as they were, unless a link says otherwise', () => {
    const stack = summary({ frameStack: { stepCount: 10, stepDurationUs: 1000 } });
    expect(settingsForData(ofFiles(), stack).encoding).toMatchObject({
      binning: 'counts',
      stepCount: 10,
      stepDurationUs: 1000,
    });
    const shared = ofFiles();
    shared.data.fingerprint = 'a'.repeat(64);
    expect(settingsForData(shared, stack).encoding.binning).toBe('binary');
  });
});
