import type { LayerSpec } from '../../src/core/network.ts';
import type { TrainingConfig } from '../../src/core/trainingConfig.ts';
import { type ConfigChoices, smallConfig } from '../../src/testing/randomNetwork.ts';
import { expect, test } from '../harness/engineTest.ts';

// Every kind of network learns eight random samples by heart. A gradient that points elsewhere gets nowhere near, however
// small its error looks in a comparison.

const conv = (out: number, options: Partial<Extract<LayerSpec, { kind: 'conv' }>> = {}): LayerSpec => ({
  kind: 'conv',
  out,
  kernel: 3,
  stride: 1,
  padding: 1,
  bias: false,
  ...options,
});
const pool = (kind: 'avgPool' | 'maxPool', neuron: 'lif' | 'none'): LayerSpec => ({
  kind,
  kernel: 2,
  stride: 2,
  neuron,
});
const linear = (out: number, batchNorm = false): LayerSpec => ({
  kind: 'linear',
  out,
  bias: false,
  batchNorm,
});
const normalized = { batchNorm: true };

/** Layers, with what else is chosen; `density` is the share of ones in the input. */
const NETWORKS: Record<string, { layers: LayerSpec[]; density?: number } & ConfigChoices> = {
  LeNet: {
    layers: [conv(6), pool('avgPool', 'lif'), conv(12), pool('avgPool', 'lif'), linear(32), linear(24)],
    blockSize: 4,
  },
  AlexNet: {
    layers: [conv(8, { stride: 2 }), conv(12), conv(12), pool('avgPool', 'lif'), conv(16), linear(32)],
    blockSize: 2,
  },
  'VGG with batch norm': {
    layers: [
      conv(8, normalized),
      pool('avgPool', 'lif'),
      conv(12, normalized),
      conv(12, normalized),
      linear(32, true),
    ],
    blockSize: 2,
  },
  'SEW-ResNet with batch norm': {
    layers: [
      conv(8, normalized),
      pool('maxPool', 'none'),
      { kind: 'sew', out: 8, stride: 1, batchNorm: true },
      { kind: 'sew', out: 12, stride: 2, batchNorm: true },
      pool('avgPool', 'none'),
    ],
    blockSize: 5,
  },
  'max pools with neurons, smooth surrogate': {
    layers: [conv(8), pool('maxPool', 'lif'), conv(16), pool('maxPool', 'lif'), linear(48)],
    blockSize: 2,
    // Of many spikes every window has one, and all windows look alike.
    density: 0.08,
    neuron: { surrogate: 'fastSigmoid', surrogateWidth: 2 },
  },
  'real-valued frames': {
    layers: [conv(8, { stride: 2, bias: true }), conv(16, { bias: true }), linear(48)],
    input: 'frames',
    blockSize: 3,
  },
  'random classifiers, smooth surrogate': {
    layers: [conv(12, { stride: 2 }), linear(96)],
    classifier: { kind: 'random', bias: false },
    neuron: { surrogate: 'atan', surrogateWidth: 2 },
    blockSize: 2,
  },
};

for (const [name, { layers, density, ...choices }] of Object.entries(NETWORKS)) {
  test(`${name}: learns eight samples by heart, every block`, async ({ engine }) => {
    const base = smallConfig({
      shape: { channels: 2, height: 8, width: 8 },
      classCount: 4,
      stepCount: 6,
      truncationInterval: 6,
      batchSize: 8,
      optimizer: { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 },
      ...choices,
    });
    const config: TrainingConfig = { ...base, network: { ...base.network, layers } };
    const { losses } = await engine.train({ config, seed: 1, iterations: 120, repeatBatch: true, density });
    const first = losses[0];
    const last = losses[losses.length - 1];
    for (const [block, loss] of last.entries())
      expect(loss, `block ${block}`).toBeLessThan(first[block] / 10);
  });
}
