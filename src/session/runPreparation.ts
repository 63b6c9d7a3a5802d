import { inputDensity } from '../core/cost/inputDensity.ts';
import { type EncodedDataset, samplesOfSplit, TEST, TRAIN } from '../core/encodedDataset.ts';
import { AppError } from '../core/errors.ts';
import { bodyLayerCount, LIMITS } from '../core/network.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { makeStandIn, STAND_IN_NAME } from '../data/synthetic/standIn.ts';
import { layersForInput } from './defaultNetwork.ts';
import { limitSamples } from './limitSamples.ts';
import type { DataPort, DataSummary, JobOptions } from './ports.ts';
import { fitToSensor, toEncodingSettings } from './preview.ts';
import {
  BUILT_IN_SETS,
  defaultSession,
  expectedMeta,
  maxCountOf,
  SESSION_LIMITS,
  type Session,
  toNetworkSpec,
  toTrainingConfig,
} from './session.ts';
import type { RunState } from './sessionStore.ts';

/** What `configure` needs, and what the page shows of it. */
export interface PreparedRun {
  config: TrainingConfig;
  dataset: EncodedDataset;
  run: Omit<RunState, 'dropCount' | 'memoryBudget'>;
}

/**
 * Loads the built-in set, or the stored data set, that the settings name.
 * @throws AppError `no-recordings` for dropped files whose frames are not stored.
 */
export async function loadBuiltInSet(
  data: DataPort,
  settings: Session,
  options: JobOptions,
): Promise<DataSummary> {
  const { source, seed, trainCount, testCount, name, fingerprint } = settings.data;
  if (source === 'files') {
    const stored = fingerprint === undefined ? null : await data.openStored?.(fingerprint, options);
    if (stored) return stored;
    throw new AppError(
      'no-recordings',
      `The data set "${name}" is made of files that are not on this page.`,
      'Drop the recordings on the page again, or choose a built-in data set.',
    );
  }
  if (source === 'standIn') return standInSummary(settings);
  return data.generate(source, { seed, trainCount, testCount }, options);
}

/** What is known of stand-in patterns before they are made, which happens when a run is prepared. */
function standInSummary({ data, encoding }: Session): DataSummary {
  const { classCount, trainCount, testCount } = data;
  const share = (count: number, index: number) => Math.ceil((count - index) / classCount);
  return {
    kind: encoding.input,
    name: STAND_IN_NAME,
    synthetic: true,
    sensor: { width: encoding.width, height: encoding.height },
    channels: encoding.channels,
    classes: Array.from({ length: classCount }, (_, index) => ({
      name: `pattern ${index}`,
      train: Math.max(0, share(trainCount, index)),
      test: Math.max(0, share(testCount, index)),
    })),
    recordingCount: trainCount + testCount,
    eventsPerSecond: 0,
    durationUs: encoding.stepCount * encoding.stepDurationUs,
    problems: [],
  };
}

function standInDataset(
  { data, encoding }: Session,
  { onProgress, signal }: JobOptions,
): Promise<EncodedDataset> {
  const { channels, height, width, stepCount, input } = encoding;
  const { classCount, trainCount, testCount, seed } = data;
  return makeStandIn(
    { kind: input, shape: { channels, height, width }, stepCount, classCount, trainCount, testCount, seed },
    (done, total) => onProgress?.({ done, total, label: 'Making stand-in patterns' }),
    signal,
  );
}

/**
 * Encodes the recordings that are loaded and builds the configuration of a new run.
 * @throws AppError of the encoding, the network or (k, n); `split-empty` when one split has no sample.
 */
export async function prepareRun(
  data: DataPort,
  settings: Session,
  options: JobOptions,
): Promise<PreparedRun> {
  const encoded =
    settings.data.source === 'standIn'
      ? await standInDataset(settings, options)
      : await data.encode(toEncodingSettings(settings.encoding), options);
  const { trainCount, testCount, splitSeed } = settings.data;
  const dataset = limitSamples(encoded, trainCount, testCount, splitSeed);
  const trainSamples = samplesOfSplit(dataset, TRAIN).length;
  const testSamples = samplesOfSplit(dataset, TEST).length;
  if (trainSamples === 0 || testSamples === 0) {
    const empty = trainSamples === 0 ? 'training' : 'test';
    throw new AppError(
      'split-empty',
      `The data set ${dataset.name} has no ${empty} recordings.`,
      'Put recordings into both Train and Test folders, or leave these folders out: the page then splits them itself.',
    );
  }
  const classCount = dataset.classNames.length;
  const config = toTrainingConfig(settings, {
    kind: dataset.kind,
    shape: dataset.shape,
    classCount,
    ...maxCountOf(dataset.maxCount),
  });
  return {
    config,
    dataset,
    run: {
      settings,
      datasetName: dataset.name,
      synthetic: dataset.synthetic,
      fingerprint: dataset.fingerprint,
      classCount,
      trainSamples,
      testSamples,
      inputDensity: inputDensity(dataset),
      forecastBytes: null,
      measuredBytes: null,
      parameterCount: null,
    },
  };
}

function nameOf(source: Session['data']['source'], summary: DataSummary): string {
  const isGenerated = source === 'saccadeDigits' || source === 'movingGestures';
  return isGenerated ? BUILT_IN_SETS[source].name : summary.name.slice(0, 120);
}

/**
 * The settings after data were loaded: name, class count, counts, a frame that the sensor can fill (images keep their
 * size), and a network for the input where the visitor has not chosen one.
 */
export function settingsForData(settings: Session, summary: DataSummary): Session {
  const { data, encoding } = settings;
  const total = (split: 'train' | 'test') => summary.classes.reduce((sum, each) => sum + each[split], 0);
  const isBuiltIn = data.source !== 'files';
  // A link to files remembers how many were used; a first drop uses them all.
  const keepsCounts = isBuiltIn || data.fingerprint !== undefined;
  const asFrames = summary.frameStack && data.fingerprint === undefined ? summary.frameStack : null;
  const fitted = { ...encodingForData(encoding, summary), ...(asFrames && readyFrames(asFrames)) };
  const { input: kind, channels, height, width } = fitted;
  const layers = layersForInput(settings.network.layers, { kind, shape: { channels, height, width } });
  return {
    ...settings,
    network: { ...settings.network, layers },
    data: {
      ...data,
      name: nameOf(data.source, summary),
      classCount: Math.max(2, summary.classes.length),
      trainCount: keepsCounts ? data.trainCount : Math.max(1, total('train')),
      testCount: keepsCounts ? data.testCount : Math.max(1, total('test')),
    },
    encoding: fitted,
  };
}

/** Settings that give frames back which came ready made; a link keeps what it says. */
function readyFrames(frameStack: NonNullable<DataSummary['frameStack']>): Partial<Session['encoding']> {
  const { stepCount, stepDurationUs } = frameStack;
  return {
    binning: 'counts',
    startUs: 0,
    denoiseUs: 0,
    stepDurationUs,
    stepCount: Math.min(stepCount, SESSION_LIMITS.stepCount),
  };
}

function encodingForData(encoding: Session['encoding'], summary: DataSummary): Session['encoding'] {
  const { kind: input, sensor, channels } = summary;
  if (input === 'frames') return { ...encoding, input, channels, ...sensor };
  // The size of images, or of a row of channels, says nothing about event frames.
  const isOther = encoding.input !== 'events' || (encoding.height === 1 && sensor.height > 1);
  const wanted = isOther ? defaultSession().encoding : encoding;
  // A row of channels is taken as it is: neighbours of a cochlea are no pixels to be merged.
  const { height, width } =
    sensor.height === 1 ? { height: 1, width: Math.min(LIMITS.side, sensor.width) } : wanted;
  const asked = {
    ...encoding,
    input,
    channels: encoding.polarity === 'merged' ? 1 : channels,
    height,
    width,
  };
  return fitToSensor(asked, sensor);
}

/** The (k, n) nearest to the asked one that the settings allow. */
export function clampSchedule(settings: Session): Session {
  const layerCount = Math.max(1, bodyLayerCount(toNetworkSpec(settings, expectedMeta(settings))));
  const clamp = (value: number, high: number) => Math.min(high, Math.max(1, Math.round(value) || 1));
  const { truncationInterval, blockSize } = settings.schedule;
  return {
    ...settings,
    schedule: {
      truncationInterval: clamp(truncationInterval, settings.encoding.stepCount),
      blockSize: clamp(blockSize, layerCount),
    },
  };
}
