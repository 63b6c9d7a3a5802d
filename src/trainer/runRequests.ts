import { digestOf } from './engine.ts';
import { openKernelChooser } from './kernelRequests.ts';
import type { RequestHandler } from './requestHandler.ts';
import { createRun, restoreRun, rewindRun } from './run.ts';
import { RunKeeper } from './runKeeper.ts';
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
  withoutRun: true,
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
  withoutRun: true,
  async carryOut(loop, { config, dataset, memoryBudget, startWeights, keep, chooseKernels }) {
    loop.setStatus('preparing');
    loop.replaceRun(null);
    const keeper = keep ? await RunKeeper.open(keep.id) : null;
    try {
      const found = keep?.resume ? await keeper?.load(config, dataset.fingerprint) : undefined;
      const device = await loop.device();
      device.ledger.resetPeak();
      const kernels = chooseKernels ? await openKernelChooser(device, loop) : undefined;
      const run = await createRun(device, { config, dataset, memoryBudget, startWeights, kernels });
      run.keeper = keeper;
      loop.replaceRun(run);
      if (found?.notice) loop.post({ type: 'notice', problem: found.notice });
      if (found?.checkpoint) {
        run.checkpoint = found.checkpoint;
        await restoreRun(device, run);
        loop.postRestored();
      }
    } catch (error) {
      if (loop.hasRun) loop.replaceRun(null);
      else keeper?.close();
      throw error;
    }
    postPlan(loop);
    loop.setRestingStatus();
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
  withoutRun: true,
  async carryOut(loop) {
    // The loop itself says so, unless it was held when the request came.
    if (loop.status === 'running' || loop.status === 'evaluating') loop.setRestingStatus();
    await loop.checkpoint();
  },
};

export const rewind: RequestHandler<'rewind'> = {
  loop: 'stops',
  async carryOut(loop, { keep }) {
    const { run } = loop;
    await loop.checkpoint();
    if (keep) {
      run.keeper?.close();
      run.keeper = await RunKeeper.open(keep.id);
    }
    await rewindRun(run);
    loop.forgetLosses();
    loop.setRestingStatus();
  },
};

export const setLearningRate: RequestHandler<'setLearningRate'> = {
  loop: 'goesOn',
  carryOut(loop, { learningRate }) {
    loop.run.learningRate = learningRate;
    // A run that is brought back from an older state would take the new rate up too early.
    loop.wantCheckpoint();
  },
};

export const checkpoint: RequestHandler<'checkpoint'> = {
  loop: 'waits',
  carryOut: (loop) => loop.checkpoint(),
};

export const forgetKept: RequestHandler<'forgetKept'> = {
  loop: 'waits',
  carryOut({ run }) {
    run.keeper?.close();
    run.keeper = null;
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
  withoutRun: true,
  carryOut(loop) {
    loop.dispose();
    loop.setStatus('idle');
  },
};
