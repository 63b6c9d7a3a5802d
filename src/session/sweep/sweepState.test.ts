import { describe, expect, it } from 'vitest';
import { toErrorData } from '../../core/errors.ts';
import {
  createSweep,
  finishCell,
  moveCell,
  removeCell,
  restoreCell,
  restoreSweep,
  resumeSweep,
  storeSweep,
  withCell,
} from './sweepState.ts';
import { fakeResult, smallBase, smallSweep } from './testSupport.ts';

const spec = smallSweep();
const ids = createSweep(spec).queue;

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, message } = toErrorData(error);
    return `${code}: ${message}`;
  }
  return 'nothing was refused';
}

describe('the state of a sweep', () => {
  it('survives storage, with a run that was under way waiting again', () => {
    let state = createSweep(spec);
    const result = fakeResult({ record: state.cells[0], epochs: 8 }, () => 0.5);
    state = finishCell(state, ids[0], result);
    state = withCell(state, ids[1], { status: 'running' });
    state = withCell(state, ids[2], {
      status: 'failed',
      problem: { code: 'gpu-error', message: 'm', hint: 'h' },
    });
    state = removeCell(state, ids[3]);
    state = { ...moveCell(state, ids[5], Number.NEGATIVE_INFINITY), fingerprint: 'a'.repeat(64) };
    const again = restoreSweep(JSON.parse(JSON.stringify(storeSweep(state))));
    expect(again).toEqual(withCell(state, ids[1], { status: 'waiting' }));
    expect(again.cells.slice(0, 4).map(({ status }) => status)).toEqual([
      'done',
      'waiting',
      'failed',
      'removed',
    ]);
  });

  it.each<[string, (stored: ReturnType<typeof storeSweep>) => unknown, string]>([
    ['a list', () => [], 'expected object'],
    ['another version', (stored) => ({ ...stored, version: 2 }), 'version is not what was stored'],
    ['too few runs', (stored) => ({ ...stored, cells: stored.cells.slice(1) }), 'not those of its grid'],
    [
      'another run',
      (stored) => ({ ...stored, cells: stored.cells.map((cell) => ({ ...cell, id: 'k9' })) }),
      'not those of its grid',
    ],
    [
      'a run twice in its queue',
      (stored) => ({ ...stored, queue: stored.queue.map(() => ids[0]) }),
      'every run once',
    ],
    [
      'a finished run without figures',
      (stored) => ({ ...stored, cells: stored.cells.map((cell) => ({ ...cell, status: 'done' })) }),
      'k4-n2-trainable-interval-s1 is called done',
    ],
    [
      'a k that cannot be trained',
      (stored) => ({ ...stored, spec: smallSweep({ axes: { ...spec.axes, truncationInterval: [5] } }) }),
      'sweep-invalid: The point k = 5',
    ],
    [
      'an accuracy above one',
      (stored) => {
        const result = {
          ...fakeResult({ record: createSweep(spec).cells[0], epochs: 8 }, () => 0.5),
          testAccuracy: 2,
        };
        return { ...stored, cells: stored.cells.map((cell) => ({ ...cell, result })) };
      },
      'cells.0.result.testAccuracy',
    ],
  ])('is refused with %s', (_, damage, text) => {
    expect(refusal(() => restoreSweep(damage(storeSweep(createSweep(spec)))))).toContain(text);
  });

  it('goes on only as the sweep that it was', () => {
    const stored = storeSweep(createSweep(spec));
    expect(resumeSweep(stored, spec)).toEqual(createSweep(spec));
    expect(refusal(() => resumeSweep(stored, { ...spec, memoryLimit: 5 }))).toContain(
      'sweep-differs: The stored sweep is not the one that is asked for: its memoryLimit was null, not 5.',
    );
    expect(refusal(() => resumeSweep(stored, { ...spec, base: smallBase({ epochs: 9 }) }))).toContain(
      'base session was another one: epochs was 8',
    );
  });
});

describe('the queue', () => {
  it('lets waiting runs pass each other, and leaves the others where they are', () => {
    let state = createSweep(spec);
    state = finishCell(
      state,
      ids[0],
      fakeResult({ record: state.cells[0], epochs: 8 }, () => 0.5),
    );
    expect(moveCell(state, ids[2], -1).queue.slice(0, 4)).toEqual([ids[0], ids[2], ids[1], ids[3]]);
    expect(moveCell(state, ids[2], -5).queue.slice(0, 4)).toEqual([ids[0], ids[2], ids[1], ids[3]]);
    expect(moveCell(state, ids[1], 1).queue.slice(0, 4)).toEqual([ids[0], ids[2], ids[1], ids[3]]);
    expect(moveCell(state, ids[11], Number.NEGATIVE_INFINITY).queue[1]).toBe(ids[11]);
    expect(moveCell(state, ids[11], 1).queue).toEqual(state.queue);
    expect(moveCell(state, ids[0], 3)).toBe(state);
    expect(moveCell(state, 'nothing', 3)).toBe(state);
  });

  it('takes runs out and puts them back, but never one that is done', () => {
    let state = removeCell(createSweep(spec), ids[1]);
    expect(state.cells[1].status).toBe('removed');
    expect(restoreCell(state, ids[1])).toEqual(createSweep(spec));
    state = finishCell(
      state,
      ids[0],
      fakeResult({ record: state.cells[0], epochs: 8 }, () => 0.5),
    );
    expect(removeCell(state, ids[0])).toBe(state);
    expect(restoreCell(state, ids[0])).toBe(state);
  });

  it('keeps a run that has more epochs to come', () => {
    const state = createSweep(spec);
    const partial = fakeResult({ record: state.cells[0], epochs: 2 }, () => 0.5);
    expect(finishCell(state, ids[0], partial).cells[0]).toMatchObject({
      status: 'waiting',
      result: { epochs: 2 },
    });
  });
});
