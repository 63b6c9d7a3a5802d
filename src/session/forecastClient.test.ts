import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createForecastClient, type ForecastClient } from './forecastClient.ts';
import type { ForecastReply, ForecastRequest } from './forecastMessages.ts';
import { defaultSession } from './session.ts';

const request = (memoryBudget: number): ForecastRequest => ({ session: defaultSession(), memoryBudget });
const reply = (full: number): ForecastReply => ({
  current: { problem: { code: 'x', message: '', hint: '' } },
  full: { value: full },
});

let workers: {
  asked: (number | undefined)[];
  ended: boolean;
  answer: (full: number) => void;
  fail: (message: string) => void;
}[];
let answers: [number | undefined, number | string | undefined][];
let client: ForecastClient;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  answers = [];
  client = createForecastClient(
    () => {
      const listeners: Record<string, (event: never) => void> = {};
      const worker = {
        asked: [] as (number | undefined)[],
        ended: false,
        answer: (full: number) => listeners.message({ data: reply(full) } as never),
        fail: (message: string) => listeners.error({ message } as never),
      };
      workers.push(worker);
      return {
        postMessage: ({ memoryBudget }) => worker.asked.push(memoryBudget),
        addEventListener: (type: string, added: (event: never) => void) => {
          listeners[type] = added;
        },
        terminate: () => {
          worker.ended = true;
        },
      };
    },
    ({ full }, { memoryBudget }) => answers.push([memoryBudget, full.value ?? full.problem?.code]),
  );
});

afterEach(() => vi.useRealTimers());

describe('forecasts from a worker', () => {
  it('are asked for one at a time; of those that wait only the newest is', () => {
    for (const budget of [1, 2, 3]) client.ask(request(budget));
    expect(workers[0].asked).toEqual([1]);
    workers[0].answer(10);
    expect(workers[0].asked).toEqual([1, 3]);
    workers[0].answer(30);
    expect(answers).toEqual([
      [1, 10],
      [3, 30],
    ]);
    expect(workers).toHaveLength(1);
  });

  it('are given up when they take long and a newer one is wanted, whichever happens first', () => {
    client.ask(request(1));
    vi.advanceTimersByTime(400);
    expect(workers[0].ended).toBe(false);
    client.ask(request(2));
    expect(workers.map(({ asked, ended }) => [asked, ended])).toEqual([
      [[1], true],
      [[2], false],
    ]);
    client.ask(request(3));
    vi.advanceTimersByTime(400);
    expect(workers.map(({ ended }) => ended)).toEqual([true, true, false]);
    workers[0].answer(10);
    expect(answers).toEqual([]);
    workers[2].answer(30);
    expect(answers).toEqual([[3, 30]]);
  });

  it('say so when the worker fails, and the next one gets a new worker', () => {
    client.ask(request(1));
    client.ask(request(2));
    workers[0].fail('no memory');
    expect(answers).toEqual([[1, 'forecast-worker-failed']]);
    workers[1].answer(20);
    expect(answers[1]).toEqual([2, 20]);
  });

  it('end with their client', () => {
    client.ask(request(1));
    client.dispose();
    workers[0].answer(10);
    expect(workers[0].ended).toBe(true);
    expect(answers).toEqual([]);
  });
});
