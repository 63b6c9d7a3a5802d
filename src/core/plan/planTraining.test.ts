import { describe, expect, it } from 'vitest';
import { ADAM, type ConfigChoices, smallConfig } from '../../testing/randomNetwork.ts';
import { frameSize, wordsPerFrame } from '../encodedDataset.ts';
import { bodyLayerCount } from '../network.ts';
import { findPreset, presetConfig } from '../presets.ts';
import { gradientSplits, UNIFORM_STRIDE } from './planBuilder.ts';
import { planTraining } from './planTraining.ts';
import { BUFFER_CATEGORIES, type TrainingPlan } from './types.ts';

const HUGE = { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40 };

function small(choices: ConfigChoices = {}): TrainingPlan {
  return planTraining({ config: smallConfig({ body: 'averagePool', ...choices }) });
}

/** The program as words: kinds of passes with their block, clears left out. */
function outline({ trainProgram, passes }: TrainingPlan): string[] {
  return trainProgram.flatMap((step) => {
    if (step.kind === 'clear') return [];
    const { kind, block } = passes[step.pass];
    return [`${kind} ${block}`];
  });
}

describe('limits of (k, n)', () => {
  const { network, stepCount } = smallConfig({ body: 'averagePool' });
  const layerCount = bodyLayerCount(network);

  it.each([1, stepCount])('k = %i is planned', (truncationInterval) => {
    const { intervals } = small({ truncationInterval });
    expect(intervals).toHaveLength(Math.ceil(stepCount / truncationInterval));
  });

  it.each([0, stepCount + 1, 1.5, Number.NaN])('k = %d is refused with its range', (truncationInterval) => {
    expect(() => small({ truncationInterval })).toThrow(
      `The truncation interval k is ${truncationInterval}, but a sample has ${stepCount} time steps.`,
    );
  });

  it.each([1, layerCount])('n = %i is planned', (blockSize) => {
    expect(small({ blockSize }).graph.blocks).toHaveLength(layerCount / blockSize);
  });

  it.each([0, layerCount + 1, 1.5])('n = %d is refused with its range', (blockSize) => {
    expect(() => small({ blockSize })).toThrow(
      `The local block size n is ${blockSize}, but the network has ${layerCount} trainable body layers.`,
    );
  });

  it.each([0, 65537, 2.5])('a batch of %d is refused', (batchSize) => {
    expect(() => small({ batchSize })).toThrow(`The batch size is ${batchSize}, allowed is 1 to 65536.`);
  });
});

describe('weights in half precision', () => {
  // Buffers so small that a layer's weights are spread over several.
  const limits = { maxBufferSize: 8192, maxStorageBufferBindingSize: 8192 };
  const spread = (weightPrecision: 'f32' | 'f16') => {
    const config = smallConfig({ body: 'averagePool', blockSize: 2, classCount: 40, weightPrecision });
    return planTraining({ config, limits, microBatch: 1 });
  };
  const sizes = ({ buffers }: TrainingPlan) => new Map(buffers.map(({ name, bytes }) => [name, bytes]));

  it('have a copy of half the bytes for every buffer of weights, and for nothing else', () => {
    const half = sizes(spread('f16'));
    const weights = [...half.keys()].filter((name) => name.includes('.weights'));
    expect(weights.some((name) => name.endsWith('.weights@1'))).toBe(true);
    const copies = new Map(
      weights.map((name) => [name.replace('.weights', '.halfWeights'), (half.get(name) ?? 0) / 2]),
    );
    expect(half).toEqual(new Map([...half].filter(([name]) => !copies.has(name)).concat([...copies])));
    const single = sizes(spread('f32'));
    expect([...half.keys()].filter((name) => !single.has(name)).sort()).toEqual([...copies.keys()].sort());
  });

  it('are read by every pass that reads weights, with the text for it, and written by their update', () => {
    const { passes } = spread('f16');
    const readers = passes.filter(({ kernel, buffers }) => buffers.weights && kernel !== 'optimizerStep');
    expect(readers.map(({ kernel }) => kernel)).toEqual(
      expect.arrayContaining(['lifForwardWords', 'synapseBackward', 'synapseBackwardRows']),
    );
    for (const { buffers, overrides } of readers) {
      expect(buffers.weights).toContain('.halfWeights');
      expect(overrides.HALF_WEIGHTS).toBe(1);
    }
    const updates = passes.filter(({ kernel }) => kernel === 'optimizerStep');
    for (const { buffers, overrides } of updates) {
      expect(buffers.halfWeights).toBe(buffers.weights.replace('.weights', '.halfWeights'));
      expect(overrides.LANES).toBe(2);
    }
    expect(new Set(updates.map(({ buffers }) => buffers.halfWeights))).toEqual(
      new Set(readers.map(({ buffers }) => buffers.weights)),
    );
  });

  it('leave a plan that does not ask for them as it is', () => {
    const { passes } = spread('f32');
    expect(passes.filter(({ overrides }) => 'HALF_WEIGHTS' in overrides)).toEqual([]);
    expect(passes.filter(({ overrides }) => overrides.LANES === 2)).toEqual([]);
  });
});

describe('intervals and windows', () => {
  it('k that does not divide T makes a shorter last interval', () => {
    const { intervals, windows } = small({ truncationInterval: 2 });
    expect(intervals.map(({ start, stop }) => [start, stop])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
    expect(windows.map(({ isFirst, isLast, stepCount }) => [isFirst, isLast, stepCount])).toEqual([
      [true, false, 2],
      [false, false, 2],
      [false, true, 1],
    ]);
  });

  it('per interval, every interval updates; per sample, the last one does, with the sums of all', () => {
    const interval = small({ truncationInterval: 2, update: 'interval' });
    expect(interval.updatesPerIteration).toBe(3);
    expect(interval.windows.map(({ updateIndex }) => updateIndex)).toEqual([0, 1, 2]);
    expect(interval.windows.some(({ updateAccumulate }) => updateAccumulate)).toBe(false);
    const sequence = small({ truncationInterval: 2, update: 'sequence' });
    expect(sequence.updatesPerIteration).toBe(1);
    expect(sequence.windows.map(({ updateAccumulate }) => updateAccumulate)).toEqual([false, true, true]);
    const updates = (plan: TrainingPlan) => outline(plan).filter((text) => text.startsWith('update')).length;
    expect(updates(interval)).toBe(3 * updates(sequence));
  });
});

describe('the order of work', () => {
  const choices: ConfigChoices = { truncationInterval: 5, blockSize: 1 };
  /** Repeated neighbours are told once. */
  const phases = (plan: TrainingPlan) => outline(plan).filter((text, i, all) => text !== all[i - 1]);

  it('a block finishes its interval before the next one starts', () => {
    const blocks = outline(small(choices)).map((text) => Number(text.split(' ')[1]));
    expect(blocks).toEqual([...blocks].sort((a, b) => a - b));
    expect(phases(small(choices)).slice(0, 4)).toEqual([
      'forward 0',
      'loss 0',
      'backward 0',
      'weightGradient 0',
    ]);
  });

  it('time-outer order takes all blocks through every step before any of them learns', () => {
    const config = smallConfig({ body: 'averagePool', ...choices });
    const plan = planTraining({ config, order: 'timeOuter' });
    const text = phases(plan);
    expect(text.slice(0, 4)).toEqual(['forward 0', 'forward 1', 'forward 0', 'forward 1']);
    expect(text.lastIndexOf('forward 1')).toBeLessThan(text.indexOf('loss 0'));
    // The same passes on the same numbers, one step at a time.
    const learning = (lines: string[]) => lines.filter((line) => !line.startsWith('forward'));
    expect(learning(outline(plan))).toEqual(learning(outline(small(choices))));
  });

  it('random classifiers are neither differentiated nor updated, but errors pass through them', () => {
    const plan = small({ classifier: { kind: 'random', bias: true }, blockSize: 1 });
    const touched = plan.passes.filter(({ stage }) => stage.startsWith('classifier')).map(({ kind }) => kind);
    expect(new Set(touched)).toEqual(new Set(['forward', 'loss', 'backward', 'count']));
    expect(plan.tensors.filter(({ name }) => /^c\d/.test(name)).every(({ trainable }) => !trainable)).toBe(
      true,
    );
  });

  it('counts of events take a plane per bit, and the buffers and passes that read the input know it', () => {
    const inputBytes = (maxCount?: number) =>
      small({ maxCount, blockSize: 1 }).buffers.find(({ name }) => name === 'input')?.bytes ?? 0;
    expect(inputBytes(1)).toBe(inputBytes());
    expect([2, 3, 4, 15, 16, 255].map((count) => inputBytes(count) / inputBytes())).toEqual([
      2, 2, 3, 4, 5, 8,
    ]);
    const first = small({ maxCount: 15, blockSize: 1 }).passes.filter(
      ({ buffers }) => buffers.inputs === 'input',
    );
    expect(first.length).toBeGreaterThan(1);
    for (const { params } of first) expect([params.inPlanes, params.inScale]).toEqual([4, 1]);
    expect(() => small({ maxCount: 256 })).toThrow('1 to 255');
  });

  it('the weight gradient of real-valued frames is taken once, when gamma is summed over all chunks', () => {
    const plan = small({ input: 'frames', truncationInterval: 5, blockSize: 2 });
    expect(plan.chunkSteps[0]).toBeLessThan(5);
    const runs = (label: string) =>
      plan.trainProgram.flatMap((step) =>
        step.kind === 'run' && plan.passes[step.pass].label === label ? [plan.passes[step.pass].params] : [],
      );
    const [first, ...others] = runs('weightGrad/conv1');
    expect(others).toEqual([]);
    expect([first.chunkStart, first.chunkSteps]).toEqual([0, 5]);
    expect(runs('weightGradSpikes/conv3')).toHaveLength(Math.ceil(5 / plan.chunkSteps[0]));
  });

  it('evaluation learns nothing and keeps no history', () => {
    const { evaluateProgram, passes } = small({ neuron: { surrogate: 'atan', surrogateWidth: 2 } });
    for (const step of evaluateProgram) {
      if (step.kind === 'clear') continue;
      expect(['forward', 'normalize', 'loss', 'count']).toContain(passes[step.pass].kind);
      expect(passes[step.pass].overrides.HISTORY ?? 0).toBe(0);
      expect(passes[step.pass].overrides.DROPOUT ?? 0).toBe(0);
    }
  });
});

describe('bytes', () => {
  it('are the sum of the slabs, and of the categories', () => {
    for (const choices of [
      {},
      { body: 'residualBatchNorm' },
      { update: 'sequence', optimizer: ADAM },
    ] as const) {
      const plan = small(choices);
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      expect(plan.peakBytes).toBe(sum(plan.slabs.map(({ bytes }) => bytes)));
      expect(plan.peakBytes).toBe(sum(BUFFER_CATEGORIES.map((category) => plan.bytesByCategory[category])));
      const uniform = plan.slabs.find(({ heap }) => heap === 'uniform');
      expect(uniform?.bytes).toBe((plan.passes.length + plan.windows.length) * UNIFORM_STRIDE);
    }
  });

  it('of history grow by two bits per neuron and sample with every step of k, padded to words', () => {
    const historyOf = (truncationInterval: number) =>
      small({ truncationInterval, stepCount: 9, blockSize: 2, batchSize: 3 })
        .buffers.filter(({ category }) => category === 'history')
        .reduce((sum, { bytes }) => sum + bytes, 0);
    const { graph } = small({ blockSize: 2 });
    const perStep = graph.stages.reduce(
      (sum, { outputShape }) => sum + 2 * 3 * wordsPerFrame(outputShape) * 4,
      0,
    );
    for (const k of [1, 2, 5, 8]) expect(historyOf(k + 1) - historyOf(k)).toBe(perStep);
  });

  it('of history are 32 times more where a smooth surrogate needs the membrane itself', () => {
    const bytes = (surrogate: 'rectangular' | 'atan') => {
      const { buffers } = small({ neuron: { surrogate }, truncationInterval: 4, batchSize: 3 });
      return buffers.find(({ name }) => name === 'conv1.surrogateHistory')?.bytes;
    };
    // 3 channels x 6 x 5 positions: 90 bits in 3 words, or 90 numbers.
    expect(bytes('rectangular')).toBe(4 * 3 * 3 * 4);
    expect(bytes('atan')).toBe(4 * 3 * 90 * 4);
  });

  it('at the peak of AlexNet grow with k by no more than the two bits of its neurons', () => {
    const peak = (truncationInterval: number) => {
      const schedule = { truncationInterval, blockSize: 8 };
      const config = { ...presetConfig(findPreset('alexnet-cifar10dvs'), 0, schedule), batchSize: 128 };
      return planTraining({ config, limits: HUGE });
    };
    const [lower, upper] = [peak(80), peak(99)];
    const neurons = upper.graph.stages.reduce(
      (sum, { lif, outputShape }) => sum + (lif ? frameSize(outputShape) : 0),
      0,
    );
    const growth = (upper.peakBytes - lower.peakBytes) / 19;
    const bits = (growth / 128 / neurons) * 8;
    // Less than two where the peak lies in the backward pass, when upper layers have given theirs back.
    expect(bits).toBeGreaterThan(1);
    expect(bits).toBeLessThan(2.02);
  });

  it('of full backpropagation through AlexNet, T = 100, batch 128 stay below 1.75 GiB', () => {
    const preset = findPreset('alexnet-cifar10dvs');
    const config = { ...presetConfig(preset, 0), batchSize: 128 };
    expect([config.stepCount, config.schedule]).toEqual([100, { truncationInterval: 100, blockSize: 8 }]);
    expect(planTraining({ config, limits: HUGE }).peakBytes).toBeLessThan(1.75 * 2 ** 30);
  });

  it('shrink with k and with n', () => {
    const preset = findPreset('alexnet-cifar10dvs');
    const peak = (truncationInterval: number, blockSize: number) => {
      const config = { ...presetConfig(preset, 0, { truncationInterval, blockSize }), batchSize: 16 };
      return planTraining({ config, limits: HUGE }).peakBytes;
    };
    expect(peak(50, 8)).toBeLessThan(peak(99, 8));
    expect(peak(50, 1)).toBeLessThan(peak(50, 8));
  });
});

describe('gradientSplits', () => {
  it.each([
    // Elements of the tensor, batch, groups, samples of a group.
    [16, 32, 32, 1],
    [65536, 32, 1, 32],
    [65537, 32, 1, 32],
    [32768, 32, 2, 16],
    [32768, 5, 2, 3],
    [20000, 7, 3, 3],
    [1, 1, 1, 1],
    [10_000_000, 128, 1, 128],
  ])('%i elements, batch %i: %i groups of %i', (elements, batchSize, count, size) => {
    expect(gradientSplits(elements, batchSize)).toEqual({ count, size });
  });

  it('cover every sample once, within the bound on partial gradients', () => {
    for (let elements = 1; elements < 200_000; elements = Math.ceil(elements * 1.7)) {
      for (const batchSize of [1, 2, 7, 32, 100, 128]) {
        const { count, size } = gradientSplits(elements, batchSize);
        expect(count * size).toBeGreaterThanOrEqual(batchSize);
        expect((count - 1) * size).toBeLessThan(batchSize);
        expect(count === 1 || count * elements <= 65536).toBe(true);
      }
    }
  });
});
