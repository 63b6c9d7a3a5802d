import { describe, expect, it } from 'vitest';
import { type Tensor, writeSafetensors } from '../../core/safetensors.ts';
import type { OracleTrainConfig } from './goldenConfig.ts';
import type { BatchRecord, GoldenBackend } from './goldenEngine.ts';
import { runGoldenCase } from './runGoldenCase.ts';

const config: OracleTrainConfig = {
  name: 'tiny',
  kind: 'train',
  T: 2,
  B: 1,
  k: 1,
  n: 1,
  input: { kind: 'event', shape: [1, 1, 2] },
  num_classes: 2,
  neuron: { tau: 0.8, theta: 0.3, u_th: 0.3, surrogate: 'rect', a: 0.6 },
  layers: [{ type: 'fc', out: 2 }],
  blocks: [[0]],
  intervals: [
    [0, 1],
    [1, 2],
  ],
  classifier: { trainable: true, bias: false },
  loss: 'mse',
  update: 'interval',
  optimizer: { type: 'sgd', lr: 0.1, momentum: 0, weight_decay: 0 },
  batches: 1,
};

const f32 = (...values: number[]): Tensor => ({
  dtype: 'F32',
  shape: [values.length],
  values: new Float32Array(values),
});
const i32 = (...values: number[]): Tensor => ({
  dtype: 'I32',
  shape: [values.length],
  values: new Int32Array(values),
});
const u8 = (...values: number[]): Tensor => ({
  dtype: 'U8',
  shape: [values.length],
  values: new Uint8Array(values),
});

/** A made-up case: the numbers need not follow from each other, only to be compared. */
const stored: [string, Tensor][] = [
  ['init.l0.weight', f32(1, 2, 3, 4)],
  ['x.0', u8(1, 0, 1, 1)],
  ['y.0', i32(1)],
  ['spikes.0.l0', u8(1, 0, 0, 1)],
  ['u_final.0.l0', f32(0.5, -0.25)],
  ['loss.0', f32(0.5, 0.25)],
  ['grad.0.l0.weight', f32(0, 1, 2, 3)],
  ['grad.1.l0.weight', f32(3, 2, 1, 0)],
  ['after1.l0.weight', f32(1.1, 2.1, 3.1, 4.1)],
  ['counts.0.c0', i32(2, 0)],
  ['pred.0.c0', i32(0)],
  ['eval.x', u8(0, 1, 1, 0)],
  ['eval.counts.c0', i32(1, 2)],
  ['eval.pred.c0', i32(1)],
  ['eval.spike_sum.l0', u8(2, 1)],
];

function caseFile(tensors: [string, Tensor][] = stored): Uint8Array {
  return writeSafetensors({
    tensors: new Map(tensors),
    metadata: { format: '1', config: JSON.stringify(config) },
  });
}

/** Answers with the stored numbers, after `spoil` had a chance to change them. */
function echo(
  spoil: (numbers: Map<string, Tensor['values']>) => void = () => {},
  missing = '',
): GoldenBackend {
  const numbers = new Map(stored.map(([name, { values }]) => [name, values.slice()]));
  numbers.set('eval.spikes.l0', new Uint8Array([1, 0, 1, 1]));
  spoil(numbers);
  const under = <Values>(prefix: string) =>
    new Map(
      [...numbers]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, values]) => [name.slice(prefix.length), values as Values]),
    );
  const record: BatchRecord = {
    gradients: [under('grad.0.'), under('grad.1.')],
    losses: numbers.get('loss.0') as Float32Array,
    spikes: under('spikes.0.'),
    membranes: under('u_final.0.'),
    counts: under('counts.0.'),
    predictions: under('pred.0.'),
  };
  return {
    missingFeature: () => missing,
    missingNeuronFeature: () => missing,
    runNeuron: () => Promise.reject(new Error('no neuron case is run here')),
    create: async () => ({
      setParameters: async () => {},
      parameters: async () => [
        { name: 'l0.weight', shape: [2, 2], values: numbers.get('after1.l0.weight') as Float32Array },
      ],
      trainBatch: async () => record,
      evaluate: async () => ({
        spikes: under('eval.spikes.'),
        counts: under('eval.counts.'),
        predictions: under('eval.pred.'),
      }),
      destroy: () => {},
    }),
  };
}

describe('a golden case', () => {
  it('passes when every number is met, and compares every kind of number', async () => {
    const outcome = await runGoldenCase('tiny', caseFile(), echo());
    expect(outcome.status).toBe('passed');
    expect(outcome.quantities.map(({ quantity }) => quantity).sort()).toEqual([
      'counts',
      'evaluation',
      'gradients',
      'losses',
      'membranes',
      'spikes',
      'weights',
    ]);
  });

  // Every stored result, made wrong, must be noticed.
  // The spike sums are compared with sums over the engine's eval.spikes.
  const results = [
    ...stored.map(([name]) => name).filter((name) => !/^(init|x|y)\.|eval\.(x|spike_sum)/.test(name)),
    'eval.spikes.l0',
  ];
  it.each(results)('fails when %s is wrong', async (name) => {
    const outcome = await runGoldenCase(
      'tiny',
      caseFile(),
      echo((numbers) => numbers.get(name)!.fill(7)),
    );
    expect(outcome.status).toBe('failed');
  });

  it.each(results.filter((name) => name !== 'loss.0'))(
    'fails when the engine does not show %s',
    async (name) => {
      const outcome = await runGoldenCase(
        'tiny',
        caseFile(),
        echo((numbers) => numbers.delete(name)),
      );
      expect(outcome.status).toBe('failed');
    },
  );

  it('is not yet run, and not passed, when the engine lacks something', async () => {
    const outcome = await runGoldenCase(
      'tiny',
      caseFile(),
      echo(() => {}, 'batch norm'),
    );
    expect(outcome).toEqual({ name: 'tiny', status: 'not yet', quantities: [], reason: 'batch norm' });
  });

  it('fails with the reason when the file is damaged or incomplete', async () => {
    const cut = await runGoldenCase('tiny', caseFile().subarray(0, 100), echo());
    expect(cut).toMatchObject({ status: 'failed', reason: expect.stringContaining('header') });
    const incomplete = await runGoldenCase(
      'tiny',
      caseFile(stored.filter(([name]) => name !== 'loss.0')),
      echo(),
    );
    expect(incomplete).toMatchObject({ status: 'failed', reason: 'The oracle file has no tensor loss.0.' });
  });
});
