import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inferShapes } from '../../core/network.ts';
import {
  cutDifference,
  type OracleConfig,
  type OracleTrainConfig,
  parseOracleConfig,
  toNeuron,
  toTrainingConfig,
} from './goldenConfig.ts';

const small: OracleTrainConfig = {
  name: 'small',
  kind: 'train',
  T: 5,
  B: 3,
  k: 2,
  n: 1,
  input: { kind: 'event', shape: [2, 6, 7] },
  num_classes: 4,
  neuron: { tau: 0.8, theta: 0.3, u_th: 0.4, surrogate: 'fast_sigmoid', a: 5 },
  layers: [
    { type: 'conv', out: 3, kernel: 3, stride: 1, padding: 1, bias: true, dropout: 0.25 },
    { type: 'avgpool', kernel: 2, stride: 2, lif: true },
    { type: 'fc', out: 9 },
  ],
  blocks: [[0, 1], [2]],
  intervals: [
    [0, 2],
    [2, 4],
    [4, 5],
  ],
  classifier: { trainable: false, bias: true },
  loss: 'ce',
  update: 'sequence',
  optimizer: { type: 'adam', lr: 0.01, betas: [0.9, 0.99], eps: 1e-8, weight_decay: 0.1 },
  batches: 3,
};

describe('oracle configurations', () => {
  it('become the configuration that the trainer takes', () => {
    expect(toTrainingConfig(small)).toMatchObject({
      network: {
        input: { kind: 'events', shape: { channels: 2, height: 6, width: 7 } },
        layers: [
          { kind: 'conv', out: 3, kernel: 3, stride: 1, padding: 1, bias: true, dropout: 0.25 },
          { kind: 'avgPool', kernel: 2, stride: 2, neuron: 'lif' },
          { kind: 'linear', out: 9, bias: false },
        ],
        classCount: 4,
        classifier: { kind: 'random', bias: true },
        neuron: {
          beta: 0.8,
          theta: 0.3,
          threshold: 0.4,
          surrogate: 'fastSigmoid',
          surrogateWidth: 5,
          detachReset: false,
        },
      },
      schedule: { truncationInterval: 2, blockSize: 1 },
      stepCount: 5,
      batchSize: 3,
      loss: 'crossEntropy',
      update: 'sequence',
      optimizer: {
        kind: 'adam',
        learningRate: 0.01,
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
        weightDecay: 0.1,
      },
    });
  });

  it('notice another cut into blocks or intervals', () => {
    expect(cutDifference(small)).toBe('');
    expect(cutDifference({ ...small, blocks: [[0, 1, 2]] })).toContain('blocks');
    expect(
      cutDifference({
        ...small,
        intervals: [
          [0, 3],
          [3, 5],
        ],
      }),
    ).toContain('intervals');
  });

  it.each([
    ['another format', { format: '2', config: JSON.stringify(small) }, 'has format 2'],
    ['no configuration', { format: '1' }, 'holds no configuration'],
    ['another kind', { format: '1', config: '{"kind":"other"}' }, 'unknown kind'],
  ])('are refused with %s', (_case, metadata, message) => {
    expect(() => parseOracleConfig(metadata as Record<string, string>)).toThrow(message);
  });

  const index = new URL('../../../../shared/golden/index.json', import.meta.url);
  it.skipIf(!existsSync(index))('of every shared case fit our shapes and our cut (needs ../shared)', () => {
    const cases: { config: OracleConfig }[] = JSON.parse(readFileSync(index, 'utf8'));
    expect(cases.length).toBeGreaterThan(30);
    for (const { config } of cases) {
      expect(toNeuron(config.neuron).beta).toBe(config.neuron.tau);
      if (config.kind === 'lif') continue;
      inferShapes(toTrainingConfig(config).network);
      expect([config.name, cutDifference(config)]).toEqual([config.name, '']);
    }
  });
});
