import { toErrorData } from '../core/errors.ts';
import type { LayerSpec, NetworkSpec } from '../core/network.ts';
import { Engine } from './engine.ts';
import { type EvaluationResult, evaluateSamples } from './evaluation.ts';
import type { RequestHandler } from './requestHandler.ts';

/** What other simulators would make of the weights, who set the membrane to 0 after a spike (NIR). */
export interface ResetDrift {
  testSamples: number;
  /** Share of test samples that both read out alike, 0..1. */
  agreement: number;
  /** Test accuracy of the last block: as trained, and with the hard reset. */
  accuracy: { trained: number; hard: number };
  /** Firing rates per population, 0..1. */
  rates: { layer: string; trained: number; hard: number }[];
}

function withHardReset(network: NetworkSpec): NetworkSpec {
  const layers = network.layers.map((spec): LayerSpec => {
    if ((spec.kind !== 'conv' && spec.kind !== 'linear') || !spec.neuron) return spec;
    return { ...spec, neuron: { ...spec.neuron, reset: 'hard' } };
  });
  return { ...network, layers, neuron: { ...network.neuron, reset: 'hard' } };
}

const last = (values: readonly number[]) => values[values.length - 1] ?? 0;

function compare(trained: EvaluationResult, hard: EvaluationResult): ResetDrift {
  const { sampleCount } = trained;
  let alike = 0;
  for (const [i, read] of trained.predicted.entries()) if (hard.predicted[i] === read) alike++;
  return {
    testSamples: sampleCount,
    agreement: sampleCount > 0 ? alike / sampleCount : 0,
    accuracy: { trained: last(trained.accuracyPerBlock), hard: last(hard.accuracyPerBlock) },
    rates: trained.firingRates.map(({ layer, rate }, i) => ({
      layer,
      trained: rate,
      hard: hard.firingRates[i]?.rate ?? 0,
    })),
  };
}

/** Runs the test samples twice, with the trained reset and with the hard one; the run goes on untouched. */
export const measureDrift: RequestHandler<'measureDrift'> = {
  loop: 'waits',
  async carryOut(loop) {
    const { run, post } = loop;
    let other: Engine | null = null;
    try {
      const { config, memoryBudget, engine, reader, testSamples } = run;
      const hardConfig = { ...config, network: withHardReset(config.network) };
      other = await Engine.create(await loop.device(), { config: hardConfig, memoryBudget });
      await other.writeParameters(await engine.readParameters());
      const goOn = () => false;
      const trained = await evaluateSamples(engine, reader, testSamples, goOn);
      const hard = await evaluateSamples(other, reader, testSamples, goOn);
      if (trained && hard) post({ type: 'drift', drift: compare(trained, hard), error: null });
    } catch (error) {
      // A lost device is brought back, and both are run anew.
      if (await loop.isLoss(error)) throw error;
      // A second network may not fit beside the first; the run itself is whole.
      post({ type: 'drift', drift: null, error: toErrorData(error) });
    } finally {
      other?.destroy();
    }
  },
};
