import { digestOf } from './engine.ts';
import type { RequestHandler } from './requestHandler.ts';
import { createRun, rewindRun } from './run.ts';
import type { TrainingLoop } from './trainingLoop.ts';

/** Says what the run's plan takes. */
export function postPlan({ run, post }: TrainingLoop): void {
  const { plan, peakBytes } = run.engine;
  const trained = plan.tensors.filter((tensor) => tensor.trainable);
  post({
    type: 'planned',
    forecastBytes: plan.peakBytes,
    measuredBytes: peakBytes,
    parameterCount: trained.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  });
}

export const connect: RequestHandler<'connect'> = {
  loop: 'goesOn',
  async carryOut(loop) {
    const { vendor, architecture, description, software, features, ...limits } = (await loop.device()).gpu;
    const { maxBufferSize, maxStorageBufferBindingSize } = limits;
    loop.post({
      type: 'adapter',
      adapter: {
        vendor,
        architecture,
        description,
        software,
        features,
        maxBufferSize,
        maxStorageBufferBindingSize,
      },
    });
  },
};

export const configure: RequestHandler<'configure'> = {
  loop: 'stops',
  async carryOut(loop, { config, dataset, memoryBudget, startWeights }) {
    loop.setStatus('preparing');
    loop.replaceRun(null);
    const device = await loop.device();
    device.ledger.resetPeak();
    loop.replaceRun(await createRun(device, { config, dataset, memoryBudget, startWeights }));
    postPlan(loop);
    loop.setStatus('ready');
  },
};

export const start: RequestHandler<'start'> = {
  loop: 'goesOn',
  carryOut(loop, { iterationLimit }) {
    loop.run.iterationLimit = iterationLimit ?? Number.POSITIVE_INFINITY;
    loop.start('run');
  },
};

export const step: RequestHandler<'step'> = {
  loop: 'goesOn',
  carryOut(loop) {
    loop.start('step');
  },
};

export const pause: RequestHandler<'pause'> = {
  loop: 'stops',
  carryOut(loop) {
    // The loop itself says so, unless it was held when the request came.
    if (loop.status === 'running' || loop.status === 'evaluating') loop.setStatus('paused');
  },
};

export const rewind: RequestHandler<'rewind'> = {
  loop: 'stops',
  async carryOut(loop) {
    await rewindRun(loop.run);
    loop.setStatus('ready');
  },
};

export const setLearningRate: RequestHandler<'setLearningRate'> = {
  loop: 'goesOn',
  carryOut(loop, { learningRate }) {
    loop.run.learningRate = learningRate;
  },
};

export const exportWeights: RequestHandler<'exportWeights'> = {
  loop: 'waits',
  async carryOut({ run, post }) {
    const tensors = await run.engine.readParameters();
    post({ type: 'weights', tensors, digest: digestOf(tensors) });
  },
};

export const dispose: RequestHandler<'dispose'> = {
  loop: 'stops',
  carryOut(loop) {
    loop.dispose();
    loop.setStatus('idle');
  },
};
