import { describe, expect, it } from 'vitest';
import { toErrorData } from '../../core/errors.ts';
import { forecastTraining, fullBpttBytes } from '../forecast.ts';
import { defaultSession, type Session } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { createMapper, MAX_CHOICES, mapChoices, mapKey } from './mapCells.ts';

const session: Session = Object.entries({ layers: '4C5s2-AP2-32FC', T: 6, batch: 8 }).reduce(
  (current, [name, value]) => applySetting(current, name, value),
  applySetting(defaultSession(), 'k', 3),
);
const at = (truncationInterval: number, blockSize: number) => ({ truncationInterval, blockSize });

describe('the values of a map’s axes', () => {
  it('are all of them where there is room', () => {
    expect(mapChoices(4, 2)).toEqual([1, 2, 3, 4]);
    expect(mapChoices(MAX_CHOICES, 7)).toHaveLength(MAX_CHOICES);
  });

  it.each([
    [60, 7],
    [100, 97],
    [300, 5],
    [2000, 1999],
  ])('of %i with %i chosen are few, ascend, and hold 1, the end and the choice', (high, chosen) => {
    const values = mapChoices(high, chosen);
    expect(values.length).toBeGreaterThan(12);
    expect(values.length).toBeLessThanOrEqual(MAX_CHOICES);
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    expect(values).toEqual(expect.arrayContaining([1, chosen, high]));
    expect(values.filter((value) => high % value === 0).length).toBeGreaterThan(1);
  });
});

describe('a cell of the map', () => {
  it('has the bytes of the forecast of its (k, n), and of full BPTT in the corner', () => {
    const map = createMapper({ session });
    for (const [k, n] of [
      [1, 1],
      [3, 2],
      [4, 1],
    ]) {
      const forecast = forecastTraining({ ...session, schedule: at(k, n) }).value;
      expect(map(at(k, n))).toMatchObject({ fit: 'whole', peakBytes: forecast?.peakBytes });
      expect(map(at(k, n)).fom).toBeCloseTo(forecast?.fom ?? Number.NaN, 12);
    }
    const corner = map(at(6, 2));
    expect(corner.peakBytes).toBe(fullBpttBytes(session).value);
    expect(corner.fom).toBe(1);
    expect(map(at(1, 1)).fom).toBeLessThan(1);
  });

  it('says how it fits a budget as the trainer’s own plan does', () => {
    const whole = createMapper({ session })(at(6, 2)).peakBytes ?? 0;
    const single =
      forecastTraining(applySetting({ ...session, schedule: at(6, 2) }, 'batch', 1)).value?.peakBytes ?? 0;
    for (const [budget, fit] of [
      [whole, 'whole'],
      [whole - 1, 'cut'],
      [Math.floor(0.8 * single), 'none'],
    ] as const) {
      const cell = createMapper({ session, memoryBudget: budget })(at(6, 2));
      expect(cell).toMatchObject({ fit, peakBytes: whole });
      const planned = forecastTraining({ ...session, schedule: at(6, 2) }, undefined, budget);
      expect(planned.problem?.code ?? (planned.value?.microBatches.count === 1 ? 'whole' : 'cut')).toBe(
        fit === 'none' ? 'does-not-fit' : fit,
      );
    }
  });

  it('fits where some micro-batch does, also when single samples would take more', () => {
    // A hundred micro-batches have a hundred of every buffer that each has for itself.
    const big = applySetting(applySetting(session, 'batch', 100), 'T', 8);
    const [k, n] = [7, 2];
    const whole = createMapper({ session: big })(at(k, n)).peakBytes ?? 0;
    const memoryBudget = Math.floor(0.75 * whole);
    const { fit } = createMapper({ session: big, memoryBudget })(at(k, n));
    const planned = forecastTraining({ ...big, schedule: at(k, n) }, undefined, memoryBudget);
    expect(fit).toBe(planned.value ? 'cut' : 'none');
  });

  it('has its bytes also where a buffer exceeds what the adapter binds', () => {
    const limits = { maxBufferSize: 4096, maxStorageBufferBindingSize: 4096 };
    const cell = createMapper({ session, limits })(at(6, 2));
    expect(cell.fit).toBe('none');
    expect(cell.peakBytes).toBe(fullBpttBytes(session).value);
  });

  it('does not come from a network that does not work out', () => {
    const broken = applySetting(session, 'layers', '6C40');
    const outcome = () => createMapper({ session: broken });
    expect(outcome).toThrow();
    try {
      outcome();
    } catch (error) {
      expect(toErrorData(error).code).toBe('network-invalid');
    }
  });
});

describe('the settings that make another map', () => {
  it('are those that decide bytes or costs, and not the others', () => {
    const key = mapKey({ session });
    for (const [name, value] of [
      ['k', 1],
      ['n', 2],
      ['epochs', 99],
      ['seed', 7],
    ] as const)
      expect(mapKey({ session: applySetting(session, name, value) }), name).toBe(key);
    for (const [name, value] of [
      ['batch', 9],
      ['T', 7],
      ['layers', '8C5-32FC'],
      ['classifier', 'random'],
    ] as const)
      expect(mapKey({ session: applySetting(session, name, value) }), name).not.toBe(key);
    expect(mapKey({ session, memoryBudget: 2 ** 20 })).not.toBe(key);
  });
});
