import { ReferenceTrainer } from '../../src/reference/trainStep.ts';
import {
  NETWORK_BODY_NAMES,
  randomBatch,
  randomTensors,
  smallConfig,
} from '../../src/testing/randomNetwork.ts';
import { expect, test } from '../harness/engineTest.ts';

// The GPU against the float64 specification: a whole iteration of every kind of network, and so that no wrong formula can
// hide behind another, with one update only (later ones start from weights that differ by rounding).

for (const body of NETWORK_BODY_NAMES) {
  for (const [truncationInterval, blockSize] of [
    [5, 9],
    [3, 1],
  ]) {
    const title = truncationInterval === 5 ? 'full backpropagation through time' : 'k = 3, n = 1';
    test(`${body}, ${title}: weights after one batch equal the reference`, async ({ engine }) => {
      const layers = smallConfig({ body }).network.layers;
      const most = layers.reduce(
        (sum, { kind }) => sum + (kind === 'sew' ? 2 : kind === 'conv' || kind === 'linear' ? 1 : 0),
        0,
      );
      const config = smallConfig({
        body,
        truncationInterval,
        blockSize: Math.min(blockSize, most),
        update: 'sequence',
        batchSize: 1,
      });
      const outcome = await engine.train({ config, seed: 4, iterations: 1 });
      const reference = new ReferenceTrainer(config, randomTensors(config, 4));
      const batch = randomBatch(config, 4000);
      const { losses } = reference.trainBatch(batch, {
        iteration: 0,
        learningRate: config.optimizer.learningRate,
        seed: config.seed,
      });
      expect(outcome.losses[0].length).toBe(losses.flat().length);
      for (const [i, loss] of losses.flat().entries()) expect(outcome.losses[0][i]).toBeCloseTo(loss, 5);
      const start = new Map(randomTensors(config, 4).map(({ name, values }) => [name, values]));
      for (const { name, values } of outcome.tensors) {
        const expected = reference.tensors.get(name);
        const before = start.get(name);
        if (!expected || !before) throw new Error(`The reference lacks ${name}.`);
        const change = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - before[i])), 0);
        const worst = values.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i])), 0);
        expect(worst, name).toBeLessThanOrEqual(1e-4 * change + 5e-7);
      }
    });
  }
}
