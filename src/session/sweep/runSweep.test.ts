import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { pointCosts } from './pointCosts.ts';
import { createSweepRunner, type SweepPorts } from './runSweep.ts';
import type { SweepTask } from './settleSweep.ts';
import { SWEEP_COLUMNS, sweepCsv } from './sweepCsv.ts';
import type { SweepSpec } from './sweepSpec.ts';
import {
  createSweep,
  moveCell,
  removeCell,
  restoreSweep,
  type SweepState,
  storeSweep,
} from './sweepState.ts';
import { type AccuracyRule, fakeResult, smallSweep } from './testSupport.ts';

const rule: AccuracyRule = (k, n) => 0.6 + 0.05 * Math.log2(k) + (n === 1 ? 0.02 : 0);

/** Ports that answer at once; `until` stops the process, as a kill does, when so many runs were trained. */
function fakePorts(
  until = Number.POSITIVE_INFINITY,
  fail: (task: SweepTask) => AppError | null = () => null,
) {
  const trained: string[] = [];
  const stored: { text: string } = { text: '' };
  const ports: SweepPorts = {
    train(task) {
      const isKilled = trained.length >= until;
      trained.push(`${task.record.cell.id} ${task.epochs}`);
      const problem = fail(task);
      return {
        result: isKilled
          ? new Promise(() => {})
          : problem
            ? Promise.reject(problem)
            : Promise.resolve(fakeResult(task, rule)),
        pause() {},
        resume() {},
        cancel: async () => {},
      };
    },
    save: async (state) => {
      stored.text = JSON.stringify(storeSweep(state));
    },
    onChange() {},
  };
  return { ports, trained, stored };
}

// Costs depend on the grid alone, which all sweeps here share.
const costs = pointCosts(smallSweep());

async function runToEnd(spec: SweepSpec, start: SweepState = createSweep(spec)) {
  const { ports, trained } = fakePorts();
  const runner = createSweepRunner(start, costs, ports);
  await runner.start();
  return { csv: sweepCsv(runner.state(), costs), trained, state: runner.state() };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe.each<[string, Partial<SweepSpec>]>([
  ['a plain sweep', {}],
  ['a sweep with early stopping', { halving: { factor: 2, firstEpochs: 2 } }],
  ['a search', { search: { maxPoints: 6 } }],
])('%s', (_, fields) => {
  const spec = smallSweep(fields);

  it('ends with the same CSV wherever it is killed and run again', async () => {
    const whole = await runToEnd(spec);
    expect(whole.trained.length).toBeGreaterThan(3);
    for (let until = 0; until < whole.trained.length; until++) {
      const { ports, stored } = fakePorts(until);
      const killed = createSweepRunner(createSweep(spec), costs, ports);
      void killed.start();
      await settled();
      // Nothing was stored before the first run ended.
      const start = stored.text === '' ? createSweep(spec) : restoreSweep(JSON.parse(stored.text));
      const again = await runToEnd(spec, start);
      expect(again.csv, `killed after ${until} runs`).toBe(whole.csv);
      expect(again.trained).toEqual(whole.trained.slice(until));
    }
  });
});

describe('the CSV of a sweep', () => {
  it('has the columns that claims read, costs of every run, and the seconds last', async () => {
    const { csv, state } = await runToEnd(smallSweep());
    const [head, first] = csv.split('\n').map((line) => line.split(','));
    expect(head).toEqual([...SWEEP_COLUMNS]);
    expect(head.at(-1)).toBe('seconds');
    const { result } = state.cells[0];
    const row = Object.fromEntries(head.map((name, i) => [name, first[i]]));
    expect(row).toMatchObject({
      k: '4',
      n: '2',
      seed: '1',
      status: 'done',
      figureOfMerit: expect.stringMatching(/^(1\.0|0\.9)/),
    });
    expect(Number(row.testAccuracy)).toBe(result?.testAccuracy);
    expect(row.accuracyByEpoch.split(' ')).toHaveLength(8);
    const unfinished = sweepCsv(createSweep(smallSweep()), costs);
    expect(unfinished.split('\n')[1]).toMatch(
      /^4,2,trainable,interval,1,waiting,0,,,,,,,,\d+,\d+,\d+,\d+,\d+,1,,,,$/,
    );
  });
});

describe('the runner', () => {
  const spec = smallSweep();

  it('marks a run that fails and goes on', async () => {
    const broken = 'k2-n2-trainable-interval-s1';
    const { ports, trained } = fakePorts(Number.POSITIVE_INFINITY, ({ record }) =>
      record.cell.id === broken ? new AppError('gpu-error', 'Too large.', 'Smaller.') : null,
    );
    const runner = createSweepRunner(createSweep(spec), costs, ports);
    await runner.start();
    expect(trained).toHaveLength(12);
    const record = runner.state().cells.find(({ cell }) => cell.id === broken);
    expect(record).toMatchObject({ status: 'failed', problem: { code: 'gpu-error', hint: 'Smaller.' } });
    expect(sweepCsv(runner.state(), costs)).toContain('gpu-error: Too large.');
  });

  it('stops at an error that no run could survive, with nothing lost', async () => {
    const { ports, trained } = fakePorts(Number.POSITIVE_INFINITY, () =>
      trained.length > 2 ? new AppError('device-lost', 'Lost.') : null,
    );
    const runner = createSweepRunner(createSweep(spec), costs, ports);
    await expect(runner.start()).rejects.toMatchObject({ code: 'device-lost' });
    expect(trained).toHaveLength(3);
    expect(
      runner
        .state()
        .cells.map(({ status }) => status)
        .slice(0, 4),
    ).toEqual(['done', 'done', 'waiting', 'waiting']);
    expect(runner.activity()).toBe('idle');
  });

  /** A trainer that finishes a run when it is told to. */
  function handTrainer() {
    const calls: string[] = [];
    let finish: () => void = () => {};
    const ports: SweepPorts = {
      train(task) {
        calls.push(`train ${task.record.cell.id}`);
        return {
          result: new Promise((resolve) => {
            finish = () => resolve(fakeResult(task, rule));
          }),
          pause: () => calls.push('pause'),
          resume: () => calls.push('resume'),
          cancel: async () => void calls.push('cancel'),
        };
      },
      save: async () => {},
      onChange() {},
    };
    return { ports, calls, finish: () => finish() };
  }

  it('holds a run where it stands and goes on with it', async () => {
    const { ports, calls, finish } = handTrainer();
    const runner = createSweepRunner(createSweep(spec), costs, ports);
    void runner.start();
    await settled();
    runner.pause();
    expect(runner.activity()).toBe('paused');
    void runner.start();
    expect(runner.activity()).toBe('running');
    finish();
    await settled();
    const [first, second] = createSweep(spec).queue;
    expect(calls).toEqual([`train ${first}`, 'pause', 'resume', `train ${second}`]);
  });

  it('gives a run up when it is stopped, and trains it again later', async () => {
    const { ports, calls } = handTrainer();
    const runner = createSweepRunner(createSweep(spec), costs, ports);
    const ended = runner.start();
    await settled();
    await runner.stop();
    await ended;
    expect(runner.activity()).toBe('idle');
    expect(runner.state()).toEqual(createSweep(spec));
    void runner.start();
    await settled();
    const [first] = createSweep(spec).queue;
    expect(calls).toEqual([`train ${first}`, 'cancel', `train ${first}`]);
  });

  it('follows changes of the queue while it trains: the run under way is given up when it is removed', async () => {
    const { ports, calls, finish } = handTrainer();
    const runner = createSweepRunner(createSweep(spec), costs, ports);
    void runner.start();
    await settled();
    const [first, second, third, fourth] = createSweep(spec).queue;
    runner.change((state) => moveCell(state, fourth, Number.NEGATIVE_INFINITY));
    runner.change((state) => removeCell(state, second));
    runner.change((state) => removeCell(state, first));
    await settled();
    expect(calls).toEqual([`train ${first}`, 'cancel', `train ${fourth}`]);
    finish();
    await settled();
    expect(calls.at(-1)).toBe(`train ${third}`);
    expect(runner.state().cells[0].status).toBe('removed');
    await runner.stop();
  });
});
