import { beforeEach, describe, expect, it } from 'vitest';
import { defaultSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { createMapper, type MapCell } from './mapCells.ts';
import { createMapClient, type MapView } from './mapClient.ts';
import type { MapJob, MapReply } from './mapMessages.ts';
import { shadeOf, summarizeMap } from './mapSummary.ts';
import { createMapWork } from './mapWork.ts';

const session = applySetting(
  applySetting(applySetting(defaultSession(), 'layers', '4C5s2-AP2-16FC'), 'T', 4),
  'k',
  2,
);
const pairOf = ({ truncationInterval, blockSize }: MapCell['schedule']) => [truncationInterval, blockSize];

interface FakeWorker {
  jobs: MapJob[];
  ended: boolean;
  answer: (reply: MapReply) => void;
  fail: (message: string) => void;
}
let workers: FakeWorker[];
let view: MapView;
let client: ReturnType<typeof createMapClient>;

beforeEach(() => {
  workers = [];
  client = createMapClient(
    () => {
      const listeners: Record<string, (event: never) => void> = {};
      const worker: FakeWorker = {
        jobs: [],
        ended: false,
        answer: (reply) => listeners.message({ data: reply } as never),
        fail: (message) => listeners.error({ message } as never),
      };
      workers.push(worker);
      return {
        postMessage: (job) => worker.jobs.push(job),
        addEventListener: (type: string, added: (event: never) => void) => {
          listeners[type] = added;
        },
        terminate: () => {
          worker.ended = true;
        },
      };
    },
    (next) => {
      view = next;
    },
  );
});

function answerAll(worker: FakeWorker): void {
  const job = worker.jobs[worker.jobs.length - 1];
  const map = createMapper(job);
  worker.answer({ id: job.id, cells: job.schedules.map(map) });
}

describe('the map from a worker', () => {
  it('asks for what is near the choice first, and only for what is not known', () => {
    client.ask({ session }, [1, 2, 4], [1, 2]);
    expect(workers[0].jobs[0].schedules.map(pairOf)[0]).toEqual([2, session.schedule.blockSize]);
    expect(workers[0].jobs[0].schedules).toHaveLength(6);
    answerAll(workers[0]);
    expect(view.cells.size).toBe(6);
    client.ask({ session: applySetting(session, 'k', 3) }, [1, 2, 3, 4], [1, 2]);
    expect(workers[0].jobs[1].schedules.map(pairOf).sort()).toEqual([
      [3, 1],
      [3, 2],
    ]);
    answerAll(workers[0]);
    expect(view.cells.size).toBe(8);
    client.ask({ session }, [1, 2, 4], [1, 2]);
    expect(workers).toHaveLength(1);
    expect(workers[0].jobs).toHaveLength(2);
  });

  it('begins anew, in a new worker, when other settings make another map', () => {
    client.ask({ session }, [1], [1]);
    answerAll(workers[0]);
    client.ask({ session: applySetting(session, 'batch', 9) }, [1], [1]);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    expect(view.cells.size).toBe(0);
    // What the old worker still had to say is of other settings.
    answerAll(workers[0]);
    expect(view.cells.size).toBe(0);
    answerAll(workers[1]);
    expect(view.cells.size).toBe(1);
  });

  it('says so when its worker stops, and the next question gets a new one', () => {
    client.ask({ session }, [1], [1]);
    workers[0].fail('no memory');
    expect(view.problem).toMatchObject({
      code: 'map-worker-failed',
      message: 'The map stopped: no memory.',
    });
    client.ask({ session }, [1], [1]);
    answerAll(workers[1]);
    expect(view).toMatchObject({ problem: null });
    expect(view.cells.size).toBe(1);
  });
});

describe('the work of the map worker', () => {
  const job = (id: number): MapJob => ({
    session,
    id,
    schedules: [1, 2, 4].map((truncationInterval) => ({ truncationInterval, blockSize: 1 })),
  });

  it('hands cells over as they come, and gives an older job up', async () => {
    const replies: MapReply[] = [];
    let clock = 0;
    const later: (() => Promise<void>)[] = [() => work(job(2))];
    const running: Promise<void>[] = [];
    const work = createMapWork(
      (reply) => replies.push(reply),
      async () => {
        const next = later.pop();
        if (next) running.push(next());
      },
      () => (clock += 100),
    );
    await work(job(1));
    await Promise.all(running);
    expect(replies.map(({ id, cells }) => [id, cells.length])).toEqual([
      [1, 1],
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
  });

  it('answers with the problem of settings that do not work out', async () => {
    const replies: MapReply[] = [];
    const work = createMapWork(
      (reply) => replies.push(reply),
      async () => {},
    );
    await work({ ...job(1), session: applySetting(session, 'layers', '6C40') });
    expect(replies).toMatchObject([{ cells: [], problem: { code: 'network-invalid' } }]);
  });
});

describe('the summary of a map', () => {
  const cell = (k: number, peakBytes: number | null, fom: number, fit: MapCell['fit']): MapCell => ({
    schedule: { truncationInterval: k, blockSize: 1 },
    peakBytes,
    fom,
    fit,
  });

  it('has the ends of the scale and the best choice that fits', () => {
    const cells = [cell(1, 100, 0.1, 'none'), cell(2, 400, 0.4, 'cut'), cell(3, null, 0.5, 'whole')];
    expect(summarizeMap(cells)).toEqual({
      range: { low: 100, high: 400 },
      best: { truncationInterval: 2, blockSize: 1 },
      known: 3,
    });
    expect(summarizeMap([])).toEqual({ range: null, best: null, known: 0 });
  });

  it('shades by ratio', () => {
    const range = { low: 100, high: 400 };
    expect([100, 200, 400].map((bytes) => shadeOf(bytes, range))).toEqual([0, 0.5, 1]);
    expect(shadeOf(5, { low: 5, high: 5 })).toBe(0);
  });
});
