import type { ErrorData } from '../../core/errors.ts';
import type { Outcome } from '../forecast.ts';
import type { CostJobs, CostKindOfJob, CostWorkerReply, CostWorkerRequest } from './costJobs.ts';

/** The part of a Worker that the client needs. */
export interface CostWorkerPort {
  postMessage(request: CostWorkerRequest): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<CostWorkerReply>) => void): void;
  addEventListener(type: 'error', listener: (event: { message: string }) => void): void;
  terminate(): void;
}

/** Counts costs in a worker: plans of deep networks take longer than a frame. */
export interface CostClient {
  /** Jobs are done one after the other; a failed worker is started anew by the next job. Never rejects. */
  run<Kind extends CostKindOfJob>(job: CostJobs[Kind]['job']): Promise<Outcome<CostJobs[Kind]['result']>>;
  /** Pending jobs are never answered. */
  dispose(): void;
}

/** @param startWorker Starts costWorker.ts, or a stand-in; called at the first job. */
export function createCostClient(startWorker: () => CostWorkerPort): CostClient {
  let worker: CostWorkerPort | null = null;
  let nextId = 1;
  // The worker answers a job with that job's result, which the types of the maps cannot say.
  const waiting = new Map<number, (outcome: Outcome<never>) => void>();

  function start(): CostWorkerPort {
    const started = startWorker();
    started.addEventListener('message', ({ data }) => {
      const { id, ...outcome } = data;
      waiting.get(id)?.(outcome as Outcome<never>);
      waiting.delete(id);
    });
    started.addEventListener('error', ({ message }) => {
      if (started !== worker) return;
      worker = null;
      started.terminate();
      const problem: ErrorData = {
        code: 'cost-worker-failed',
        message: `Counting the costs stopped: ${message || 'its worker could not be started'}.`,
        hint: 'Reload the page.',
      };
      for (const answer of waiting.values()) answer({ problem });
      waiting.clear();
    });
    return started;
  }

  return {
    run(job) {
      worker ??= start();
      const id = nextId++;
      const port = worker;
      return new Promise((resolve) => {
        waiting.set(id, resolve as (outcome: Outcome<never>) => void);
        port.postMessage({ id, job });
      });
    },
    dispose() {
      worker?.terminate();
      worker = null;
      waiting.clear();
    },
  };
}
