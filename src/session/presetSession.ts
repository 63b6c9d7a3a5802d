import { findPreset, presetConfig } from '../core/presets.ts';
import type { Schedule } from '../core/schedule.ts';
import { STAND_IN_NAME } from '../data/synthetic/standIn.ts';
import { defaultSession, type Session } from './session.ts';

/** Batches of generated patterns in an epoch, while the preset's own data set is not there. */
const STAND_IN_BATCHES = 4;
/** Generated patterns that are evaluated, at most. */
const STAND_IN_TEST_SAMPLES = 100;
/** Step duration of presets whose recordings are numbered frames: frame 0, 1, 2, ... at that many microseconds. */
const NUMBERED_FRAMES_US = 1;

/**
 * The session of a preset: its network, T, dt, batch, loss, optimizer, decay and dropout, on stand-in patterns of its
 * input size until its own data set is loaded. Seeds are those of the default session.
 * @param schedule (k, n); the preset's best when absent. The learning rate is the one for this k.
 * @throws AppError `preset-unknown`, `schedule-out-of-range`.
 */
export function presetSession(name: string, schedule?: Schedule): Session {
  const preset = findPreset(name);
  const base = defaultSession();
  const config = presetConfig(preset, base.seed, schedule ?? preset.bestSchedule.value);
  const { network, batchSize } = config;
  return {
    ...base,
    data: {
      ...base.data,
      source: 'standIn',
      name: STAND_IN_NAME,
      classCount: network.classCount,
      trainCount: STAND_IN_BATCHES * batchSize,
      testCount: Math.min(batchSize, STAND_IN_TEST_SAMPLES),
    },
    encoding: {
      ...base.encoding,
      stepDurationUs: preset.stepDurationUs.value ?? NUMBERED_FRAMES_US,
      stepCount: config.stepCount,
      input: network.input.kind,
      ...network.input.shape,
    },
    network: { layers: network.layers, classifier: network.classifier },
    neuron: network.neuron,
    schedule: config.schedule,
    loss: config.loss,
    update: config.update,
    optimizer: config.optimizer,
    learningRateDecay: config.learningRateDecay,
    initialization: config.initialization,
    augmentation: config.augmentation,
    weightPrecision: 'f32',
    batchSize: config.batchSize,
    epochs: config.epochs,
  };
}
