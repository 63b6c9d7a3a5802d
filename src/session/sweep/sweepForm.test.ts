import { describe, expect, it } from 'vitest';
import { applySetting } from '../sessionFields.ts';
import { pointCosts } from './pointCosts.ts';
import { forecastSweep, measuredRate, secondsLeft } from './sweepEstimate.ts';
import { type SweepForm, startingForm, sweepOfForm } from './sweepForm.ts';
import { createSweep, finishCell } from './sweepState.ts';
import { fakeResult, smallBase, smallSweep } from './testSupport.ts';

const session = smallBase();
const form = startingForm(session);
const made = (fields: Partial<SweepForm>) => sweepOfForm({ ...form, ...fields }, session);

describe('the form of a sweep', () => {
  it('starts with a grid that the session can train: both ends of k and n, three seeds', () => {
    const { value } = sweepOfForm(form, session);
    expect(value?.axes).toEqual({
      truncationInterval: [4, 1],
      blockSize: [2, 1],
      classifier: ['trainable'],
      update: ['interval'],
      seed: [1, 2, 3],
    });
    expect(value?.base).toEqual(session);
  });

  it('reads lists however they are separated, and a limit in MiB', () => {
    const { value } = made({ k: ' 4;3  2,1 ', seedCount: '2', firstSeed: '7', memoryLimit: '0.5' });
    expect(value?.axes).toMatchObject({ truncationInterval: [4, 3, 2, 1], seed: [7, 8] });
    expect(value?.memoryLimit).toBe(524_288);
    expect(made({ method: 'search', maxPoints: '3' }).value?.search).toEqual({ maxPoints: 3 });
    expect(made({ method: 'halving' }).value?.halving).toEqual({ factor: 3, firstEpochs: 1 });
  });

  it.each<[Partial<SweepForm>, string]>([
    [{ k: '' }, 'k is empty; allowed is a list of whole numbers.'],
    [{ k: '4, x' }, 'k is "4, x"'],
    [{ k: '5' }, 'k = 5, n = 2 cannot be trained'],
    [{ n: '1 1' }, 'axes.blockSize'],
    [{ seedCount: '0' }, 'The number of seeds is 0'],
    [{ firstSeed: '-1' }, 'The first seed is -1'],
    [{ memoryLimit: 'much' }, 'The memory limit is much'],
    [{ method: 'halving', firstEpochs: '8' }, 'cut after 8 epochs'],
    [{ method: 'search', maxPoints: '' }, 'The number of points is empty'],
  ])('says what is wrong with %j', (fields, message) => {
    expect(made(fields).problem?.message).toContain(message);
  });

  it('says so where the network does not work out', () => {
    const broken = applySetting(session, 'layers', '4C40-12FC');
    expect(sweepOfForm(startingForm(broken), broken).problem?.message).toContain('cannot be trained');
  });
});

describe('the forecast of a sweep', () => {
  const spec = smallSweep();
  const costs = pointCosts(spec);
  const batches = Math.ceil(spec.base.data.trainCount / spec.base.batchSize);
  const operations = (i: number) => (costs[i].additions + costs[i].macs) * batches;

  it('counts runs, epochs, time and memory of a whole grid', () => {
    const forecast = forecastSweep(spec, costs, 1000);
    expect(forecast).toMatchObject({ points: 6, pointsAboveLimit: 0, runs: 12, epochs: 96 });
    const sum = costs.reduce((total, _, i) => total + operations(i), 0);
    expect(forecast.seconds).toBeCloseTo((2 * 8 * sum) / 1000, 6);
    expect(forecast.peakBytes).toBe(Math.max(...costs.map(({ planBytes }) => planBytes)));
  });

  it('leaves out what is above the limit, what a search may not try, and what is stopped early', () => {
    const bytes = costs.map(({ planBytes }) => planBytes).sort((a, b) => a - b);
    const limited = forecastSweep({ ...spec, memoryLimit: bytes[1] }, costs, 1000);
    expect(limited).toMatchObject({ pointsAboveLimit: 4, runs: 4, peakBytes: bytes[1] });
    expect(forecastSweep({ ...spec, search: { maxPoints: 2 } }, costs, 1000).runs).toBe(4);
    const halved = forecastSweep({ ...spec, halving: { factor: 3, firstEpochs: 1 } }, costs, 1000);
    // Six points for 1 epoch, three (one may be the reference) for 3, two for 8; two seeds each.
    expect(halved.epochs).toBe(2 * (6 * 1 + 3 * 3 + 2 * 8));
  });

  it('learns how fast the machine is from the runs that have ended', () => {
    const start = createSweep(spec);
    expect(measuredRate(start, costs)).toBeNull();
    expect(secondsLeft(start, costs)).toBeNull();
    const [record] = start.cells;
    const result = { ...fakeResult({ record, epochs: 8 }, () => 0.5), seconds: 4 };
    const state = finishCell(start, record.cell.id, result);
    expect(measuredRate(state, costs)).toBeCloseTo((8 * operations(0)) / 4, 6);
    const all = costs.reduce((total, _, i) => total + 2 * operations(i), 0);
    expect(secondsLeft(state, costs)).toBeCloseTo((4 * (all - operations(0))) / operations(0), 6);
  });
});
