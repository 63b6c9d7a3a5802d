import { describe, expect, it } from 'vitest';
import { bodyLayerCount } from '../core/network.ts';
import type { SurrogateKind } from '../core/neuron.ts';
import { SURROGATES } from '../core/surrogate.ts';
import type { TrainingConfig } from '../core/trainingConfig.ts';
import { compareArrays } from '../testing/compareArrays.ts';
import {
  ADAM,
  type ConfigChoices,
  NETWORK_BODY_NAMES,
  randomBatch,
  randomTensors,
  smallConfig,
} from '../testing/randomNetwork.ts';
import { runTapeInterval, type TapeState } from '../testing/tapeNetwork.ts';
import { TOLERANCES } from '../testing/tolerances.ts';
import { dropoutMask } from './dropoutMask.ts';
import { type ReferenceRecord, ReferenceTrainer } from './trainStep.ts';

const SETTINGS = { iteration: 3, learningRate: 0.05, seed: 11 };

/** Keep masks of every layer with dropout, so that both sides use the same. */
function masksOf(trainer: ReferenceTrainer): Map<string, Uint8Array> {
  return new Map(
    trainer.graph.stages
      .filter(({ dropout }) => dropout > 0)
      .map((stage) => [
        stage.name,
        dropoutMask(stage.outputShape, trainer.config.batchSize, {
          ...SETTINGS,
          stream: stage.id,
          dropout: stage.dropout,
        }),
      ]),
  );
}

/** Runs an iteration with the twins and interval by interval on the tape, and says where they differ. */
function differenceFromTape(config: TrainingConfig, seed: number): { text: string; record: ReferenceRecord } {
  const { input, labels } = randomBatch(config, seed);
  const trainer = new ReferenceTrainer(config, randomTensors(config, seed));
  const masks = masksOf(trainer);
  const perStep = config.network.input.kind === 'events' ? input.length / config.stepCount : input.length;

  // The weights that an interval begins with are those of a run that ends before it: the twins' updates are tested apart.
  const record = trainer.trainBatch({ input, labels, masks }, SETTINGS);
  const states = new Map<string, TapeState>();
  const weights = new ReferenceTrainer(config, randomTensors(config, seed));
  const texts: string[] = [];
  for (const [index, { start, stop }] of trainer.intervals.entries()) {
    const slice = Array.from({ length: stop - start }, (_, t) =>
      config.network.input.kind === 'events'
        ? [...input.slice((start + t) * perStep, (start + t + 1) * perStep)]
        : [...input],
    ).flat();
    const tape = runTapeInterval({ config, tensors: weights.tensors, input: slice, labels, masks, states });
    texts.push(
      compareArrays(record.losses[index], tape.losses, {
        label: `loss of interval ${index}`,
        axes: { block: tape.losses.length },
        tolerance: TOLERANCES.sameMathematics,
      }),
    );
    for (const [name, gradient] of record.gradients[index]) {
      texts.push(
        compareArrays(gradient, tape.gradients.get(name) ?? [], {
          label: `gradient ${name} of interval ${index}`,
          axes: { i: gradient.length },
          tolerance: TOLERANCES.sameMathematics,
        }),
      );
    }
    for (const [name, values] of tape.running) weights.tensors.set(name, values);
    const isLast = stop === config.stepCount;
    if (config.update === 'interval') weights.applyGradients(record.gradients[index], SETTINGS.learningRate);
    else if (isLast) weights.applyGradients(summed(record.gradients), SETTINGS.learningRate);
  }
  for (const [name, values] of weights.tensors) {
    texts.push(
      compareArrays(trainer.tensors.get(name) ?? [], values, {
        label: `${name} after the iteration`,
        axes: { i: values.length },
        tolerance: TOLERANCES.sameMathematics,
      }),
    );
  }
  return { text: texts.filter(Boolean).join('\n'), record };
}

function summed(gradients: Map<string, Float64Array>[]): Map<string, Float64Array> {
  return new Map(
    [...gradients[0].keys()].map((name) => {
      const parts = gradients.map((interval) => interval.get(name) ?? new Float64Array(0));
      return [name, parts[0].map((_, i) => parts.reduce((sum, part) => sum + part[i], 0))];
    }),
  );
}

/** Share of the gradient tensors that are not all zero: a comparison of zeros would prove nothing. */
function aliveShare({ gradients }: ReferenceRecord): number {
  const tensors = gradients.flatMap((interval) => [...interval.values()]);
  return tensors.filter((values) => values.some((value) => value !== 0)).length / tensors.length;
}

/** The choices that do not matter to a body's layers, taken in turn so that all pairs come up somewhere. */
function rotated(turn: number): ConfigChoices {
  return {
    loss: turn % 2 === 0 ? 'mse' : 'crossEntropy',
    update: turn % 3 === 0 ? 'sequence' : 'interval',
    optimizer: turn % 4 < 2 ? undefined : ADAM,
    classifier: { kind: turn % 5 < 3 ? 'trainable' : 'random', bias: turn % 7 < 4 },
    neuron: { detachReset: turn % 6 === 5 },
  };
}

describe('a training step of the twins equals the tape', () => {
  it.each(NETWORK_BODY_NAMES)('%s, for every (k, n)', (body) => {
    const layerCount = bodyLayerCount(smallConfig({ body }).network);
    let turn = NETWORK_BODY_NAMES.indexOf(body);
    const alive: number[] = [];
    for (let blockSize = 1; blockSize <= layerCount; blockSize++) {
      // T = 5: 2 and 3 do not divide it.
      for (const truncationInterval of [1, 2, 3, 5]) {
        const config = smallConfig({ body, blockSize, truncationInterval, ...rotated(turn) });
        const { text, record } = differenceFromTape(config, turn);
        expect(text).toBe('');
        alive.push(aliveShare(record));
        turn++;
      }
    }
    expect(Math.max(...alive)).toBeGreaterThan(0.9);
    expect(alive.reduce((a, b) => a + b, 0) / alive.length).toBeGreaterThan(0.6);
  });

  it.each(['conv', 'batchNorm', 'residual'] as const)('%s with real-valued frames as input', (body) => {
    for (const truncationInterval of [2, 5]) {
      const { text, record } = differenceFromTape(
        smallConfig({ body, input: 'frames', blockSize: 2, truncationInterval }),
        40,
      );
      expect(text).toBe('');
      expect(aliveShare(record)).toBeGreaterThan(0.5);
    }
  });

  it.each(Object.keys(SURROGATES) as SurrogateKind[])(
    'surrogate %s, reset attached and detached',
    (surrogate) => {
      // Wider than a narrow default: few neurons would be that close to the threshold.
      const surrogateWidth = Math.max(1.53, SURROGATES[surrogate].defaultWidth);
      for (const detachReset of [false, true]) {
        for (const loss of ['mse', 'crossEntropy'] as const) {
          const neuron = { surrogate, surrogateWidth, detachReset };
          const { text, record } = differenceFromTape(
            smallConfig({ body: 'averagePool', blockSize: 2, truncationInterval: 3, neuron, loss }),
            50,
          );
          expect(text).toBe('');
          expect(aliveShare(record)).toBeGreaterThanOrEqual(0.5);
        }
      }
    },
  );

  it.each(['averagePool', 'dropout', 'residualBatchNorm'] as const)('%s with the hard reset', (body) => {
    const layerCount = bodyLayerCount(smallConfig({ body }).network);
    for (const detachReset of [false, true]) {
      for (const [turn, surrogate] of (['rectangular', 'atan'] as const).entries()) {
        const neuron = { reset: 'hard', surrogate, detachReset } as const;
        const choices = {
          body,
          neuron,
          blockSize: turn === 0 ? layerCount : 1,
          truncationInterval: 5 - 2 * turn,
        };
        const { text, record } = differenceFromTape(smallConfig(choices), 55);
        expect(text).toBe('');
        expect(aliveShare(record)).toBeGreaterThan(0.6);
      }
    }
  });

  it('with an empty place in the batch', () => {
    const config = smallConfig({ body: 'batchNorm', batchSize: 3, blockSize: 2, truncationInterval: 3 });
    const { input } = randomBatch(config, 60);
    const labels = Int32Array.of(1, -1, 2);
    const trainer = new ReferenceTrainer(config, randomTensors(config, 60));
    const { gradients } = trainer.trainBatch({ input, labels }, SETTINGS);
    const tape = runTapeInterval({
      config,
      tensors: new ReferenceTrainer(config, randomTensors(config, 60)).tensors,
      input: input.slice(0, (3 * input.length) / config.stepCount),
      labels,
      masks: new Map(),
      states: new Map(),
    });
    for (const [name, gradient] of gradients[0]) {
      expect(
        compareArrays(gradient, tape.gradients.get(name) ?? [], {
          label: name,
          axes: { i: gradient.length },
          tolerance: TOLERANCES.sameMathematics,
        }),
      ).toBe('');
    }
  });
});
