import { frameSize } from '../../src/core/encodedDataset.ts';
import { dropoutMask } from '../../src/reference/dropoutMask.ts';
import { TOLERANCES } from '../../src/testing/tolerances.ts';
import { DYADIC_NEURON, SYNAPSE_CASES, sameWords, TestNumbers, unwritten } from '../harness/kernelCase.ts';
import { expect, test } from '../harness/kernelTest.ts';
import { packPlanes, padVectors } from '../harness/layouts.ts';
import { BITS, CURRENTS, expectActivity, expectLif, FRAMES, runLif } from '../harness/lifCase.ts';

const byName = (name: string) => SYNAPSE_CASES.find((layer) => layer.name === name) ?? SYNAPSE_CASES[0];
const ODD = byName('odd channels, padding 1');

test.describe('lifForward equals its twin', () => {
  for (const layer of SYNAPSE_CASES) {
    for (const VECTORS of [1, 2, 4]) {
      test(`${layer.name}, ${4 * VECTORS} channels per invocation`, async ({ kernels }) => {
        const outcome = await runLif(kernels, layer, { overrides: { ...BITS, VECTORS } });
        expectLif(outcome);
        if (frameSize(layer.field.outputShape) > 1) expectActivity(outcome);
      });
    }
  }

  for (const layer of SYNAPSE_CASES) {
    for (const VECTORS of [1, 4]) {
      test(`weights in half precision, ${layer.name}, ${4 * VECTORS} channels`, async ({ kernels }) => {
        const outcome = await runLif(kernels, layer, { overrides: { ...BITS, VECTORS }, half: true });
        expectLif(outcome);
        if (frameSize(layer.field.outputShape) > 1) expectActivity(outcome);
      });
    }
  }

  for (const VECTORS of [1, 2, 4]) {
    test(`in the middle of a sample and of the history, without bias, ${VECTORS} vectors`, async ({
      kernels,
    }) => {
      const cells = ODD.batchSize * frameSize(ODD.field.outputShape);
      const membrane = Float64Array.from(new TestNumbers(9).dyadic(cells));
      const spikes = membrane.map((u) => (u >= DYADIC_NEURON.threshold ? 1 : 0));
      const outcome = await runLif(kernels, ODD, {
        overrides: { VECTORS },
        before: { input: 3, history: 2 },
        state: { membrane, spikes },
        hasBias: false,
      });
      expectLif(outcome);
      expect(spikes.some((spike) => spike === 1)).toBe(true);
    });
  }

  test('with counts worth a quarter', async ({ kernels }) => {
    expectLif(await runLif(kernels, byName('three planes'), { params: { inScale: 0.25 } }));
  });

  for (const name of ['odd channels, padding 1', 'stride 3, padding 2, rows left over', 'linear on a map']) {
    for (const VECTORS of [1, 4]) {
      test(`real-valued frames: ${name}, ${VECTORS} vectors`, async ({ kernels }) => {
        const outcome = await runLif(kernels, byName(name), { overrides: { ...FRAMES, VECTORS } });
        expectLif(outcome);
        expectActivity(outcome);
      });
    }
  }

  test('real-valued frames with weights in half precision', async ({ kernels }) => {
    const outcome = await runLif(kernels, ODD, { overrides: FRAMES, half: true });
    // Halves times frames are no longer sums that f32 holds exactly; spikes are compared exactly all the same.
    expectLif(outcome, TOLERANCES.recursion);
    expectActivity(outcome);
  });

  for (const VECTORS of [1, 2, 4]) {
    test(`given currents, ${VECTORS} vectors`, async ({ kernels }) => {
      const outcome = await runLif(kernels, byName('stride 3, padding 2, rows left over'), {
        overrides: { ...CURRENTS, VECTORS },
      });
      expectLif(outcome);
      expectActivity(outcome);
    });
  }

  test('writes membranes in place of window bits for smooth surrogates', async ({ kernels }) => {
    for (const VECTORS of [1, 2, 4]) {
      const outcome = await runLif(kernels, byName('three planes'), { overrides: { HISTORY: 2, VECTORS } });
      expectLif(outcome, TOLERANCES.exact, 2);
    }
  });

  for (const VECTORS of [1, 4]) {
    test(`hard reset, in the middle of a sample, ${VECTORS} vectors`, async ({ kernels }) => {
      const cells = ODD.batchSize * frameSize(ODD.field.outputShape);
      const membrane = Float64Array.from(new TestNumbers(9).dyadic(cells));
      const spikes = membrane.map((u) => (u >= DYADIC_NEURON.threshold ? 1 : 0));
      const outcome = await runLif(kernels, ODD, {
        overrides: { HISTORY: 2, RESET: 1, VECTORS },
        neuron: { ...DYADIC_NEURON, reset: 'hard' },
        state: { membrane, spikes },
      });
      expectLif(outcome, TOLERANCES.exact, 2);
      expectActivity(outcome);
      const soft = await runLif(kernels, ODD, { overrides: { VECTORS }, state: { membrane, spikes } });
      expect([...outcome.record.membranes]).not.toEqual([...soft.record.membranes]);
    });
  }

  test('keeps no history in evaluation', async ({ kernels }) => {
    const history = unwritten(5);
    const outcome = await runLif(kernels, ODD, {
      overrides: { HISTORY: 0 },
      buffers: { surrogateHistory: history },
    });
    expectLif(outcome, TOLERANCES.exact, 0);
    expect(sameWords(outcome.found.surrogateHistory, history)).toBe(true);
  });

  for (const VECTORS of [1, 4]) {
    test(`batch norm between current and neuron, ${VECTORS} vectors`, async ({ kernels }) => {
      const layer = byName('three planes');
      const shape = layer.field.outputShape;
      const numbers = new TestNumbers(4);
      const mean = numbers.dyadic(shape.channels);
      const inverse = Float32Array.from(mean, (_, i) => [0.5, 1, 2][i % 3]);
      const scale = Float32Array.from(mean, (_, i) => [1, 0.5, 0.25, 1][i % 4]);
      const shift = numbers.dyadic(shape.channels);
      const row = { channels: shape.channels, height: 1, width: 1 };
      const normalization = padVectors([...mean, ...inverse, ...scale, ...shift], row);
      const size = frameSize(shape);
      const outcome = await runLif(kernels, layer, {
        overrides: { BATCH_NORM: 1, VECTORS },
        buffers: { normalization },
        transform: (current) =>
          current.map((value, i) => {
            const c = Math.floor((i % size) / (shape.height * shape.width));
            return (value - mean[c]) * inverse[c] * scale[c] + shift[c];
          }),
      });
      expectLif(outcome);
      expectActivity(outcome);
    });

    test(`dropout from the counter generator, ${VECTORS} vectors`, async ({ kernels }) => {
      const layer = byName('channels across words, stride 2');
      const shape = layer.field.outputShape;
      // A micro-batch draws the numbers of its samples' places in the whole batch.
      const sampleStart = 3;
      const draw = { seed: 123456789, iteration: 77, stream: 9, dropout: 0.3 };
      const outcome = await runLif(kernels, layer, {
        overrides: { DROPOUT: 1, VECTORS },
        params: { dropout: draw.dropout, dropoutStream: draw.stream, sampleStart },
        window: { seed: draw.seed, iteration: draw.iteration },
        keep: dropoutMask(shape, sampleStart + layer.batchSize, draw).slice(sampleStart * frameSize(shape)),
      });
      expectLif(outcome);
      expectActivity(outcome);
    });

    test(`dropout from given masks, ${VECTORS} vectors`, async ({ kernels }) => {
      const layer = byName('stride 3, padding 2, rows left over');
      const keep = new TestNumbers(8).counts(layer.batchSize * frameSize(layer.field.outputShape), 1, 0.6);
      const outcome = await runLif(kernels, layer, {
        overrides: { DROPOUT: 2, VECTORS },
        params: { dropout: 0.4 },
        buffers: { keepBits: packPlanes(keep, layer.field.outputShape, 1) },
        keep,
      });
      expectLif(outcome);
    });
  }

  for (const VECTORS of [1, 2, 4]) {
    test(`weights spread over three buffers, ${VECTORS} vectors`, async ({ kernels }) => {
      const parts = [
        { start: 0, stop: 1 },
        { start: 1, stop: 4 },
        { start: 4, stop: 5 },
      ];
      const layer = byName('three planes');
      const outcome = await runLif(kernels, layer, { overrides: { VECTORS }, parts });
      expectLif(outcome);
      expectActivity(outcome);
    });
  }

  test('does not depend on the workgroup size', async ({ kernels }) => {
    const small = await runLif(kernels, ODD, { overrides: { WORKGROUP_SIZE: 16 } });
    expectLif(small);
  });

  test('free numbers, kept away from the threshold', async ({ kernels }) => {
    const neuron = { ...DYADIC_NEURON, beta: 0.83, theta: 0.29, threshold: 0.41 };
    const outcome = await runLif(kernels, byName('linear on a map'), {
      neuron,
      overrides: { HISTORY: 2, VECTORS: 4 },
      seed: 21,
      weights: (numbers, length) => numbers.normal(length).map((value) => 0.3 * value),
    });
    const margin = outcome.record.membranes.reduce(
      (least, u) => Math.min(least, Math.abs(u - neuron.threshold)),
      1,
    );
    expect(margin).toBeGreaterThan(1e-5);
    expectLif(outcome, TOLERANCES.kernelSum, 2);
    expectActivity(outcome);
  });
});
