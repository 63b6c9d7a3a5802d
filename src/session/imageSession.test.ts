import { describe, expect, it } from 'vitest';
import { type EncodedDataset, TEST, TRAIN } from '../core/encodedDataset.ts';
import { inferShapes } from '../core/network.ts';
import { layersForInput } from './defaultNetwork.ts';
import { formatLayers, parseLayers } from './layerNotation.ts';
import { limitSamples } from './limitSamples.ts';
import type { DataPort, DataSummary } from './ports.ts';
import { clampSchedule, prepareRun, settingsForData } from './runPreparation.ts';
import { checkSession, defaultSession, type Session, toNetworkSpec } from './session.ts';
import { applySetting } from './sessionFields.ts';

const EVENT_LAYERS = '6C5-AP2-16C5-AP2-120C5-84FC';

function summaryOf(change: Partial<DataSummary>): DataSummary {
  return {
    kind: 'frames',
    name: 'dropped',
    synthetic: false,
    sensor: { width: 28, height: 28 },
    channels: 1,
    classes: Array.from({ length: 10 }, (_, i) => ({ name: String(i), train: 6, test: 2 })),
    recordingCount: 80,
    eventsPerSecond: 0,
    durationUs: 0,
    problems: [],
    ...change,
  };
}

const grey = summaryOf({});
const colour = summaryOf({ sensor: { width: 32, height: 32 }, channels: 3 });
const events = summaryOf({ kind: 'events', sensor: { width: 34, height: 34 }, channels: 2 });

const ofFiles = (session: Session = defaultSession()): Session => ({
  ...session,
  data: { ...session.data, source: 'files' },
});
const layersOf = (session: Session) => formatLayers(session.network.layers);

describe('settings for images', () => {
  it('take size and channels of the images and a network that fits them', () => {
    const session = clampSchedule(settingsForData(ofFiles(), grey));
    expect(session.encoding).toMatchObject({ input: 'frames', channels: 1, height: 28, width: 28 });
    expect(session.encoding.stepCount).toBe(defaultSession().encoding.stepCount);
    expect(session.data).toMatchObject({ trainCount: 60, testCount: 20, classCount: 10 });
    expect(layersOf(session)).toBe('6C5p2d0.2-AP2-16C5d0.2-AP2-120C5d0.2-84FCd0.2');
    checkSession(session);
    const network = toNetworkSpec(session, {
      kind: 'frames',
      shape: { channels: 1, height: 28, width: 28 },
      classCount: 10,
    });
    expect(network.input).toEqual({ kind: 'frames', shape: { channels: 1, height: 28, width: 28 } });
    // The last convolution sees exactly one position, as in the paper's network.
    expect(inferShapes(network)[4].output).toEqual({ channels: 120, height: 1, width: 1 });
  });

  it('follow the data from kind to kind', () => {
    const first = settingsForData(ofFiles(), grey);
    const second = clampSchedule(settingsForData(first, colour));
    expect(second.encoding).toMatchObject({ input: 'frames', channels: 3, height: 32, width: 32 });
    expect(layersOf(second)).toMatch(/^16C3p1d0\.2-AP2-48C3p1/);
    checkSession(second);
    const back = settingsForData(second, events);
    expect(back.encoding).toEqual(defaultSession().encoding);
    expect(layersOf(back)).toBe(EVENT_LAYERS);
  });

  it('keep a network that was chosen, and images of other sizes leave it alone', () => {
    const chosen = applySetting(ofFiles(), 'layers', '8C3-AP2-20FC');
    expect(layersOf(settingsForData(chosen, grey))).toBe('8C3-AP2-20FC');
    expect(layersOf(settingsForData(settingsForData(chosen, grey), events))).toBe('8C3-AP2-20FC');
    const small = summaryOf({ sensor: { width: 8, height: 6 } });
    expect(layersOf(settingsForData(ofFiles(), small))).toBe(EVENT_LAYERS);
    const own = parseLayers(EVENT_LAYERS).map((spec) =>
      spec.kind === 'linear' ? { ...spec, neuron: { beta: 0.5 } } : spec,
    );
    const input = { kind: 'frames' as const, shape: { channels: 1, height: 28, width: 28 } };
    expect(layersForInput(own, input)).toBe(own);
  });

  it('know no way to turn or rename the images but the orientation', () => {
    expect(applySetting(defaultSession(), 'images', 'transposed').data.imageOrientation).toBe('transposed');
    expect(() => applySetting(defaultSession(), 'images', 'sideways')).toThrow(/allowed is auto, upright/);
  });
});

/** Images of one pixel whose value is their index. */
function dataset(count: number): EncodedDataset {
  return {
    kind: 'frames',
    name: 'dots',
    fingerprint: 'f'.repeat(64),
    synthetic: false,
    shape: { channels: 1, height: 1, width: 1 },
    stepCount: 1,
    classNames: ['a', 'b'],
    bits: new Uint32Array(0),
    pixels: Uint8Array.from({ length: count }, (_, i) => i),
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    split: Uint8Array.from({ length: count }, (_, i) => (i % 4 === 3 ? TEST : TRAIN)),
  };
}

describe('runs on images', () => {
  it('use as many of each split as the session says, each with its own label', () => {
    const limited = limitSamples(dataset(40), 8, 3, 1);
    expect([...limited.split].filter((split) => split === TEST)).toHaveLength(3);
    expect(limited.pixels).toHaveLength(11);
    for (const [i, pixel] of (limited.pixels ?? []).entries()) expect(limited.labels[i]).toBe(pixel % 2);
    expect(limited.bits).toHaveLength(0);
  });

  it('configure a network with real-valued input for the T of the session', async () => {
    const refuse = () => Promise.reject(new Error('not asked for'));
    const data: DataPort = {
      generate: refuse,
      importFiles: refuse,
      recording: refuse,
      encode: async () => dataset(40),
    };
    const session = applySetting(applySetting(ofFiles(), 'layers', '5FC'), 'T', 30);
    const { config, dataset: used } = await prepareRun(
      data,
      { ...session, schedule: { truncationInterval: 30, blockSize: 1 } },
      {},
    );
    expect(config.network.input).toEqual({ kind: 'frames', shape: { channels: 1, height: 1, width: 1 } });
    expect(config.stepCount).toBe(30);
    expect(used.kind).toBe('frames');
  });
});
