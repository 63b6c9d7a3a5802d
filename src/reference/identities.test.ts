import { describe, expect, it } from 'vitest';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { compareArrays } from '../testing/compareArrays.ts';
import { randomSamples, randomTensors, smallConfig } from '../testing/randomNetwork.ts';
import { TOLERANCES } from '../testing/tolerances.ts';
import { type ReferenceBatch, type ReferenceRecord, ReferenceTrainer } from './trainStep.ts';

const SETTINGS = { iteration: 0, learningRate: 0.1, seed: 2 };

function run(config: TrainingConfig, batch: ReferenceBatch): ReferenceRecord {
  return new ReferenceTrainer(config, randomTensors(config, 7)).trainBatch(batch, SETTINGS);
}

/** What differs between two sets of gradients, as text. */
function difference(actual: Map<string, Float64Array>, expected: Map<string, Float64Array>): string {
  return [...expected]
    .map(([name, values]) =>
      compareArrays(actual.get(name) ?? [], values, {
        label: name,
        axes: { i: values.length },
        tolerance: TOLERANCES.sameMathematics,
      }),
    )
    .filter(Boolean)
    .join('\n');
}

/** The samples of a batch in another order, or some of them. */
function pick(config: TrainingConfig, batch: ReferenceBatch, order: number[]): ReferenceBatch {
  const { length } = batch.labels;
  const size = batch.input.length / (config.stepCount * length);
  const input = Array.from({ length: config.stepCount }, (_, t) =>
    order.flatMap((b) => Array.from({ length: size }, (__, i) => batch.input[(t * length + b) * size + i])),
  ).flat();
  return { input, labels: order.map((b) => batch.labels[b]) };
}

const SMALL = { update: 'sequence', truncationInterval: 3, blockSize: 2 } as const;

describe.each(['averagePool', 'residual', 'plainMaxPool'] as const)('%s', (body) => {
  const config = smallConfig({ body, ...SMALL, batchSize: 3 });
  const batch = randomSamples(config, 1);
  const whole = run(config, batch);

  it('gives each sample what it gives it in another order of the batch', () => {
    const order = [2, 0, 1];
    const permuted = run(config, pick(config, batch, order));
    for (const [interval, gradients] of whole.gradients.entries()) {
      expect(difference(permuted.gradients[interval], gradients)).toBe('');
    }
    for (const [block, classes] of whole.predictions.entries()) {
      expect([...permuted.predictions[block]]).toEqual(order.map((b) => classes[b]));
    }
  });

  it('has the mean of its samples’ gradients', () => {
    const single = { ...config, batchSize: 1 };
    const alone = [0, 1, 2].map((b) => run(single, pick(config, batch, [b])));
    for (const [interval, gradients] of whole.gradients.entries()) {
      const mean = new Map(
        [...gradients].map(([name, values]) => [
          name,
          values.map((_, i) =>
            alone.reduce((sum, record) => sum + (record.gradients[interval].get(name)?.[i] ?? 0) / 3, 0),
          ),
        ]),
      );
      expect(difference(gradients, mean)).toBe('');
    }
  });

  it('has no gradient for weights whose inputs are silent', () => {
    const silent = { input: new Float64Array(batch.input.length), labels: batch.labels };
    const [gradients] = run(config, silent).gradients;
    expect(gradients.get('l0.weight')?.every((value) => value === 0)).toBe(true);
    expect(whole.gradients[0].get('l0.weight')?.some((value) => value !== 0)).toBe(true);
  });
});

describe('truncation', () => {
  it('reads every interval with the state of the one before, but sends no gradient back to it', () => {
    // The same weights in every interval: what the first one computes does not depend on how many follow.
    const config = smallConfig({ body: 'conv', ...SMALL, stepCount: 6, batchSize: 2 });
    const batch = randomSamples(config, 3);
    const half = { ...config, stepCount: 3 };
    const firstHalf = {
      input: Array.from(batch.input).slice(0, batch.input.length / 2),
      labels: batch.labels,
    };
    const both = run(config, batch);
    expect(difference(run(half, firstHalf).gradients[0], both.gradients[0])).toBe('');
    // The second interval alone, from rest, is something else: state did cross.
    const secondHalf = { input: Array.from(batch.input).slice(batch.input.length / 2), labels: batch.labels };
    expect(difference(run(half, secondHalf).gradients[0], both.gradients[1])).not.toBe('');
  });
});
