import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { createMemoryRecords } from '../../storage/recordStore.ts';
import type { TrainerMessage, TrainerRequest } from '../../trainer/messages.ts';
import { expectedMeta, type Session } from '../session.ts';
import { pointCosts } from './pointCosts.ts';
import { createSweepActions, type SweepEnvironment } from './sweepActions.ts';
import { sweepCsv } from './sweepCsv.ts';
import { storeSweep } from './sweepState.ts';
import { createSweepStore } from './sweepStore.ts';
import { smallSweep } from './testSupport.ts';

const FINGERPRINT = 'c'.repeat(64);
const spec = smallSweep();
const costs = pointCosts(spec);
const ids = ['k4-n2-trainable-interval-s1', 'k4-n2-trainable-interval-s2', 'k4-n1-trainable-interval-s1'];

/** A page around the sweep. Its trainer finishes runs at once, until `hold` is set. */
function page(records = createMemoryRecords(), fields: Partial<SweepEnvironment> = {}) {
  const log: string[] = [];
  const opened: Session[] = [];
  const trained: Session['seed'][] = [];
  const hold = { after: Number.POSITIVE_INFINITY };
  let listener: (message: TrainerMessage) => void = () => {};
  let config: Extract<TrainerRequest, { type: 'configure' }>['config'] | null = null;
  const say = (message: TrainerMessage) => setTimeout(() => listener(message));
  const environment: SweepEnvironment = {
    trainer: {
      onMessage(next) {
        listener = next;
      },
      post(request) {
        if (request.type === 'configure') {
          ({ config } = request);
          say({ type: 'planned', forecastBytes: 1, measuredBytes: 900, parameterCount: 1 });
        }
        if (request.type === 'rewind') say({ type: 'status', status: 'ready' });
        if (request.type !== 'start' || !config) return;
        if (trained.length >= hold.after) return;
        trained.push(config.seed);
        const accuracy = 0.3 + 0.05 * config.schedule.truncationInterval + 0.01 * config.seed;
        for (let epoch = 1; epoch <= config.epochs; epoch++)
          say({
            type: 'epoch',
            metrics: {
              epoch,
              trainAccuracyPerBlock: [accuracy],
              trainSamplesEvaluated: 1,
              testAccuracyPerBlock: [accuracy],
              testSamples: 20,
              earlyReadout: [],
              loss: 0.1,
              lossPerBlock: [0.1],
              seconds: 1,
              firingRates: [],
              digest: 'd'.repeat(64),
            },
          } as TrainerMessage);
        say({ type: 'status', status: 'finished' });
      },
    },
    takeTrainer: () => log.push('take'),
    giveTrainerBack: () => log.push('give back'),
    openData: async (base) => ({
      base,
      dataset: { fingerprint: FINGERPRINT } as never,
      meta: expectedMeta(base),
    }),
    countCosts: async () => costs,
    records,
    alone: (work) => work(),
    openSession: (session) => opened.push(session),
    shareFragment: async () => true,
    ...fields,
  };
  const store = createSweepStore();
  return { actions: createSweepActions(store, environment), store, log, opened, trained, hold, records };
}

const doneOf = ({ store }: ReturnType<typeof page>) =>
  store.getState().sweep?.cells.filter(({ status }) => status === 'done').length;
const csvOf = ({ store }: ReturnType<typeof page>) => {
  const { sweep } = store.getState();
  return sweep ? sweepCsv(sweep, costs) : '';
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('the sweep of the page', () => {
  it('trains from beginning to end, taking the trainer and giving it back', async () => {
    const one = page();
    await one.actions.create(spec);
    expect(one.log).toEqual([]);
    await one.actions.start();
    expect(doneOf(one)).toBe(12);
    expect(one.log).toEqual(['take', 'give back']);
    expect(one.store.getState()).toMatchObject({ activity: 'idle', progress: null, problem: null });
    expect(one.store.getState().sweep?.fingerprint).toBe(FINGERPRINT);
  });

  it('survives a reload in the middle, and ends with the same CSV', async () => {
    const whole = page();
    await whole.actions.create(spec);
    await whole.actions.start();

    const before = page();
    before.hold.after = 5;
    await before.actions.create(spec);
    void before.actions.start();
    await until(() => doneOf(before) === 5);
    // The page is gone; what it stored is all there is.
    const after = page(before.records);
    await after.actions.restore();
    expect(after.store.getState().activity).toBe('idle');
    expect(doneOf(after)).toBe(5);
    await after.actions.start();
    expect(after.trained).toHaveLength(7);
    expect(csvOf(after)).toBe(csvOf(whole));
  });

  it('does not go on with other recordings', async () => {
    const first = page();
    first.hold.after = 1;
    await first.actions.create(spec);
    void first.actions.start();
    await until(() => doneOf(first) === 1);
    const other = page(first.records, {
      openData: async (base) => ({
        base,
        dataset: { fingerprint: 'e'.repeat(64) } as never,
        meta: expectedMeta(base),
      }),
    });
    await other.actions.restore();
    await other.actions.start();
    expect(other.store.getState()).toMatchObject({
      activity: 'idle',
      problem: { code: 'sweep-data-differs' },
    });
    expect(other.trained).toEqual([]);
  });

  it('gives way to the page when it is paused, and trains the run again that was cut', async () => {
    const one = page();
    one.hold.after = 2;
    await one.actions.create(spec);
    void one.actions.start();
    await until(() => doneOf(one) === 2);
    expect(await one.actions.yieldTrainer()).toMatchObject({ code: 'sweep-is-training' });
    one.actions.pause();
    expect(one.store.getState().activity).toBe('paused');
    expect(await one.actions.yieldTrainer()).toBeNull();
    expect(one.log).toEqual(['take', 'give back']);
    expect(one.store.getState().activity).toBe('idle');
    one.hold.after = Number.POSITIVE_INFINITY;
    await one.actions.start();
    expect(doneOf(one)).toBe(12);
  });

  it('stores what the visitor does to the queue while nothing runs', async () => {
    const one = page();
    await one.actions.create(spec);
    one.actions.remove(ids[0]);
    one.actions.move(ids[2], Number.NEGATIVE_INFINITY);
    await until(() => one.records.records.size === 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const again = page(one.records);
    await again.actions.restore();
    expect(again.store.getState().sweep?.cells[0].status).toBe('removed');
    expect(again.store.getState().sweep?.queue.slice(0, 3)).toEqual([ids[0], ids[2], ids[1]]);
    again.actions.putBack(ids[0]);
    await again.actions.start();
    expect(doneOf(again)).toBe(12);
  });

  it('shows the sweep of a link without touching the visitor’s own', async () => {
    const own = page();
    await own.actions.create(spec);
    await own.actions.start();
    const link = (await own.actions.share())?.fragment ?? '';

    const other = smallSweep({ name: 'mine', axes: { ...spec.axes, seed: [9] } });
    const guest = page(undefined, { countCosts: async (each) => pointCosts(each) });
    await guest.actions.create(other);
    await guest.actions.openLink(`#${link}`);
    expect(guest.store.getState()).toMatchObject({ isGuest: true });
    expect(doneOf(guest)).toBe(12);
    await guest.actions.start();
    expect(guest.log).toEqual([]);
    await guest.actions.closeGuest();
    expect(guest.store.getState()).toMatchObject({ isGuest: false, sweep: { spec: { name: 'mine' } } });
    await guest.actions.openLink(`#${link}`);
    await guest.actions.keepGuest();
    const later = page(guest.records);
    await later.actions.restore();
    expect(doneOf(later)).toBe(12);

    await later.actions.openLink('#v=1&sweep=AAAA');
    expect(later.store.getState().problem?.code).toBe('sweep-link-damaged');
    expect(doneOf(later)).toBe(12);
  });

  it('takes over files: a sweep to be trained, or one with the results of the command', async () => {
    const own = page();
    await own.actions.create(spec);
    await own.actions.start();
    const { sweep } = own.store.getState();
    const results = JSON.stringify(sweep && storeSweep(sweep));

    const one = page(undefined, { countCosts: async (each) => pointCosts(each) });
    await one.actions.openFile(
      JSON.stringify({ base: { T: 4, dt: 75_000, layers: '4C5s2-AP2-12FC' }, axes: { k: [4, 1], n: [1] } }),
    );
    expect(one.store.getState()).toMatchObject({
      isGuest: false,
      activity: 'idle',
      sweep: { queue: { length: 2 } },
    });
    await one.actions.openFile(results);
    expect(one.store.getState().isGuest).toBe(true);
    expect(doneOf(one)).toBe(12);
    for (const [text, message] of [
      ['k,n\n1,1', 'The file holds no sweep'],
      ['{"axes":{"k":[99]}}', 'k = 99'],
      ['{"cells":[]}', 'The stored sweep cannot be read'],
    ]) {
      await one.actions.openFile(text);
      expect(one.store.getState().problem?.message).toContain(message);
      expect(doneOf(one)).toBe(12);
    }
  });

  it('opens a run as the session that trains to the same bits', async () => {
    const one = page();
    await one.actions.create(spec);
    const record = one.store.getState().sweep?.cells[7];
    if (record) one.actions.openCell(record.cell);
    expect(one.opened).toMatchObject([
      { schedule: { truncationInterval: 2, blockSize: 1 }, seed: 2, epochs: spec.base.epochs },
    ]);
  });

  it('says what is wrong and goes on: storage that is full, another tab, files that are gone', async () => {
    const full = createMemoryRecords();
    full.set = async () => {
      throw new AppError('storage-full', 'No space.');
    };
    const one = page(full);
    await one.actions.create(spec);
    await one.actions.start();
    expect(doneOf(one)).toBe(12);
    expect(one.store.getState().problem?.code).toBe('storage-full');

    const busy = page(undefined, {
      alone: () => Promise.reject(new AppError('sweep-elsewhere', 'Another tab.')),
    });
    await busy.actions.create(spec);
    await busy.actions.start();
    expect(busy.store.getState()).toMatchObject({ activity: 'idle', problem: { code: 'sweep-elsewhere' } });

    const gone = page(undefined, { openData: () => Promise.reject(new AppError('no-recordings', 'Gone.')) });
    await gone.actions.create(spec);
    await gone.actions.start();
    expect(gone.store.getState()).toMatchObject({ activity: 'idle', problem: { code: 'no-recordings' } });
    gone.actions.dismissProblem();
    expect(gone.store.getState().problem).toBeNull();
    await gone.actions.discard();
    expect(gone.store.getState().sweep).toBeNull();
    expect(gone.records.records.size).toBe(0);
  });
});
