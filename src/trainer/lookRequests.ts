import { toErrorData } from '../core/errors.ts';
import type { TrainerRequest } from './messages.ts';
import { inspectSample as inspect } from './probe.ts';
import type { RequestHandler } from './requestHandler.ts';
import { picturesOf } from './samplePictures.ts';
import type { TrainingLoop } from './trainingLoop.ts';

// Requests that look at the run without changing it. What goes wrong in one of them does not end the run.

function looking<Type extends TrainerRequest['type']>(handler: RequestHandler<Type>): RequestHandler<Type> {
  return {
    loop: handler.loop,
    async carryOut(loop: TrainingLoop, request) {
      try {
        await handler.carryOut(loop, request);
      } catch (error) {
        loop.post({ type: 'inspectionFailed', error: toErrorData(error) });
      }
    },
  };
}

export const inspectSample = looking<'inspectSample'>({
  loop: 'waits',
  async carryOut({ run, post }, request) {
    const { engine, reader, dataset, iteration, epoch } = run;
    const seen = await inspect(engine, reader, dataset, request);
    post({ type: 'inspection', inspection: { iteration, epoch, ...seen } });
  },
});

export const pictureSamples = looking<'pictureSamples'>({
  loop: 'goesOn',
  async carryOut({ run, post }, { samples }) {
    post({ type: 'pictures', pictures: await picturesOf(run.dataset, samples) });
  },
});
