import { type CostWorkerRequest, doCostJob } from './costJobs.ts';

self.addEventListener('message', ({ data }: MessageEvent<CostWorkerRequest>) => {
  self.postMessage(doCostJob(data));
});
