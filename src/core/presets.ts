import { AppError } from './errors.ts';
import { bodyLayerCount, type LayerSpec, type NetworkSpec } from './network.ts';
import { ALEXNET_PRESETS } from './presets/alexnet.ts';
import { DEEP_PRESETS } from './presets/deepNetworks.ts';
import { LENET_PRESETS } from './presets/lenet.ts';
import { PRESET_NAMES, type Preset } from './presets/presetTypes.ts';
import { checkSchedule, type Schedule } from './schedule.ts';
import { NO_AUGMENTATION, type OptimizerSpec, type TrainingConfig } from './trainingConfig.ts';

export {
  type Origin,
  PRESET_NAMES,
  type Preset,
  type PresetName,
  type Sourced,
} from './presets/presetTypes.ts';

const ALL = [...LENET_PRESETS, ...ALEXNET_PRESETS, ...DEEP_PRESETS];

/** The training systems of the paper, and one small system of ours, in the order of {@link PRESET_NAMES}. */
export const PRESETS: readonly Preset[] = PRESET_NAMES.map((name) => {
  const preset = ALL.find((candidate) => candidate.name === name);
  if (!preset) throw new Error(`No preset is called ${name}.`);
  return preset;
});

/** @throws AppError `preset-unknown`; the message lists the names. */
export function findPreset(name: string): Preset {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (!preset) {
    throw new AppError(
      'preset-unknown',
      `There is no preset "${name}".`,
      `Choose one of ${PRESET_NAMES.join(', ')}.`,
    );
  }
  return preset;
}

function withDropout(spec: LayerSpec, dropout: number): LayerSpec {
  return dropout > 0 && (spec.kind === 'conv' || spec.kind === 'linear') ? { ...spec, dropout } : { ...spec };
}

/** The preset's network, its dropout set in every convolution and linear layer. A new object at every call. */
export function presetNetwork(preset: Preset): NetworkSpec {
  return {
    input: { kind: preset.inputKind.value, shape: { ...preset.inputShape.value } },
    layers: preset.layers.value.map((spec) => withDropout(spec, preset.dropout.value)),
    classCount: preset.classCount.value,
    classifier: { ...preset.classifier.value },
    neuron: { ...preset.neuron.value },
  };
}

/** The preset's optimizer with the learning rate of this k (the row with the largest k that is not above it). */
export function presetOptimizer(preset: Preset, truncationInterval: number): OptimizerSpec {
  const rows = preset.learningRates.value.filter((row) => row.truncationInterval <= truncationInterval);
  const { learningRate } = rows[rows.length - 1];
  return { ...preset.optimizer.value, learningRate };
}

/**
 * A whole training configuration of a preset.
 * @param schedule (k, n); full BPTT (T, L) when absent.
 * @throws AppError `schedule-out-of-range`.
 */
export function presetConfig(preset: Preset, seed: number, schedule?: Schedule): TrainingConfig {
  const network = presetNetwork(preset);
  const stepCount = preset.stepCount.value;
  const layerCount = bodyLayerCount(network);
  const chosen = schedule ?? { truncationInterval: stepCount, blockSize: layerCount };
  checkSchedule(chosen, layerCount, stepCount);
  return {
    network,
    schedule: { ...chosen },
    stepCount,
    batchSize: preset.batchSize.value,
    loss: preset.loss.value,
    update: preset.update.value,
    optimizer: presetOptimizer(preset, chosen.truncationInterval),
    learningRateDecay: { ...preset.learningRateDecay.value },
    initialization: { ...preset.initialization.value },
    // The paper mentions none.
    augmentation: { ...NO_AUGMENTATION },
    epochs: preset.epochs.value,
    seed,
  };
}
