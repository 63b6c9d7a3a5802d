import { describe, expect, it } from 'vitest';
import { costFigures } from './costModel.ts';
import { bodyLayerCount, cutBlocks, inferShapes } from './network.ts';
import { findPreset, PRESET_NAMES, PRESETS, type Preset, presetConfig, presetNetwork } from './presets.ts';

const shapesOf = (name: string) => inferShapes(presetNetwork(findPreset(name)));

/** [channels, height, width], weights and neurons of every trainable entry. */
function trainableEntries(name: string): number[][] {
  return shapesOf(name)
    .filter((shape) => shape.bodyLayers > 0)
    .map(({ output, weightCount, neuronCount }) => [
      output.channels,
      output.height,
      output.width,
      weightCount,
      neuronCount,
    ]);
}

describe('presets', () => {
  it('are the six systems of the paper and N-MNIST', () => {
    expect(PRESETS.map((preset) => preset.name)).toEqual([...PRESET_NAMES]);
    expect(PRESETS).toHaveLength(7);
  });

  it('refuses an unknown name with the list of names', () => {
    expect(() => findPreset('lenet')).toThrow('There is no preset "lenet".');
    try {
      findPreset('lenet');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'preset-unknown',
        hint: `Choose one of ${PRESET_NAMES.join(', ')}.`,
      });
    }
  });

  it.each(PRESETS)('$name gives the origin and a reason for every field', (preset) => {
    const { name: _name, title: _title, ...fields } = preset;
    for (const field of Object.values(fields)) {
      expect(['paper', 'inferred', 'ours']).toContain(field.origin);
      expect(field.note).toMatch(/^[A-Z0-9].*\.$/);
    }
  });

  it.each(PRESETS)('$name can be trained at each of its (k, n), and starts with T and L', (preset) => {
    const T = preset.stepCount.value;
    const [longest] = preset.truncationIntervals.value;
    const [largest] = preset.blockSizes.value;
    expect([longest, largest]).toEqual([T, bodyLayerCount(presetNetwork(preset))]);
    expect(presetConfig(preset, 1).optimizer).toEqual(preset.optimizer.value);
    for (const truncationInterval of preset.truncationIntervals.value) {
      for (const blockSize of preset.blockSizes.value) {
        const config = presetConfig(preset, 7, { truncationInterval, blockSize });
        expect(config).toMatchObject({ schedule: { truncationInterval, blockSize }, seed: 7, stepCount: T });
        expect(config.optimizer.learningRate).toBeGreaterThan(0);
      }
    }
    expect(() => presetConfig(preset, 1, { truncationInterval: T + 1, blockSize: 1 })).toThrow('k is');
  });

  it('gives smaller steps at smaller k', () => {
    const rate = (truncationInterval: number) =>
      presetConfig(findPreset('lenet1-nmnist'), 1, { truncationInterval, blockSize: 1 }).optimizer
        .learningRate;
    expect([20, 10, 9, 5, 4, 2, 1].map(rate)).toEqual([0.1, 0.1, 0.05, 0.05, 0.02, 0.02, 0.02]);
  });

  it('puts dropout into every convolution and linear layer, without touching the preset', () => {
    const { layers } = presetNetwork(findPreset('vgg11-ncaltech101'));
    const dropouts = layers.flatMap((spec) => ('dropout' in spec ? [spec.dropout] : []));
    expect(dropouts).toEqual(new Array(10).fill(0.2));
    expect(findPreset('vgg11-ncaltech101').layers.value.some((spec) => 'dropout' in spec)).toBe(false);
    expect(presetNetwork(findPreset('lenet1-nmnist')).layers.some((spec) => 'dropout' in spec)).toBe(false);
  });
});

describe('preset networks', () => {
  it('LeNet-1 / EMNIST', () => {
    expect(trainableEntries('lenet1-emnist')).toEqual([
      [6, 28, 28, 150, 4704],
      [16, 10, 10, 2_400, 1600],
      [120, 1, 1, 48_000, 120],
      [84, 1, 1, 10_080, 84],
    ]);
  });

  it('LeNet-2 / DvsGesture', () => {
    expect(trainableEntries('lenet2-dvsgesture')).toEqual([
      [64, 60, 60, 3_200, 230_400],
      [128, 26, 26, 204_800, 86_528],
      [128, 9, 9, 409_600, 10_368],
      [256, 1, 1, 2_654_208, 256],
    ]);
  });

  it.each([
    ['alexnet-cifar10', 3_456],
    ['alexnet-cifar10dvs', 2_304],
  ])('%s', (name, firstWeights) => {
    expect(trainableEntries(name)).toEqual([
      [128, 32, 32, firstWeights, 131_072],
      [384, 16, 16, 442_368, 98_304],
      [384, 8, 8, 1_327_104, 24_576],
      [384, 8, 8, 1_327_104, 24_576],
      [256, 8, 8, 884_736, 16_384],
      [128, 8, 8, 294_912, 8_192],
      [2048, 1, 1, 16_777_216, 2_048],
      [1024, 1, 1, 2_097_152, 1_024],
    ]);
  });

  it('VGG11 / N-Caltech101', () => {
    const entries = trainableEntries('vgg11-ncaltech101');
    expect(entries.map((entry) => entry[3])).toEqual([
      1_152, 73_728, 294_912, 589_824, 1_179_648, 2_359_296, 2_359_296, 2_359_296, 8_388_608, 16_777_216,
    ]);
    expect(entries.map((entry) => entry[4])).toEqual([
      262_144, 131_072, 65_536, 65_536, 32_768, 32_768, 8_192, 8_192, 4_096, 4_096,
    ]);
    // LBP5: conv1 to conv5 with their pools, conv6 to fc2.
    expect(cutBlocks(presetNetwork(findPreset('vgg11-ncaltech101')), 5)).toEqual([
      { start: 0, stop: 8 },
      { start: 8, stop: 15 },
    ]);
  });

  it('SEW-ResNet18 / Tiny-ES-ImageNet: stages, weights and neurons', () => {
    const preset = findPreset('resnet18-esimagenet');
    const shapes = shapesOf(preset.name);
    const stage = (from: number, to: number) => {
      const entries = shapes.slice(from, to);
      const total = (pick: 'weightCount' | 'neuronCount') =>
        entries.reduce((sum, entry) => sum + entry[pick], 0);
      const { channels, height, width } = entries[entries.length - 1].output;
      return [channels, height, width, total('weightCount'), total('neuronCount')];
    };
    expect(stage(0, 1)).toEqual([64, 32, 32, 6_272, 65_536]);
    expect(shapes[1].output).toEqual({ channels: 64, height: 16, width: 16 });
    expect(stage(2, 4)).toEqual([64, 16, 16, 147_456, 65_536]);
    expect(stage(4, 6)).toEqual([128, 8, 8, 524_288, 40_960]);
    expect(stage(6, 8)).toEqual([256, 4, 4, 2_097_152, 20_480]);
    expect(stage(8, 10)).toEqual([512, 2, 2, 8_388_608, 10_240]);
    expect(shapes[10].output).toEqual({ channels: 512, height: 1, width: 1 });
    expect(shapes.reduce((sum, shape) => sum + shape.neuronCount, 0)).toBe(202_752);
    const { macs } = costFigures(presetNetwork(preset), {
      schedule: { truncationInterval: 8, blockSize: 17 },
      stepCount: 8,
      batchSize: 1,
    });
    expect(macs.total).toBe(8 * (37_748_736 + 3 * 33_554_432 + 102_400));
  });

  it('SEW-ResNet18 is cut after residual units only: into halves, stages, units', () => {
    const blocks = (n: number) =>
      cutBlocks(presetNetwork(findPreset('resnet18-esimagenet')), n).map((block) => block.start);
    expect(blocks(17)).toEqual([0]);
    expect(blocks(8)).toEqual([0, 6]);
    expect(blocks(4)).toEqual([0, 4, 6, 8]);
    expect(blocks(1)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('LeNet-1 / N-MNIST has one position before its linear layer', () => {
    expect(trainableEntries('lenet1-nmnist')).toEqual([
      [6, 30, 30, 300, 5400],
      [16, 11, 11, 2_400, 1936],
      [120, 1, 1, 48_000, 120],
      [84, 1, 1, 10_080, 84],
    ]);
  });

  it('give every pool a LIF of its own, but for the residual network', () => {
    const plainPools = (preset: Preset) =>
      presetNetwork(preset).layers.filter((spec) => 'neuron' in spec && spec.neuron === 'none').length;
    expect(PRESETS.filter((preset) => plainPools(preset) > 0).map((preset) => preset.name)).toEqual([
      'resnet18-esimagenet',
    ]);
  });
});
