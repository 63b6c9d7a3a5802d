import { describe, expect, it } from 'vitest';
import { DEFAULT_COST_OPTIONS } from '../../core/cost/costReport.ts';
import { defaultSession } from '../session.ts';
import { type CostWorkerPort, createCostClient } from './costClient.ts';
import { type CostWorkerReply, type CostWorkerRequest, doCostJob } from './costJobs.ts';
import { startingChoice } from './costQuestion.ts';

/** A worker that answers when it is told to. */
function fakeWorker() {
  const requests: CostWorkerRequest[] = [];
  let answer: (event: MessageEvent<CostWorkerReply>) => void = () => {};
  let fail: (event: { message: string }) => void = () => {};
  const port: CostWorkerPort = {
    postMessage: (request) => requests.push(request),
    addEventListener(type: 'message' | 'error', listener: never) {
      if (type === 'message') answer = listener;
      else fail = listener;
    },
    terminate() {},
  };
  return {
    port,
    requests,
    answer: (index: number) => answer({ data: doCostJob(requests[index]) } as MessageEvent<CostWorkerReply>),
    fail: (message: string) => fail({ message }),
  };
}

const session = defaultSession();
const job = (truncationInterval: number) => ({
  kind: 'report' as const,
  question: { preset: null, session, ...startingChoice(null, session), truncationInterval },
  options: DEFAULT_COST_OPTIONS,
  measuredBytes: null,
});

describe('the client of the cost worker', () => {
  it('gives every job its own answer, and problems as data', async () => {
    const worker = fakeWorker();
    const client = createCostClient(() => worker.port);
    const [first, second, third] = [4, 5, 99].map((k) => client.run<'report'>(job(k)));
    worker.answer(1);
    worker.answer(0);
    worker.answer(2);
    expect((await first).value?.schedule.truncationInterval).toBe(4);
    expect((await second).value?.schedule.truncationInterval).toBe(5);
    expect((await third).problem?.code).toBe('schedule-out-of-range');
  });

  it('says so when its worker stops, and starts another one', async () => {
    const workers = [fakeWorker(), fakeWorker()];
    let started = 0;
    const client = createCostClient(() => workers[started++].port);
    const lost = client.run<'report'>(job(4));
    workers[0].fail('out of memory');
    expect((await lost).problem).toMatchObject({
      code: 'cost-worker-failed',
      message: 'Counting the costs stopped: out of memory.',
    });
    const answered = client.run<'report'>(job(4));
    workers[1].answer(0);
    expect((await answered).value?.batchSize).toBe(32);
    expect(started).toBe(2);
  });
});
