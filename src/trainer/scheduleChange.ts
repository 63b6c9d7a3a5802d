import { captureCheckpoint } from './checkpoint.ts';
import type { RequestHandler } from './requestHandler.ts';
import { restoreRun } from './run.ts';
import { postPlan } from './runRequests.ts';

/** New (k, n) in the middle of a run: weights and optimizer state stay, classifiers keep the layer they sit on. */
export const setSchedule: RequestHandler<'setSchedule'> = {
  loop: 'waits',
  async carryOut(loop, { schedule }) {
    const { run } = loop;
    const before = await captureCheckpoint(run);
    try {
      run.checkpoint = { ...before, schedule };
      await restoreRun(await loop.device(), run);
    } catch (error) {
      // The plan of before fits, and everything that it needs is here.
      run.checkpoint = before;
      throw error;
    }
    postPlan(loop);
    if (!loop.goesOn) loop.setRestingStatus();
  },
};
