import { toErrorData } from '../core/errors.ts';
import { measureAdapterLimits } from './adapterLimits.ts';
import { cutBatches, epochOrder } from './batches.ts';
import { restoreParameters, saveParameters } from './carryOver.ts';
import type { RunProfile } from './messages.ts';
import type { RequestHandler } from './requestHandler.ts';
import type { Run } from './run.ts';

/**
 * Times the passes of training iterations on the next batch of a run, and leaves the run as it was: weights, optimizer state
 * and counters are put back to the bit.
 */
export async function profileRun(run: Run, rounds: number): Promise<RunProfile> {
  const { engine, config, reader, trainSamples } = run;
  const batches = cutBatches(epochOrder(trainSamples, config.seed, run.epoch), config.batchSize);
  const augmentation = { spec: config.augmentation, seed: config.seed, epoch: run.epoch };
  const { input, labels } = await reader.read(batches[run.epochIteration] ?? batches[0], augmentation);
  const parameters = new Map<string, Uint8Array<ArrayBuffer>>();
  await saveParameters(engine, parameters);
  const flags = new Uint32Array(await engine.readBuffer('flags'));
  try {
    engine.writeBatch(input, labels);
    engine.beginIteration({ iteration: run.iteration, learningRate: 0, seed: config.seed });
    const passes = await engine.profile(rounds);
    return { iteration: run.iteration, rounds, passes, hasTimestamps: engine.hasTimestamps };
  } finally {
    restoreParameters(engine, parameters);
    engine.writeBuffer('flags', flags);
  }
}

export const profile: RequestHandler<'profile'> = {
  loop: 'waits',
  async carryOut(loop, { rounds }) {
    try {
      loop.post({ type: 'profile', profile: await profileRun(loop.run, rounds), error: null });
    } catch (error) {
      loop.post({ type: 'profile', profile: null, error: toErrorData(error) });
      // A lost GPU is the loop's business; everything else ends the profile and not the run.
      if (await loop.isLoss(error)) throw error;
    }
  },
};

export const measureAdapter: RequestHandler<'measureAdapter'> = {
  loop: 'waits',
  withoutRun: true,
  async carryOut(loop) {
    try {
      const limits = await measureAdapterLimits(await loop.device());
      loop.post({ type: 'adapterLimits', limits, error: null });
    } catch (error) {
      loop.post({ type: 'adapterLimits', limits: null, error: toErrorData(error) });
      if (await loop.isLoss(error)) throw error;
    }
  },
};
