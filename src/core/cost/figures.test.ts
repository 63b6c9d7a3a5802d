import { describe, expect, it } from 'vitest';
import { costFigures } from '../costModel.ts';
import { findPreset, presetConfig } from '../presets.ts';
import { bestChoiceFigure, fomFigure, macsFigure } from './barFigures.ts';
import { DEFAULT_COST_OPTIONS } from './costReport.ts';
import { figureCsv } from './figureRows.ts';
import { halvesDown, presetSubject, sessionSubject } from './figureSubjects.ts';
import { lineFigure } from './figures.ts';

const own = sessionSubject(
  presetConfig(findPreset('lenet1-nmnist'), 0, { truncationInterval: 5, blockSize: 2 }),
);
const line = (number: 6 | 7 | 9 | 10 | 11 | 12) => lineFigure(number, DEFAULT_COST_OPTIONS, own, []);

describe('the grid of a figure', () => {
  it.each([
    [1, [1]],
    [2, [2, 1]],
    [4, [4, 2, 1]],
    [20, [20, 10, 5, 3, 1]],
    [100, [100, 50, 25, 13, 7, 4, 1]],
  ])('halves %i down to 1', (from, values) => {
    expect(halvesDown(from)).toEqual(values);
  });
});

describe('figures of curves', () => {
  it('have a curve per n and classifier kind whose points are the model’s, to the last digit', () => {
    const { lineCharts } = line(9);
    expect(lineCharts.map(({ title }) => title.slice(0, 2))).toEqual(['A:', 'B:', 'Be']);
    const [emnist] = lineCharts;
    expect(emnist.lines.map(({ name }) => name)).toEqual([
      ...['BP', 'LBP2', 'LBP1'],
      ...['BP random', 'LBP2 random', 'LBP1 random'],
    ]);
    const { network } = presetConfig(findPreset('lenet1-emnist'), 0);
    const expected = (truncationInterval: number) =>
      costFigures(network, {
        schedule: { truncationInterval, blockSize: 1 },
        stepCount: 20,
        batchSize: 128,
      }).access.total;
    expect(emnist.lines[2].points).toEqual([20, 10, 5, 2, 1].map((k) => ({ k, value: expected(k) })));
  });

  it('draw what is stated that far from the modelled curve, and nothing beside networks the paper does not have', () => {
    const [emnist, gesture, beside] = line(9).lineCharts;
    const valueAt = (name: string, k: number) =>
      emnist.lines.find((each) => each.name === name)?.points.find((point) => point.k === k)?.value ?? 0;
    const mark = emnist.marks.find(({ label }) => label === 'n = 1: about 55 % below k = 20');
    expect(mark?.k).toBe(1);
    expect(mark?.value).toBeCloseTo(0.45 * valueAt('LBP1', 20), 6);
    const random = emnist.marks.find(({ label }) => label === 'n = 1 random: about 29 % below n = 4');
    expect(random?.value).toBeCloseTo(0.71 * valueAt('BP', 1), 6);
    expect(emnist.marks).toHaveLength(5);
    expect([gesture.marks, beside.marks]).toEqual([[], []]);
    const additions = line(11).lineCharts[0].marks.find(({ label }) => label.includes('up to 32 % above'));
    // Where the modelled difference is largest.
    expect(additions?.k).toBe(1);
  });

  it('keep formula, plan and measurement in charts and curves of their own', () => {
    const point = { k: 5, n: 2, classifier: 'trainable' } as const;
    const { lineCharts } = lineFigure(6, DEFAULT_COST_OPTIONS, own, [{ point, bytes: 6527744 }]);
    expect(lineCharts.map(({ origin }) => origin)).toEqual(
      Array.from({ length: 3 }, () => ['modelled', 'planned']).flat(),
    );
    for (const chart of lineCharts) {
      const origins = new Set(chart.lines.map(({ origin }) => origin));
      expect([...origins].filter((origin) => origin !== 'measured')).toEqual([chart.origin]);
    }
    const planned = lineCharts[5].lines;
    expect(planned.at(-1)).toMatchObject({
      origin: 'measured',
      name: 'measured at (5, 2)',
      points: [{ k: 5, value: 6527744 }],
    });
    expect(lineCharts[0].marks.map(({ label }) => label)).toEqual([
      'n = 2: 20.14 % below n = 4',
      'n = 2: 64.73 % below n = 4',
    ]);
  });
});

describe('figures of bars', () => {
  it('13: MACs relative to BP, with the stated shares', () => {
    const [{ groups }] = macsFigure(DEFAULT_COST_OPTIONS, own).barCharts;
    expect(groups.map(({ bars }) => bars[0].value)).toEqual([1, 1, 1, 1, 1]);
    const local = groups.map(({ bars }) => bars[bars.length - 1]);
    expect(local[0].value).toBeCloseTo(0.277, 3);
    expect(local[0].stated?.value).toBeCloseTo(0.28, 12);
    expect(local[3].stated).toMatchObject({ label: '99.64 % fewer' });
    expect(local[4].stated).toBeNull();
  });

  it('14: without accuracies the smallest k wins; with them the accuracy loss counts', () => {
    const bars = (means: Parameters<typeof fomFigure>[2]) =>
      fomFigure(DEFAULT_COST_OPTIONS, own, means).barCharts[0].groups.at(-1)?.bars ?? [];
    expect(bars([]).map(({ note, origin }) => [note, origin])).toEqual([
      ['k = 1', 'modelled'],
      ['k = 1', 'modelled'],
      ['k = 1', 'modelled'],
    ]);
    const mean = (k: number, n: number, accuracy: number) => ({
      point: { k, n, classifier: 'trainable' as const },
      mean: accuracy,
      margin: null,
      runs: 1,
    });
    const measured = bars([mean(20, 4, 0.8), mean(1, 4, 0.2), mean(5, 4, 0.8)]);
    expect([measured[0].note, measured[0].origin]).toEqual(['k = 5', 'measured']);
    expect(measured[1].origin).toBe('modelled');
    const [{ groups }] = fomFigure(DEFAULT_COST_OPTIONS, null, []).barCharts;
    expect(groups.map(({ bars: all }) => all.flatMap(({ stated }) => stated?.label ?? []))).toEqual([
      ['stated best: (1, 2)'],
      ['stated best: (10, 1)'],
      ['stated best: (1, 1)'],
      ['stated best: (10, 1)'],
    ]);
  });

  it('15: reductions of the stated best choices, and the gain of the user’s own where it was measured', () => {
    const choice = { k: 5, n: 2, classifier: 'trainable' } as const;
    const means = [
      { point: choice, mean: 0.9, margin: null, runs: 1 },
      { point: { ...choice, k: 20, n: 4 }, mean: 0.85, margin: null, runs: 1 },
    ];
    const [accuracy, costs] = bestChoiceFigure(DEFAULT_COST_OPTIONS, own, choice, means).barCharts;
    expect(accuracy.groups.map(({ bars }) => bars[0].value?.toFixed(1) ?? null)).toEqual([
      ...[null, null, null, null],
      '5.0',
    ]);
    const dvs = costs.groups[3];
    expect(dvs.name).toBe('AlexNet / CIFAR10-DVS (10, 1)');
    expect(dvs.bars.map(({ note }) => note)).toEqual(['90.1', '10.8', '-0.6', '99.6']);
    expect(dvs.bars.map(({ stated }) => stated?.label ?? null)).toEqual([
      '89.94 %',
      '10.79 %',
      null,
      '99.64 %',
    ]);
    expect(costs.groups[0].bars[1].stated?.label).toBe('more than 40 %');
  });
});

describe('the CSV of a figure', () => {
  it('has every point and every stated number, marked with where it comes from', () => {
    const rows = figureCsv(line(10)).trimEnd().split('\n');
    expect(rows[0]).toBe('figure,chart,series,k,n,classifier,origin,unit,value,note');
    const charts = line(10).lineCharts;
    const points = charts.flatMap(({ lines }) => lines.flatMap((each) => each.points)).length;
    const marks = charts.flatMap((chart) => chart.marks).length;
    expect(rows).toHaveLength(1 + points + marks);
    expect(rows.filter((text) => text.includes(',stated,')).length).toBeGreaterThanOrEqual(marks);
    const bars = figureCsv(macsFigure(DEFAULT_COST_OPTIONS, presetSubject('vgg11-ncaltech101')));
    expect(bars).toContain('13,MACs,LeNet-1 / EMNIST: LBP1,,,,stated,share of BP’s MACs,');
  });
});
