import { describe, expect, it } from 'vitest';
import type { AppError } from '../errors.ts';
import { PAPER_NEURON } from '../neuron.ts';
import type { TrainingConfig } from '../trainingConfig.ts';
import { planTraining } from './planTraining.ts';
import { DEFAULT_LIMITS, type DeviceLimits } from './types.ts';

const config = (batchSize: number, truncationInterval = 4, blockSize = 2): TrainingConfig => ({
  network: {
    input: { kind: 'events', shape: { channels: 2, height: 32, width: 32 } },
    layers: [
      { kind: 'conv', out: 16, kernel: 3, stride: 1, padding: 1, bias: false },
      { kind: 'avgPool', kernel: 2, stride: 2, neuron: 'lif' },
      { kind: 'linear', out: 20, bias: false },
    ],
    classCount: 4,
    classifier: { kind: 'trainable', bias: false },
    neuron: PAPER_NEURON,
  },
  schedule: { truncationInterval, blockSize },
  stepCount: 8,
  batchSize,
  loss: 'mse',
  update: 'interval',
  optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0 },
  learningRateDecay: { everyEpochs: 0, factor: 1 },
  initialization: { gain: 0.4, firstLayerGain: 0.8 },
  augmentation: { maxShift: 0, flip: false },
  epochs: 1,
  seed: 0,
});

/** Limits under which no buffer may be larger than this. */
const limited = (bytes: number): DeviceLimits => ({
  maxBufferSize: bytes,
  maxStorageBufferBindingSize: bytes,
});

const largestBuffer = (plan: ReturnType<typeof planTraining>) =>
  Math.max(...plan.buffers.map(({ bytes }) => bytes));

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('was not refused');
}

describe('a plan that must fit', () => {
  it('keeps the batch whole where it fits (control)', () => {
    const plan = planTraining({ config: config(12), limits: DEFAULT_LIMITS });
    expect(plan.microBatches).toEqual([{ start: 0, stop: 12 }]);
  });

  it('shortens the backward chunks before it cuts the batch', () => {
    const whole = planTraining({ config: config(12) });
    const bytes = largestBuffer(whole);
    expect(planTraining({ config: config(12), limits: limited(bytes) }).chunkSteps).toEqual(whole.chunkSteps);
    const shorter = planTraining({ config: config(12), limits: limited(bytes - 1) });
    expect(shorter.microBatches).toHaveLength(1);
    expect(shorter.chunkSteps[0]).toBeLessThan(whole.chunkSteps[0]);
    expect(largestBuffer(shorter)).toBeLessThan(bytes);
  });

  it('cuts the batch at one byte below the membranes of the widest layer, not at exactly their bytes', () => {
    const membranes = 12 * 16 * 32 * 32 * 4;
    expect(planTraining({ config: config(12), limits: limited(membranes) }).microBatches).toHaveLength(1);
    const cut = planTraining({ config: config(12), limits: limited(membranes - 1) });
    expect(cut.microBatches).toHaveLength(2);
    expect(largestBuffer(cut)).toBeLessThan(membranes);
  });

  it('cuts into equal micro-batches that cover the batch once', () => {
    const { microBatches } = planTraining({ config: config(12), limits: limited(5 * 16 * 32 * 32 * 4) });
    const sizes = microBatches.map(({ start, stop }) => stop - start);
    expect(sizes.reduce((a, b) => a + b)).toBe(12);
    expect(sizes).toEqual([4, 4, 4]);
    for (const [i, { start }] of microBatches.entries())
      expect(start).toBe(i === 0 ? 0 : microBatches[i - 1].stop);
  });

  it('respects a memory budget to the byte', () => {
    const whole = planTraining({ config: config(12) }).peakBytes;
    expect(planTraining({ config: config(12), memoryBudget: whole }).microBatches).toHaveLength(1);
    const cut = planTraining({ config: config(12), memoryBudget: whole - 1 });
    expect(cut.microBatches.length).toBeGreaterThan(1);
    expect(cut.peakBytes).toBeLessThan(whole);
  });

  it('places buffers over several slabs when one buffer of the device is too small for all', () => {
    const bytes = largestBuffer(planTraining({ config: config(12) }));
    const plan = planTraining({ config: config(12), limits: limited(bytes) });
    expect(plan.slabs.filter(({ heap }) => heap === 'arena').length).toBeGreaterThan(1);
    for (const slab of plan.slabs)
      if (slab.heap === 'arena') expect(slab.bytes).toBeLessThanOrEqual(bytes + 255);
  });

  it('names the largest (k, n, batch) that fits when one sample at a time does not', () => {
    const single = planTraining({ config: config(12), microBatch: 1 }).peakBytes;
    const error = refusal(() => planTraining({ config: config(12), memoryBudget: Math.floor(single * 0.9) }));
    expect(error.code).toBe('does-not-fit');
    expect(error.message).toContain('k = 4, n = 2 and batch 12');
    const [, k, n, batch] = error.hint.match(/k = (\d+), n = (\d+), batch (\d+)/) ?? [];
    const smaller = config(Number(batch), Number(k), Number(n));
    expect(planTraining({ config: smaller, memoryBudget: Math.floor(single * 0.9) }).peakBytes).toBeLessThan(
      single,
    );
    expect(error.remedy).toEqual({ k: Number(k), n: Number(n), batch: Number(batch) });
  });

  it('says so when nothing fits', () => {
    const error = refusal(() => planTraining({ config: config(2), memoryBudget: 1000 }));
    expect(error.code).toBe('does-not-fit');
    expect(error.hint).toBe(
      'No choice of k, n and batch fits; use a smaller network or a larger memory budget.',
    );
  });
});

describe('batch norm that must fit', () => {
  const plain = config(12, 8);
  const [conv, pool, linear] = plain.network.layers;
  const layers = [conv, pool, linear].map((layer) =>
    layer.kind === 'conv' || layer.kind === 'linear' ? { ...layer, batchNorm: true } : layer,
  );
  const normalized: TrainingConfig = { ...plain, network: { ...plain.network, layers } };
  const kept = planTraining({ config: normalized });
  const recomputed = planTraining({ config: normalized, normGamma: 'recomputed', microBatch: 12 });

  it('keeps gamma of the interval where that fits (control)', () => {
    expect(kept.recomputesNormGamma).toBe(false);
    expect(recomputed.recomputesNormGamma).toBe(true);
    expect(recomputed.peakBytes).toBeLessThan(kept.peakBytes);
    expect(planTraining({ config: normalized, memoryBudget: kept.peakBytes }).recomputesNormGamma).toBe(
      false,
    );
  });

  it('makes gamma again before it cuts the batch, and cuts the batch one byte below that', () => {
    for (const memoryBudget of [kept.peakBytes - 1, recomputed.peakBytes]) {
      const plan = planTraining({ config: normalized, memoryBudget });
      expect([plan.recomputesNormGamma, plan.microBatches.length]).toEqual([true, 1]);
      expect(plan.peakBytes).toBeLessThanOrEqual(memoryBudget);
    }
    const cut = planTraining({ config: normalized, memoryBudget: recomputed.peakBytes - 1 });
    expect(cut.microBatches.length).toBeGreaterThan(1);
  });

  it('takes a sweep over the chunks for the sums of each batch norm of a block, and one for the rest', () => {
    const sweeps = new Map<string, number[]>();
    for (const step of recomputed.trainProgram) {
      if (step.kind !== 'run') continue;
      const { kernel, overrides, stage, params } = recomputed.passes[step.pass];
      const what = kernel === 'batchNormSums' && overrides.MODE === 2 ? `sums of ${stage}` : kernel;
      if (params.chunkStart === 0) sweeps.set(what, [...(sweeps.get(what) ?? []), step.sweep]);
    }
    expect(sweeps.get('sums of fc3')).toEqual([0]);
    expect(sweeps.get('sums of conv1')).toEqual([1]);
    expect(sweeps.get('batchNormBackward')).toEqual([1, 2, 2]);
    const gradients = [...sweeps].filter(([what]) => what.startsWith('weightGrad'));
    expect(new Set(gradients.flatMap(([, found]) => found))).toEqual(new Set([2]));
  });
});

describe('a layer whose weights exceed a binding', () => {
  it('is spread over as few equal buffers as fit, and every output channel is in one', () => {
    // 16 x 16 x 16 inputs to 20 outputs: 5 vectors of 4096 rows of 16 bytes.
    const rowBytes = 4096 * 16;
    const plan = planTraining({ config: config(1), limits: limited(2 * rowBytes) });
    const weight = plan.tensors.find(({ name }) => name === 'l2.weight');
    expect(weight?.parts).toEqual([
      { start: 0, stop: 2 },
      { start: 2, stop: 4 },
      { start: 4, stop: 5 },
    ]);
    const buffers = plan.buffers.filter(({ name }) => name.startsWith('fc3.weights'));
    expect(buffers.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['fc3.weights', 2 * rowBytes],
      ['fc3.weights@1', 2 * rowBytes],
      ['fc3.weights@2', rowBytes],
    ]);
  });

  it('stays whole at exactly the limit (control)', () => {
    const plan = planTraining({ config: config(1), limits: limited(5 * 4096 * 16) });
    expect(plan.tensors.find(({ name }) => name === 'l2.weight')?.parts).toHaveLength(1);
  });
});
