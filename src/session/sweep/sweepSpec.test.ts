import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { encodeLink } from '../linkCodec.ts';
import { defaultSession } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { cellSession, newSweep, parseSweep, SWEEP_LIMITS, sweepCells, sweepPoints } from './sweepSpec.ts';

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing was refused';
}

describe('a sweep file', () => {
  it('takes settings, axes by short name or path, and defaults for the rest', () => {
    const spec = parseSweep({
      base: { data: 'movingGestures', T: 12, epochs: 3 },
      axes: { k: [1, 12], 'schedule.blockSize': [1, 4], classifier: ['trainable', 'random'], seed: [0, 7] },
    });
    expect(spec.base.data).toMatchObject({ source: 'movingGestures', classCount: 8 });
    expect(spec.axes).toEqual({
      truncationInterval: [1, 12],
      blockSize: [1, 4],
      classifier: ['trainable', 'random'],
      update: ['interval'],
      seed: [0, 7],
    });
    expect([spec.halving, spec.memoryLimit, spec.search]).toEqual([null, null, null]);
    expect(parseSweep(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it('takes a share link as its base', () => {
    const base = applySetting(defaultSession(), 'beta', 0.9);
    expect(parseSweep({ base: `https://x.test/#${encodeLink(base)}` }).base).toEqual(base);
  });

  it('has one run where nothing is swept', () => {
    const spec = parseSweep({});
    expect(spec).toEqual(newSweep(defaultSession()));
    expect(sweepCells(spec).map(({ id }) => id)).toEqual(['k5-n2-trainable-interval-s0']);
  });

  it('lists points with k outermost and one run per seed', () => {
    const spec = newSweep(defaultSession(), { truncationInterval: [20, 1], blockSize: [4, 1], seed: [3, 1] });
    expect(sweepPoints(spec).map((point) => [point.truncationInterval, point.blockSize])).toEqual([
      [20, 4],
      [20, 1],
      [1, 4],
      [1, 1],
    ]);
    const cells = sweepCells(spec);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(8);
    expect(cellSession(spec.base, cells[3])).toEqual({
      ...defaultSession(),
      schedule: { truncationInterval: 20, blockSize: 1 },
      seed: 1,
    });
  });

  it.each([
    ['a list', [], 'The sweep is []'],
    ['an unknown key', { epoch: 3 }, 'Unrecognized key'],
    ['an unknown axis', { axes: { lr: [1] } }, 'There is no axis named "lr"'],
    ['an axis that is no list', { axes: { k: 5 } }, 'axes.truncationInterval is 5'],
    ['an empty axis', { axes: { k: [] } }, 'axes.truncationInterval is []'],
    ['a value twice', { axes: { k: [5, 5] } }, 'axes.truncationInterval'],
    ['a value of the wrong kind', { axes: { classifier: ['fixed'] } }, 'axes.classifier.0'],
    [
      'k above T',
      { axes: { k: [5, 21] } },
      'k = 21, n = 2 cannot be trained: The truncation interval k is 21',
    ],
    ['n above L', { axes: { n: [5] } }, 'k = 5, n = 5 cannot be trained: The local block size n is 5'],
    ['a setting that does not exist', { base: { kk: 3 } }, 'There is no setting named "kk"'],
    ['a session that is not whole', { base: { version: 1 } }, 'base.data is missing'],
    ['a cut after the last epoch', { halving: { factor: 2, firstEpochs: 10 } }, 'cut after 10 epochs'],
    ['a broken base link', { base: 'v=1&s=%%' }, 'The base link is not whole'],
    ['a negative weight', { weights: { memory: -1 } }, 'weights.memory is -1'],
    [
      'halving and search at once',
      { halving: { factor: 2, firstEpochs: 2 }, search: { maxPoints: 3 } },
      'early stopping and for a search at once',
    ],
  ])('is refused with %s', (_, file, text) => {
    expect(messageOf(() => parseSweep(file))).toContain(text);
  });

  it('has at most so many runs', () => {
    const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);
    const k = seeds(20).map((index) => index + 1);
    const axes = { k, n: [1, 2, 3, 4], seed: seeds(25) };
    expect(sweepCells(parseSweep({ axes }))).toHaveLength(SWEEP_LIMITS.runs);
    expect(messageOf(() => parseSweep({ axes: { ...axes, seed: seeds(26) } }))).toContain('has 2080 runs');
  });
});
