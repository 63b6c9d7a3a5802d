import { restoreParameters, saveParameters } from './carryOver.ts';
import { Engine } from './engine.ts';
import type { RequestHandler } from './requestHandler.ts';
import { newMeter, writeInitialWeights } from './run.ts';
import { postPlan } from './runRequests.ts';

/** New (k, n) in the middle of a run: weights and optimizer state stay, classifiers keep the layer they sit on. */
export const setSchedule: RequestHandler<'setSchedule'> = {
  loop: 'waits',
  async carryOut(loop, { schedule }) {
    const { run } = loop;
    const device = await loop.device();
    const config = { ...run.config, schedule };
    const { updates } = run.engine;
    await saveParameters(run.engine, run.store);
    // Given back before the new plan allocates: the peak is that of the larger plan, not of both.
    run.engine.destroy();
    device.ledger.resetPeak();
    run.engine = await Engine.create(device, { config, memoryBudget: run.memoryBudget });
    run.config = config;
    await writeInitialWeights(run);
    restoreParameters(run.engine, run.store);
    run.engine.updates = updates;
    run.meter = newMeter(run.engine);
    postPlan(loop);
    if (!loop.goesOn) loop.setStatus(run.iteration > 0 ? 'paused' : 'ready');
  },
};
