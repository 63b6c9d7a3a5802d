import { describe, expect, it } from 'vitest';
import { bodyLayerCount } from '../core/network.ts';
import type { SurrogateKind } from '../core/neuron.ts';
import { createRandom } from '../core/random.ts';
import { SURROGATES } from '../core/surrogate.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { compareArrays } from '../testing/compareArrays.ts';
import { finiteDifferences } from '../testing/finiteDifference.ts';
import { NETWORK_BODY_NAMES, randomBatch, randomTensors, smallConfig } from '../testing/randomNetwork.ts';
import { TOLERANCES } from '../testing/tolerances.ts';
import { ReferenceTrainer } from './trainStep.ts';

const SETTINGS = { iteration: 0, learningRate: 0.1, seed: 5 };
/** Elements of each tensor that are compared. */
const PICKS = 4;

/**
 * With the surrogate's primitive in place of the step, a block's loss in the first interval is a differentiable function of the
 * block's own tensors: nothing was cut yet in time, and what the cut between blocks removes depends on other tensors.
 */
function differenceFromSlopes(config: TrainingConfig, seed: number): { text: string; largest: number } {
  const batch = randomBatch(config, seed);
  const tensors = randomTensors(config, seed).map(({ name, values }) => ({
    name,
    values: Float64Array.from(values),
  }));
  const step = () => new ReferenceTrainer(config, tensors, { smooth: true }).trainBatch(batch, SETTINGS);
  const { gradients } = step();
  const { graph } = new ReferenceTrainer(config, tensors);
  const random = createRandom(seed, 'test', 2);
  const texts: string[] = [];
  let largest = 0;
  for (const [name, gradient] of gradients[0]) {
    const values = tensors.find((tensor) => tensor.name === name)?.values ?? new Float64Array(0);
    const owner = graph.stages.find(
      ({ parameters }) =>
        parameters &&
        (name.startsWith(`${parameters.prefix}.`) ||
          (parameters.batchNormPrefix !== '' && name.startsWith(`${parameters.batchNormPrefix}.`))),
    );
    const picks = Array.from({ length: Math.min(PICKS, values.length) }, () => random.integer(values.length));
    const slopes = finiteDifferences(() => step().losses[0][owner?.block ?? -1], values, picks);
    const found = picks.map((i) => gradient[i]);
    largest = Math.max(largest, ...slopes.map(Math.abs));
    texts.push(
      compareArrays(found, slopes, {
        label: name,
        axes: { pick: picks.length },
        tolerance: TOLERANCES.finiteDifference,
      }),
    );
  }
  return { text: texts.filter(Boolean).join('\n'), largest };
}

describe('gradients of the smooth variant equal finite differences', () => {
  it.each(NETWORK_BODY_NAMES)('%s', (body) => {
    const layerCount = bodyLayerCount(smallConfig({ body }).network);
    const neuron = { surrogate: 'atan', surrogateWidth: 2 } as const;
    for (const [turn, blockSize] of [1, layerCount].entries()) {
      const loss = turn === 0 ? 'mse' : 'crossEntropy';
      const config = smallConfig({
        body,
        blockSize,
        neuron,
        loss,
        stepCount: 4,
        truncationInterval: 4 - turn,
        shape: { channels: 2, height: 5, width: 4 },
      });
      const { text, largest } = differenceFromSlopes(config, turn);
      expect(text).toBe('');
      expect(largest).toBeGreaterThan(1e-4);
    }
  });

  it.each(Object.keys(SURROGATES) as SurrogateKind[])('surrogate %s', (surrogate) => {
    const neuron = { surrogate, surrogateWidth: SURROGATES[surrogate].defaultWidth };
    const config = smallConfig({ body: 'conv', blockSize: 3, neuron, truncationInterval: 5 });
    const { text, largest } = differenceFromSlopes(config, 3);
    expect(text).toBe('');
    expect(largest).toBeGreaterThan(1e-4);
  });

  it('with the hard reset', () => {
    const neuron = { reset: 'hard', surrogate: 'atan', surrogateWidth: 2 } as const;
    const config = smallConfig({ body: 'averagePool', blockSize: 2, neuron, truncationInterval: 5 });
    const { text, largest } = differenceFromSlopes(config, 3);
    expect(text).toBe('');
    expect(largest).toBeGreaterThan(1e-4);
  });

  it.each(['soft', 'hard'] as const)(
    'are not met with the %s reset detached: that is no derivative of anything',
    (reset) => {
      const neuron = { reset, surrogate: 'atan', surrogateWidth: 2, detachReset: true } as const;
      const config = smallConfig({ body: 'conv', blockSize: 3, neuron, truncationInterval: 5 });
      expect(differenceFromSlopes(config, 3).text).not.toBe('');
    },
  );
});
