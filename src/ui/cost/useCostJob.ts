import { useEffect, useRef, useState } from 'react';
import type { ErrorData } from '../../core/errors.ts';
import { type CostClient, createCostClient } from '../../session/cost/costClient.ts';
import type { CostJobs, CostKindOfJob } from '../../session/cost/costJobs.ts';

let shared: { client: CostClient; users: number } | null = null;

/** One worker for all cost panels, as long as one of them is shown. */
function useCostClient(): { current: CostClient | null } {
  const client = useRef<CostClient>(null);
  useEffect(() => {
    shared ??= {
      client: createCostClient(
        () => new Worker(new URL('../../session/cost/costWorker.ts', import.meta.url), { type: 'module' }),
      ),
      users: 0,
    };
    shared.users++;
    client.current = shared.client;
    return () => {
      client.current = null;
      if (!shared || --shared.users > 0) return;
      shared.client.dispose();
      shared = null;
    };
  }, []);
  return client;
}

/** The newest answer, which may still be that of the job before. */
export interface CostAnswer<Result> {
  result: Result | null;
  problem: ErrorData | null;
  isPending: boolean;
}

/**
 * Has a job done in the cost worker whenever it changes.
 * @param job Compared by identity: keep it in useMemo.
 */
export function useCostJob<Kind extends CostKindOfJob>(
  job: CostJobs[Kind]['job'],
): CostAnswer<CostJobs[Kind]['result']> {
  const client = useCostClient();
  const [answer, setAnswer] = useState<{
    job: CostJobs[Kind]['job'];
    result: CostJobs[Kind]['result'] | null;
    problem: ErrorData | null;
  } | null>(null);

  useEffect(() => {
    let isStale = false;
    void client.current?.run<Kind>(job).then((outcome) => {
      if (isStale) return;
      // What was shown stays until there is something better; a problem stands beside it.
      if (outcome.problem)
        setAnswer((before) => ({ job, result: before?.result ?? null, problem: outcome.problem }));
      else setAnswer({ job, result: outcome.value ?? null, problem: null });
    });
    return () => {
      isStale = true;
    };
  }, [client, job]);

  return {
    result: answer?.result ?? null,
    problem: answer?.problem ?? null,
    isPending: answer?.job !== job,
  };
}
